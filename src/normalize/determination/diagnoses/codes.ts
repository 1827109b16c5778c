import type { Diagnosis, IsoDate, Laterality } from '../../../model/index.ts'
import { type Term, terms } from './vocabulary.ts'

type Code = Diagnosis['codes'][number]

/** ICD-10-CM applies to services from this day on (45 CFR 162.1002). */
const ICD10_FROM = '2015-10-01'

const icd9 = /(?<![\d./-])[EV]?\d{3}\.\d{1,2}(?![\d%/])/g
const icd10 = /\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b/g

/** A code as diagnoses carry it: `(847.2)`, `[ICD-9 723.4]`, `M17.11:`, with the bracket, the name of its system and the mark that part it from the words. */
const CODE = String.raw`(?:ICD[\s-]?(?:9|10)(?:-CM)?\s*[:#]?\s*)?(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|[EV]?\d{3}\.\d{1,2})(?![\d%/.])`
const CODES = String.raw`${CODE}(?:\s*[,;/]\s*${CODE})*`
const besideWords = new RegExp(
  String.raw`\s*[([]\s*${CODES}\s*[)\]]|^\s*${CODES}\s*[:;,.–-]?\s+(?=[A-Za-z])|[\s,:;–-]+${CODES}[\s.]*$`,
  'g',
)

/** The words of a diagnosis without the codes that are printed before, behind or in brackets among them. A code alone stays. */
export function withoutCodes(text: string): string {
  const words = text.replace(besideWords, ' ').replace(/ {2,}/g, ' ').trim()
  return /[A-Za-z]{2}/.test(words) ? words : text
}

/** Codes that are printed in a diagnosis. */
export function printedCodes(text: string): readonly Code[] {
  const of = (system: Code['system'], pattern: RegExp) =>
    [...text.matchAll(pattern)].map((m) => ({ system, code: m[0], inferred: false }))
  return [...of('ICD-10-CM', icd10), ...of('ICD-9-CM', icd9)]
}

/**
 * The code that a diagnosis would carry on a day, of those that were valid then, marked inferred: only where a term of the vocabulary fits it, and where the
 * code depends on the side, only when the side is known. None without a date.
 */
export function inferredCodes(expanded: string, laterality: Laterality | null, date: IsoDate | null): readonly Code[] {
  const term = date === null ? null : termOf(expanded)
  if (!term || date === null || term.confidence === 'low') return []
  if (date < ICD10_FROM) return term.icd9 ? [{ system: 'ICD-9-CM', code: term.icd9, inferred: true }] : []
  const codes = term.icd10 ?? term.icd10BySide?.[laterality ?? 'unspecified'] ?? []
  const valid: readonly {
    readonly code: string
    readonly from?: string | undefined
    readonly until?: string | undefined
  }[] = typeof codes === 'string' ? [{ code: codes }] : codes
  const code = valid.find(({ from = ICD10_FROM, until = date }) => from <= date && date <= until)?.code
  return code ? [{ system: 'ICD-10-CM', code, inferred: true }] : []
}

const SIDES = /\b(?:left|right|bilateral|lt|rt)\b/g
/** Words that change no code: how long it lasts, which visit it is. */
const COURSE = /\b(?:of|the|unspecified|acute|chronic|initial|subsequent|encounter)\b/g
/** Words that may be left out where what is left still tells what and where: "muscle" of "muscle pain" may not. */
const PLACE = /\b(?:spine|muscle|region|joint)\b/g

/** The words of a diagnosis in the order of the alphabet, sides and what changes no code aside. */
const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(SIDES, ' ')
    .replace(/[^a-z0-9]+/g, ' ')
    .replace(COURSE, ' ')
    .trim()
    .split(/\s+/)
    .sort()
    .join(' ')
const plainest = (text: string) => plain(text.toLowerCase().replace(PLACE, ' '))

const index: ReadonlyMap<string, Term> = new Map(
  [...terms]
    .reverse()
    .flatMap((t) =>
      [...t.synonyms, t.term].flatMap((s) =>
        [plainest(s), plain(s)].filter((k) => k === plain(s) || k.includes(' ')).map((k) => [k, t] as const),
      ),
    ),
)

/** The term whose words are just those of the diagnosis, in any order, sides and fillers aside. */
function termOf(expanded: string): Term | null {
  const short = plainest(expanded)
  return index.get(plain(expanded)) ?? (short.includes(' ') ? index.get(short) : null) ?? null
}
