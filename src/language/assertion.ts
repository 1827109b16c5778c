import { z } from 'zod'
import { type PhrasePlace, placesOf } from './matching/phrase-pattern.ts'
import data from './vocabulary/assertion.json' with { type: 'json' }

const phrases = z.array(z.string().min(2)).min(1).readonly()
const categories = ['unknown', 'denied', 'other-person', 'historical', 'possible', 'planned'] as const

/** Words by which a sentence denies, doubts, plans or tells of others. Unknown keys are refused. */
export const assertionWords = z
  .strictObject({
    /** After ConText (Harkema et al. 2009): what a cue makes of a finding, and on which side of it the cue stands. */
    cues: z
      .array(z.strictObject({ category: z.enum(categories), direction: z.enum(['before', 'after']), phrases }))
      .readonly(),
    /** Look like a cue and are none: "no change", "not only", "not without". */
    noCue: phrases,
    /** End the reach of a cue that stands before them. */
    ends: phrases,
    /** Look like an end and are none: "disagreed that there is". */
    noEnd: phrases,
    /** What treatment is for: "to improve" tells of a purpose, not of a result, but for "able to improve". */
    purpose: phrases,
    able: phrases,
    /** Right before a finding they tell what may come, not what is: `may return to work`. */
    modals: phrases,
    /** Before "may" these make it the month. */
    notModal: phrases,
    /** Denials that go on over "and": "denies numbness, tingling, and weakness". */
    carries: phrases,
    /** Behind a comma or an `and`: a new finding, which an earlier cue does not reach. */
    newFinding: phrases,
    /** The sentence tells what was decided or asked for before, not what the patient has. */
    otherVoice: phrases,
    /** The sentence tells of a denial: what follows gives its reasons, up to the next sentence of a visit. */
    denialVoice: phrases,
    /** The sentence tells of a visit or an examination. */
    visit: phrases,
  })
  .parse(data)

/**
 * What a sentence makes of a finding: it is so, it is denied, nobody knows, it is somebody else's, it was so once, it may be so, it is
 * planned or hoped for.
 */
export type Assertion = 'asserted' | (typeof categories)[number]

/** A stretch of a text, in UTF-16 units. */
type Place = { readonly start: number; readonly end: number }

/** Characters before a finding within which a cue is looked for: long enough for "denies a, b, c, d or e". */
const REACH = 120
const REACH_AFTER = 80
/** `spasm (-)`, `spasm: none`, `locking - denied`, `gastritis, resolved`. */
const MARKED_ABSENT =
  /^[\s)]*(?:,\s*(?:now\s+)?resolved\b|\(\s*[-–]\s*\)|[:\-–]\s*(?:none|no|neg|negative|denied|absent|nil)\b)/

const before = cuesOf('before')
const after = cuesOf('after')

function cuesOf(direction: 'before' | 'after') {
  return categories.map((category) => ({
    category,
    phrases: assertionWords.cues
      .filter((c) => c.direction === direction && c.category === category)
      .flatMap((c) => c.phrases),
  }))
}

/**
 * What a sentence (text that went through `plain`) says of what stands at a place of it. Of several cues the one first in the order of
 * {@link Assertion} counts: "no family history of diabetes" denies.
 */
export function assertionAt(text: string, { start, end }: Place): Assertion {
  const ahead = text.slice(Math.max(0, start - REACH), start)
  const from = lastEnd(blanked(ahead, assertionWords.noEnd), assertionWords.ends)
  const near = blanked(ahead.slice(from), assertionWords.noCue)
  const rest = text.slice(start)
  const clause = blanked(clauseAfter(text, end), assertionWords.noCue)
  const sentence = blanked(text.slice(end, end + REACH_AFTER).split(/[.;]\s/)[0] ?? '', assertionWords.noCue)
  if (MARKED_ABSENT.test(text.slice(end, end + REACH_AFTER))) return 'denied'
  // Said of it afterwards, "cannot be ruled out" holds "ruled out".
  if (says(sentence, after.find((c) => c.category === 'possible')?.phrases ?? [])) return 'possible'
  for (const category of categories) {
    const ahead = before.find((c) => c.category === category)?.phrases ?? []
    const behind = after.find((c) => c.category === category)?.phrases ?? []
    if (reaches(near, ahead, rest)) return category
    if (behind.some((p) => placesOf(p, p.startsWith('and ') ? sentence : clause).length > 0)) return category
  }
  return isPurpose(near, rest) || modal.test(near) ? 'planned' : 'asserted'
}

const modal = new RegExp(
  `(?<!\\b(?:${assertionWords.notModal.join('|')})\\s)\\b(?:${assertionWords.modals.join('|')})\\s+(?:[a-z]+ly\\s+)?(?:be\\s+)?$`,
)

const purposes = new RegExp(`^(?:${assertionWords.purpose.map((v) => v.replace(/e$/, '')).join('|')})`)

/** "therapy to improve function": an infinitive that tells what something is for. */
function isPurpose(near: string, rest: string): boolean {
  if (!/\bto\s+(?:[a-z]+ly\s+)?$/.test(near) || !purposes.test(rest)) return false
  return !assertionWords.able.some((p) => placesOf(p, near).some((f) => f.end >= near.trimEnd().length))
}

const says = (text: string, list: readonly string[]) => list.some((p) => placesOf(p, text).length > 0)

const denials = before.find((c) => c.category === 'denied')?.phrases ?? []
/** Whether the gaps of a phrase hold a denial: that of "able .. return to work" has swallowed the "not" of "able but not ready to return to work". */
export function isDeniedInside({ gaps }: Pick<PhrasePlace, 'gaps'>): boolean {
  return gaps.some((gap) => says(blanked(gap, assertionWords.noCue), denials))
}

/** The words behind a finding up to the next comma, stop or new clause. */
function clauseAfter(text: string, end: number): string {
  return text.slice(end, end + REACH_AFTER).split(/[.;:,]|\b(?:and|but|with)\b/)[0] ?? ''
}

/** Whether a cue before the finding reaches it: nothing between begins a finding of its own, unless an "or" carries the list on. */
function reaches(near: string, cues: readonly string[], rest: string): boolean {
  const places = cues.flatMap((cue) => placesOf(cue, near))
  const cue = places.reduce<Place | null>((last, p) => (last === null || p.end > last.end ? p : last), null)
  if (!cue) return false
  const between = near.slice(cue.end)
  if (/[;:.](?:\s|$)/.test(between)) return false
  const listGoesOn = /^[^.;:]*?\bor\b/.test(rest) || /\b(?:or|nor)\s+(?:any\s+)?$/.test(between)
  if (listGoesOn) return true
  const items = between.split(/,\s*(?:and\s+)?|\band\s+/)
  if (items.length < 2) return true
  // "without improvement, and numbness": a "no" ends with its one finding; what a patient denies is a list.
  const carries = says(near.slice(cue.start, cue.end), assertionWords.carries)
  if (!carries && items.length === 2 && /,\s*and\s+$/.test(between)) return false
  const opening = `${items.at(-1) ?? ''}${rest.slice(0, 24)}`.trimStart()
  return carries || !assertionWords.newFinding.some((p) => placesOf(p, opening).some((f) => f.start === 0))
}

function lastEnd(text: string, list: readonly string[]): number {
  return Math.max(0, ...list.flatMap((p) => placesOf(p, text).map((f) => f.end)))
}

/** A text with phrases blanked out, as long as before. */
function blanked(text: string, list: readonly string[]): string {
  let out = text
  for (const phrase of list)
    for (const { start, end } of placesOf(phrase, text))
      out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end)
  return out
}
