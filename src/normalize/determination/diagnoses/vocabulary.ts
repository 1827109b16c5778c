import { z } from 'zod'
import { phraseWords } from '../../../language/matching/lexicon.ts'
import { englishWords } from '../../../language/spelling/english.ts'
import { wordsOfLetters } from '../../../language/spelling/known-words.ts'
import { type Mended, mend } from '../../../language/spelling/mending.ts'
import { makeSpelling, singular } from '../../../language/spelling/spelling.ts'
import anatomy from '../../../language/vocabulary/anatomy.json' with { type: 'json' }
import { type Region, regionSchema } from '../../../model/index.ts'
import abbreviationData from '../../vocabulary/diagnosis-abbreviations.json' with { type: 'json' }
import cueData from '../../vocabulary/diagnosis-cues.json' with { type: 'json' }
import termData from '../../vocabulary/diagnosis-terms.json' with { type: 'json' }

const phrases = z.array(z.string().min(1)).readonly()

const statementSchema = z.strictObject({
  rule: z.string(),
  /** How often a list behind this cue is one of diagnoses, 0..1. */
  strength: z.number().min(0).max(1),
  /** The cue itself: alternatives, parted by `|`. */
  words: z.string(),
  /** Words that may stand between the cue and the list. */
  links: z.string(),
  /** The cue says nothing without a link or a colon behind it. */
  needsLink: z.boolean(),
  /** What follows must name a disease, not only a place or a pain. */
  needsDisease: z.boolean().optional(),
  /** Counts only where nothing else states a diagnosis. */
  onlyAlone: z.boolean().optional(),
})

const cueSchema = z.strictObject({
  statements: z.array(statementSchema).readonly(),
  /** A list that its cue follows: "knee sprain and hip strain listed as the diagnoses"; `opens` are the verbs before it. */
  statedBehind: z.strictObject({ named: statementSchema, opens: z.string() }),
  notBefore: phrases,
  notSubject: phrases,
  /** Behind a list they take it back: the diagnosis is disputed or excluded. */
  takenBack: phrases,
  /** Words that belong to the next statement's cue: "… and the secondary (diagnosis is)". */
  hanging: z.string(),
  stops: phrases,
  qualifiers: phrases,
  /** With these a longer qualifier begins: "subsequent encounter for fracture with routine healing". */
  opensQualifier: phrases,
  kept: phrases,
  /** What stands for a diagnosis where there is none: "not stated". */
  noDiagnosis: phrases,
  /** With these a finding of absence begins: it is no diagnosis. */
  absence: phrases,
  /** Words before "injury" or "accident" that make it an event: "work injury". */
  events: phrases,
  modifiers: z.string(),
  /** Words that name a disease or an injury, `\\w*` for any ending. */
  diseases: phrases,
  /** Further words of diagnoses that scanning damage is repaired towards. */
  diagnosisWords: phrases,
  /** Diagnoses of one word that no place goes with. */
  alone: phrases,
  /** Diseases whose name tells where they sit without naming the place: tinnitus sits in the ear. */
  seats: z.partialRecord(regionSchema, phrases),
  /** Between two diagnoses of which one is meant. */
  either: phrases,
  /** Words that tell what is there now, behind what was done. */
  remains: phrases,
  certainty: z.strictObject({ suspected: phrases, history: phrases, 'ruled-out': phrases }),
})

/** Injuries (chapters S and T) are not inferred: their seventh character says which encounter it is, and sprain and strain part ways. */
const icd10Code = z.string().regex(/^[A-RU-Z]\d/)
/** A code, or the codes that a diagnosis had one after the other: each with the first and the last day of its validity (CMS releases of October). */
const icd10Codes = z.union([
  icd10Code,
  z
    .array(z.strictObject({ code: icd10Code, from: z.iso.date().optional(), until: z.iso.date().optional() }))
    .readonly(),
])

const termSchema = z.strictObject({
  terms: z
    .array(
      z.strictObject({
        term: z.string(),
        synonyms: z.array(z.string()).readonly(),
        icd9: z.string().optional(),
        icd10: icd10Codes.optional(),
        icd10BySide: z.partialRecord(z.enum(['left', 'right', 'bilateral', 'unspecified']), icd10Codes).optional(),
        region: regionSchema.optional(),
        confidence: z.enum(['high', 'medium', 'low']),
      }),
    )
    .readonly(),
})

const abbreviationSchema = z.strictObject({ abbreviations: z.record(z.string(), z.string()) })

export const cues = cueSchema.parse(cueData)
export const { terms } = termSchema.parse(termData)
export const { abbreviations } = abbreviationSchema.parse(abbreviationData)
export type StatementCue = (typeof cues.statements)[number]
export type Term = (typeof terms)[number]

export const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
/** One pattern for many phrases, longest first; a space in a phrase stands for any white space. */
export const anyOf = (list: readonly string[]) =>
  [...list]
    .sort((a, b) => b.length - a.length)
    .map((p) => literal(p).replace(/ /g, '\\s+'))
    .join('|')

const qualifier = new RegExp(`^\\s*(?:${anyOf(cues.qualifiers)})\\s*$`, 'i')
/** Whether words only qualify a diagnosis: `left`, `initial encounter`. */
export const isQualifier = (text: string) => qualifier.test(text)

const disease = new RegExp(`\\b(?:${cues.diseases.join('|')})\\b`, 'i')
/** Whether words name a disease or an injury, and not only where it hurts. */
export const namesDisease = (text: string) => disease.test(text)

const seats = Object.entries(cues.seats).map(([region, names]) => ({
  region: regionSchema.parse(region),
  pattern: new RegExp(`\\b(?:${names.join('|')})\\b`, 'i'),
}))
/** Where a disease sits whose name says so without naming the place; null for others. */
export const seatOf = (text: string): Region | null => seats.find(({ pattern }) => pattern.test(text))?.region ?? null

/** Words that diagnoses are made of, each as it is written. */
const ownWords = [
  ...terms.flatMap((t) => [t.term, ...t.synonyms]),
  ...Object.values(abbreviations),
  ...Object.values(anatomy.regions).flat(),
  ...Object.values(anatomy.sides).flat(),
  ...cues.qualifiers,
  ...cues.kept,
  ...cues.modifiers.split(' '),
  ...cues.diseases.filter((d) => /^[a-z ?]+$/.test(d)).map((d) => d.replace(/\?/g, '')),
  ...cues.diagnosisWords,
].flatMap((phrase) => phrase.toLowerCase().match(/[a-z]+/g) ?? [])
/** The shortest form of a word, which is its singular, stands for all. */
const wanted = new Map(
  ownWords
    .filter((w) => w.length > 2)
    .sort((a, b) => b.length - a.length)
    .map((w) => [singular(w), w] as const),
)
const spelling = makeSpelling(
  [...wordsOfLetters, ...ownWords, ...Object.keys(abbreviations), ...cues.stops.flatMap(phraseWords)],
  englishWords,
)

/** A stretch of text with the misread words of diagnoses put right. */
export const mendDiagnoses = (text: string): Mended => mend(text, spelling, wanted, { joins: true })

const diagnosisWords = new Set(ownWords.map(singular))
/** Whether diagnoses are made of a word, as it stands or in the plural. */
export const diagnosisWord = (word: string) => diagnosisWords.has(singular(word))
