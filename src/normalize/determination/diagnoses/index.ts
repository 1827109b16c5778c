import { lateralityIn, regionsIn } from '../../../language/anatomy/regions.ts'
import { type Diagnosis, extracted, type Field, type IsoDate } from '../../../model/index.ts'
import type { Span, Transcript } from '../../page-text/transcript.ts'
import { confidenceOf } from '../../trust/confidence.ts'
import { certaintyOf } from './certainty.ts'
import { inferredCodes, printedCodes, withoutCodes } from './codes.ts'
import { clarityOf, completenessOf } from './doubts.ts'
import { splitList } from './list.ts'
import { markedItems } from './marks.ts'
import { placeHeading } from './places.ts'
import { findStatements, lettersInWords, type Statement } from './statements.ts'
import { abbreviations, mendDiagnoses, namesDisease, seatOf } from './vocabulary.ts'

/**
 * The patient's current diagnoses that a clinical summary states as such, in the order of the text, each once. Complaints,
 * findings, past history and what a guideline says are none. `dateOfService` chooses the system of inferred codes.
 */
export function findDiagnoses(
  transcript: Transcript,
  summary: Span,
  context: { readonly dateOfService: IsoDate | null },
): readonly Diagnosis[] {
  const text = transcript.text.slice(summary.start, summary.end)
  const found: Diagnosis[] = []
  const statements = findStatements(text)
  const complete = completenessOf(
    text,
    statements.map(({ from, end }) => ({ start: from, end })),
  )
  const explicit = statements.some((s) => s.cue.strength >= EXPLICIT)
  for (const statement of statements) {
    // "Followed for a rotator cuff repair" states no diagnosis where diagnoses are stated.
    const disease = statement.cue.needsDisease || (explicit && statement.cue.strength < EXPLICIT)
    const list = mendDiagnoses(text.slice(statement.start, statement.end))
    const at = (offset: number) => summary.start + statement.start + list.origin(offset)
    let head: Head | null = null
    const items = splitList(list.text, statement.bulleted)
    const rule = `${statement.cue.rule}.${shapeOf(statement, list.text, items.length)}`
    for (const item of items) {
      const about: Wording = wordingOf(list.text, item, head)
      head = about.place === null ? null : { place: about.place, end: item.end }
      if (disease && !namesDisease(about.words)) continue
      const span = { start: at(item.start), end: at(item.end) }
      const sure = statement.cue.strength * clarityOf(about.words) * complete
      const diagnosis = diagnosisOf(transcript, span, about, { rule, sure }, context.dateOfService)
      if (diagnosis && !found.some((f) => sameWords(f, diagnosis))) found.push(diagnosis)
      if (found.length >= MOST_DIAGNOSES) return found
    }
  }
  return found
}

/** From this strength on a cue says that what follows are diagnoses. */
const EXPLICIT = 0.95

/**
 * The shape of a statement, which its diagnoses' rule ends with: how often it is read right depends on it, so each is calibrated by itself.
 * `narrative`: told in a sentence that states no diagnoses as such, "treated for …".
 */
function shapeOf(
  { cue, bulleted }: Statement,
  list: string,
  items: number,
): 'narrative' | 'single' | 'numbered' | 'listed' {
  if (cue.needsDisease || cue.strength < EXPLICIT) return 'narrative'
  if (items === 1) return 'single'
  return markedItems(list, bulleted) ? 'numbered' : 'listed'
}

/** No patient has more; what gives more is no summary. */
const MOST_DIAGNOSES = 100

/** A place that heads diagnoses, and where the last of them ended. */
type Head = { readonly place: string; readonly end: number }

/** An item of a list as it is written. "Cervical spine: disc protrusion, facet syndrome. Lumbar spine: …": a place holds up to its sentence's end. */
function wordingOf(list: string, item: Span, head: Head | null): Wording {
  // Once more: a word that the next item's number ran into is only now a word.
  const written = lettersInWords(mendDiagnoses(list.slice(item.start, item.end)).text)
    .replace(/\s+/g, ' ')
    .trim()
  const coded = withoutCodes(written)
  const own = placeHeading(coded)
  const words = own === null ? coded : coded.slice(own.length).trim()
  const holds = head !== null && !/[.;]/.test(list.slice(head.end, item.start)) && regionsIn(words).length === 0
  return { words, written, place: own?.replace(/\s*:$/, '') ?? (holds ? head.place : null) }
}

/** A diagnosis without its codes, as it is written with them, and the place that heads it where it names none itself. */
type Wording = { readonly words: string; readonly written: string; readonly place: string | null }

function diagnosisOf(
  transcript: Transcript,
  span: Span,
  { words, written, place }: Wording,
  { rule, sure }: { readonly rule: string; readonly sure: number },
  date: IsoDate | null,
): Diagnosis | null {
  const raw = transcript.flat(span)
  const evidence = transcript.evidence(span)
  if (raw === '' || words === '' || evidence.length === 0) return null
  return {
    text: extracted(words, {
      raw,
      rule,
      confidence: confidenceOf(sure, transcript.confidence(span)),
      evidence,
      ...(written === raw
        ? {}
        : { alternatives: [{ value: raw, why: 'as read, before letters that look alike were put right' }] }),
    }),
    ...meaningOf(place === null ? words : `${place} ${words}`, raw, date),
  }
}

/** A diagnosis of which a person gave the wording: what follows from it, by the rules that read a letter's own. */
export function diagnosisOfWording(
  text: Field<string>,
  context: { readonly dateOfService: IsoDate | null },
): Diagnosis {
  const wording = text.value ?? ''
  return { text, ...meaningOf(withoutCodes(wording).replace(/:(?=\s)/, ''), wording, context.dateOfService) }
}

/** What the words of a diagnosis mean; `raw` are those that may hold its codes. */
function meaningOf(words: string, raw: string, date: IsoDate | null): Omit<Diagnosis, 'text'> {
  const expanded = expand(words)
  const laterality = lateralityIn(expanded)
  const printed = printedCodes(raw)
  return {
    expanded,
    region: regionsIn(expanded)[0] ?? seatOf(expanded),
    laterality,
    certainty: certaintyOf(expanded),
    codes: printed.length > 0 ? printed : inferredCodes(expanded, laterality, date),
  }
}

/** Written out: `MPS` is myofascial pain syndrome. Abbreviations count as they are written, not in lower case. */
function expand(text: string): string {
  return text.replace(/(?<![A-Za-z/])[A-Za-z](?:[A-Za-z]|\/(?=[A-Za-z])|-(?=spine))*\/?(?![A-Za-z])/g, (word) =>
    Object.hasOwn(abbreviations, word) ? (abbreviations[word] ?? word) : word,
  )
}

/** Words of some weight, or with a figure (`L4`), that only the first has. */
const ownWords = (mine: ReadonlySet<string>, others: ReadonlySet<string>) =>
  [...mine].filter((w) => (w.length > 3 || /\d/.test(w)) && !others.has(w))

const wordsOf = (d: Diagnosis) => new Set(d.expanded.toLowerCase().match(/[a-z0-9]+/g) ?? [])

/** Whether two diagnoses say the same: one's words are nearly all among the other's, and the sides agree. */
function sameWords(a: Diagnosis, b: Diagnosis): boolean {
  if (a.laterality !== b.laterality || (a.region !== b.region && a.region !== null && b.region !== null)) return false
  const [x, y] = [wordsOf(a), wordsOf(b)]
  // "carpal tunnel syndrome" and "cubital tunnel syndrome": each has a word of its own that counts.
  if (ownWords(x, y).length > 0 && ownWords(y, x).length > 0) return false
  const shared = [...x].filter((w) => y.has(w)).length
  return shared >= Math.max(x.size, y.size) * 0.8
}
