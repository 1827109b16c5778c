import { z } from 'zod'
import { squeeze } from '../../../language/matching/fuzzy.ts'
import { documentKindSchema, formNameSchema } from '../../../model/index.ts'
import type { Span } from '../../page-text/transcript.ts'
import dateCueData from '../../vocabulary/date-cues.json' with { type: 'json' }
import kindData from '../../vocabulary/document-kinds.json' with { type: 'json' }
import formData from '../../vocabulary/forms.json' with { type: 'json' }
import headingData from '../../vocabulary/headings.json' with { type: 'json' }
import labelData from '../../vocabulary/labels.json' with { type: 'json' }
import layoutData from '../../vocabulary/layouts.json' with { type: 'json' }
import outcomeData from '../../vocabulary/outcomes.json' with { type: 'json' }
import patientData from '../../vocabulary/patient.json' with { type: 'json' }
import reviewerData from '../../vocabulary/reviewer.json' with { type: 'json' }
import runningData from '../../vocabulary/running-lines.json' with { type: 'json' }

/** A phrase of the vocabulary, kept squeezed, as it is compared. */
export type Phrase<K extends string> = { readonly key: K; readonly squeezed: string }

const words = z.array(z.string().min(1)).readonly()

const sectionKind = z.enum([
  'method',
  'qualifications',
  'documents',
  'dispute',
  'summary',
  'decisions',
  'guideline',
  'rationale',
  'closing',
])
export type SectionKind = z.infer<typeof sectionKind>

const headerField = z.enum([
  'caseNumber',
  'claimNumber',
  'dateAssigned',
  'dateOfInjury',
  'decisionDate',
  'urDecisionDate',
  'applicationReceived',
  'priority',
])
export type HeaderField = z.infer<typeof headerField>

/** A label of the header block with the words between it and the next label. */
export type LabelledValue = Span & {
  readonly label: Span
  readonly key: HeaderField | 'person'
  readonly cost: number
  readonly exact: boolean
}

const serviceLabel = z.enum([
  'claimsAdministrator',
  'reviewer',
  'rationale',
  'claimsAdministratorSentence',
  'reviewerSentence',
  'guidelineBlock',
])
export type ServiceLabel = z.infer<typeof serviceLabel>

export const headings = z
  .object({
    sections: z.record(sectionKind, words),
    /** Sentences that open a section, by which it is known when its heading is lost. */
    'lead-ins': z.object({ summary: words, decisions: words }).strict(),
  })
  .strict()
  .parse(headingData)

export const labels = z
  .object({
    header: z.record(headerField, words),
    /** Labels of names: their values are never read. */
    person: words,
    /** Second halves of labels that wrap around their values. */
    continued: z.partialRecord(headerField, words),
    /** Which fields stand side by side, for a row with one label lost. */
    grid: z.array(z.tuple([headerField, headerField])).readonly(),
    priorities: z.record(z.enum(['standard', 'expedited']), words),
    reviewer: z.object({ states: words, specialties: words }).strict(),
    service: z.record(serviceLabel, words),
    regarding: words,
  })
  .strict()
  .parse(labelData)

const layout = z
  .object({
    name: z.string(),
    style: z.enum(['notice', 'single', 'blocks']),
    /** What each sign adds to the belief that a letter is of this generation. */
    weights: z.record(z.string(), z.number().positive()),
  })
  .strict()
export const layouts = z
  .object({
    /** Words that open a row, by which generations are known. */
    signs: z.record(z.string(), words),
    /** A letter whose best generation has less than this is of an unknown one. */
    atLeast: z.number(),
    /** Of generations with equal scores the first is taken. */
    layouts: z.array(layout).readonly(),
  })
  .strict()
  .refine(({ signs, layouts }) => layouts.every((l) => Object.keys(l.weights).every((sign) => sign in signs)))
  .parse(layoutData)
export type Layout = z.infer<typeof layout>

export const runningLines = z.object({ words, fax: words }).strict().parse(runningData)

export const documentKinds = z
  .partialRecord(
    documentKindSchema,
    z
      .object({
        /** Titles that no page of a letter has: a sheet that bears one is not of the letter around it. */
        surest: words,
        /** Other titles, each with a row to itself. */
        titles: words,
        /** What a title in capitals begins with: `MRI OF THE RIGHT KNEE`. */
        capitals: words,
        /** Phrases of its text; several of them tell what a page without a title is. */
        words,
      })
      .strict(),
  )
  .parse(kindData)

const formSheet = z.object({ kind: documentKindSchema.optional(), titles: words, labels: words }).strict()
/** The state's forms as data: what each of their sheets is known by. */
export const forms = z
  .array(
    z
      .object({
        name: formNameSchema,
        kind: documentKindSchema,
        sheets: z.array(formSheet).min(1).readonly(),
        /** The first whose signs are printed is the form's version. */
        versions: z.array(z.object({ version: z.string(), signs: words }).strict()).readonly(),
      })
      .strict(),
  )
  .readonly()
  .parse(formData)
export type FormTemplate = (typeof forms)[number]

export const reviewerWords = z
  .object({ states: words, specialties: words, certified: words, subspecialty: words, licensed: words })
  .strict()
  .parse(reviewerData)

const cue = z.object({ before: words, after: words }).strict()
export const dateCues = z
  .object({ dateOfInjury: cue, urDecisionDate: cue, applicationReceived: cue, dateAssigned: cue })
  .strict()
  .parse(dateCueData)

const bySex = z.object({ female: words, male: words }).strict()
export const patientWords = z
  .object({
    age: z.object({ units: words, before: words }).strict(),
    sex: bySex,
    physicians: words,
    pronouns: bySex,
  })
  .strict()
  .parse(patientData)

export const outcomeWords = z
  .object({
    words: z.object({ upheld: words, overturned: words }).strict(),
    necessary: words,
    notNecessary: words,
    /** Words that turn a statement of necessity round, within the few words before it: `is not shown to be …`, `none of these are …`. */
    negations: words,
    /** What an outcome is said under where it has a row of its own: `Decision: Upheld`. */
    labels: words,
    /** What may stand before the request in a decision sentence. */
    leads: words,
  })
  .strict()
  .parse(outcomeData)

/** The phrases of a record of lists as pairs, longest first, so that a longer phrase is preferred to its own beginning. */
export function phrasesOf<K extends string>(
  lists: Readonly<Partial<Record<K, readonly string[] | undefined>>>,
): readonly Phrase<K>[] {
  const keys = Object.keys(lists) as K[]
  return keys
    .flatMap((key) => (lists[key] ?? []).map((phrase) => ({ key, squeezed: squeeze(phrase) })))
    .sort((a, b) => b.squeezed.length - a.squeezed.length)
}
