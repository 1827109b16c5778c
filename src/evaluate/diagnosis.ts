import { z } from 'zod'
import { certaintySchema, type Diagnosis, lateralitySchema, regionSchema } from '../model/index.ts'
import { tokenOverlap, tokens } from './similarity.ts'

const labelSchema = z
  .object({
    text: z.string().min(1),
    certainty: certaintySchema,
    region: regionSchema.nullable(),
    laterality: lateralitySchema.nullable(),
    codes: z.array(z.string()),
  })
  .partial()
  .required({ text: true })
  .strict()

/** A labelled diagnosis: its words alone, or with what else is known of it. What a label leaves out is not measured. */
export const goldDiagnosis = z.union([z.string().min(1), labelSchema]).transform((label) => {
  return typeof label === 'string' ? { text: label } : label
})
export type GoldDiagnosis = z.output<typeof goldDiagnosis>

/** Token overlap from which two diagnoses count as the same, when their sides and denials agree. */
export const SAME_DIAGNOSIS = 0.75

const sides: Readonly<Record<string, string>> = {
  left: 'left',
  lt: 'left',
  l: 'left',
  right: 'right',
  rt: 'right',
  r: 'right',
  bilateral: 'bilateral',
  bilaterally: 'bilateral',
  bilat: 'bilateral',
  both: 'bilateral',
}
/** Words that turn a diagnosis into its opposite, or into a doubt. */
const denials = new Set(
  'no not non without absence absent negative denied ruled rule rejected possible probable suspected'.split(' '),
)

/**
 * How alike a labelled and a found diagnosis are, 0..1: the words that both have, and nothing at all when one says left and the other
 * right, or one denies (or doubts) what the other asserts. Such a pair shares most of its words and means another thing.
 */
export function diagnosisLikeness(label: GoldDiagnosis, found: Diagnosis): number {
  return wordingLikeness(label.text, found.text.value ?? '')
}

/** The same of two wordings, whoever they are of. */
export function wordingLikeness(label: string, found: string): number {
  const [a, b] = [plainWords(label), plainWords(found)]
  return marksOf(a) === marksOf(b) ? tokenOverlap(a.join(' '), b.join(' ')) : 0
}

/** Codes among the words, with their brackets: labels have them or leave them out; they are measured by themselves. */
const CODES =
  /[([]?\s*\b(?:ICD[\s-]?(?:9|10)(?:-CM)?[\s:]*)?(?:[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}|[EV]?\d{3}\.\d{1,2})\b[\s)\]:]*/g

/** Words with their sides written out: `L`, `lt` and `left` are one word. */
const plainWords = (text: string) =>
  tokens(text.replace(CODES, ' ')).map((t) => (Object.hasOwn(sides, t) ? (sides[t] ?? t) : t))

/** The words of side and denial, in order of name: what must agree. */
function marksOf(words: readonly string[]): string {
  return words
    .filter((w) => Object.hasOwn(sides, w) || denials.has(w))
    .sort()
    .join(' ')
}

/** The one side that a label's words name; null when they name none; undefined when more than one: which is meant is not for a measure to say. */
export function sideOf({ text, laterality }: GoldDiagnosis): GoldDiagnosis['laterality'] {
  if (laterality !== undefined) return laterality
  // A lone letter may be a level (`L 5`) or a name: only words tell.
  const named = new Set(tokens(text).flatMap((t) => (t.length > 1 && Object.hasOwn(sides, t) ? [sides[t]] : [])))
  if (named.size > 1) return undefined
  return lateralitySchema.nullable().parse([...named][0] ?? null)
}
