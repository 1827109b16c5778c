import { singular } from '../../../language/spelling/spelling.ts'
import { drugs } from './drug-vocabulary.ts'

/** Where a drug that the vocabulary knows stands in the wording. */
export type DrugPlace = {
  readonly start: number
  readonly end: number
  /** The name as the vocabulary spells it, in lower case. */
  readonly spelled: string
  /** Whether its spelling had to be repaired. */
  readonly repaired: boolean
}

/** Where the name of the drug begins: after prescriptions, quantities, `Retrospective`, `Compound`… */
export function nameStart(text: string, at: DrugPlace | null): number {
  let from = 0
  for (let moved = true; moved; ) {
    moved = false
    const lead =
      /^(?:[\s:;,.(\-–]+|(?:\d{1,2}|\p{L}{2,9})\s(?:\(\d{1,2}\)\s)?re-?fills?\sof\s|\(?\d{1,3}\)?(?=\s)(?!\s?(?:mg|mcg|%))|rx\b|retro(?:spective)?:?)/iu.exec(
        text.slice(from),
      )
    if (lead && lead[0].length > 0) {
      from += lead[0].length
      moved = true
      continue
    }
    const here = text.slice(from, from + 60).toLowerCase()
    const prefix = drugs.prefixes.find((p) => here.startsWith(p) && !/^[\p{L}\d]/u.test(here.slice(p.length)))
    // The last words are the name, even when they could introduce one (`compound cream`).
    const after = from + (prefix?.length ?? 0)
    const known = at ? at.start >= after : /\p{L}{3}/u.test(text.slice(after)) && !onlyFormAfter(text.slice(after))
    if (prefix && known) {
      from = after
      moved = true
    }
  }
  if (!at || at.start <= from) return from
  const between = text.slice(from, at.start)
  // `Brandname (generic) 50 mg`, `Fluribuprofn/gabapentin`: the unknown word before belongs to the name.
  if (/^[\p{L}-]{4,}\s?[(/,+]\s?$/u.test(between) || /^[\p{L}-]{4,}(?:\s\p{L}+)?\s\d[^#]*%/u.test(between)) return from
  return at.start
}

const onlyFormAfter = (rest: string) => {
  const word = /\p{L}+/u.exec(rest)?.[0] ?? ''
  return drugs.forms.has(singular(word.toLowerCase()))
}

const END_WORDS = new Set(
  'with for per x qty quantity take apply one two three unknown unspecified refill refills rf disp dispense at to in dos every as daily twice once po by on prn qhs qd bid tid qid dosage dose strength no and w supply month'.split(
    ' ',
  ),
)

const NAMED_FORMS = new Set(['patch', 'ointment', 'gel', 'lotion', 'spray', 'solution'])

/** Whether a word is the form of a drug just named that is made in several, with one blank between. */
const formOfSeveral = (text: string, at: DrugPlace | null, found: RegExpExecArray, plain: string) =>
  at !== null && drugs.severalForms.has(at.spelled) && NAMED_FORMS.has(plain) && text.charAt(found.index) === ' '

/** Where the name ends: before strength, form, quantity and directions; `(Valium)` and salts belong to it. */
export function endOfName(text: string, from: number, at: DrugPlace | null): number {
  let end = from
  let first = true
  const known = at && at.start >= from ? at.end : null
  const piece = /\s*([\p{L}][\p{L}\p{N}'’.-]*(?:\s?[/+]\s?[\p{L}][\p{L}\p{N}'’-]*)*|\([\p{L}][\p{L}\s/'’-]{2,40}\))/uy
  // `5ynapryn`: a known name may begin with a damaged letter.
  if (at?.start === from && at.repaired && /\d/.test(text.charAt(from))) {
    end = at.end
    first = false
  }
  for (;;) {
    piece.lastIndex = end
    const found = piece.exec(text)
    const word = found?.[1]
    if (!found || !word) break
    const inBrackets = word.startsWith('(')
    const plain = singular(word.toLowerCase().replace(/[().]/g, ''))
    const ends = inBrackets
      ? /unknown|unspecified|topical|oral|generic|retro|quantity|refill|cream|no /i.test(word)
      : END_WORDS.has(plain) || drugs.forms.has(plain)
    // `Lidocaine patch`, `lidocaine ointment 5%`: of what is made in several forms the form is part of the name, where it follows it.
    if (!first && known !== null && end === known && formOfSeveral(text, at, found, plain)) {
      end = found.index + found[0].length
      break
    }
    if (!first && ends) break
    // Beyond a name that is known only salts and further names belong to it.
    const beyond = known !== null && end >= known && !inBrackets
    if (beyond && !plain.split(/[/+]/).some((part) => drugs.salts.has(part) || drugs.classOf.has(part))) break
    end = found.index + found[0].length
    first = false
    if (inBrackets) break
  }
  if (!at || at.start < from || at.end <= end) return end
  // `Tylenol #3` has its mark and `scar cream` its form inside the name; `Salonpas pad` is Salonpas.
  const bare = at.spelled.replace(/[\s-]\S+$/, '')
  return /#/.test(at.spelled) || !drugs.classOf.has(bare) || drugs.severalForms.has(bare) ? at.end : end
}
