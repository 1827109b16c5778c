import { z } from 'zod'
import { pageSummarySchema } from './document.ts'
import { fieldSchema, type Provenance, provenanceShape } from './field.ts'
import { documentKindSchema, filedDocumentSchema } from './filed-document.ts'
import { issueSchema } from './issue.ts'
import { madeSchema } from './made.ts'
import { proposalSchema } from './proposal.ts'
import {
  categorySchema,
  certaintySchema,
  isoDateSchema,
  lateralitySchema,
  outcomeSchema,
  rangeSchema,
  regionSchema,
} from './vocabulary.ts'

const text = fieldSchema(z.string())
const date = fieldSchema(isoDateSchema)
const texts = fieldSchema(z.array(z.string()).readonly())

export const headerSchema = z
  .object({
    caseNumber: text,
    claimNumber: text,
    dateAssigned: date,
    dateOfInjury: date,
    decisionDate: date,
    urDecisionDate: date,
    applicationReceived: date,
    priority: fieldSchema(z.enum(['standard', 'expedited'])),
  })
  .strict()
  .readonly()
export type Header = z.infer<typeof headerSchema>

/** The reviewer's qualifications. Never a name. */
export const reviewerSchema = z.object({ specialties: texts, licensedStates: texts }).strict().readonly()
export type Reviewer = z.infer<typeof reviewerSchema>

export const patientSchema = z
  .object({ age: fieldSchema(z.int().min(0).max(120)), sex: fieldSchema(z.enum(['male', 'female'])) })
  .strict()
  .readonly()
export type Patient = z.infer<typeof patientSchema>

export const diagnosisSchema = z
  .object({
    text,
    expanded: z.string(),
    region: regionSchema.nullable(),
    laterality: lateralitySchema.nullable(),
    certainty: certaintySchema,
    codes: z
      .array(
        z
          .object({ system: z.enum(['ICD-9-CM', 'ICD-10-CM']), code: z.string(), inferred: z.boolean() })
          .strict()
          .readonly(),
      )
      .readonly(),
  })
  .strict()
  .readonly()
export type Diagnosis = z.infer<typeof diagnosisSchema>

const unitOfTime = z.enum(['day', 'week', 'month'])

const amounts = {
  times: rangeSchema.nullable(),
  per: unitOfTime.nullable(),
  duration: rangeSchema.nullable(),
  durationUnit: unitOfTime.nullable(),
  /** Sessions, visits or treatments in total; never tablets or images. */
  visits: rangeSchema.nullable(),
}

/** A part of a frequency that another follows: `3 times a week for 2 weeks` of `… then weekly for 4`. */
export const courseSchema = z
  .object({ ...amounts, reading: z.string() })
  .strict()
  .readonly()
export type Course = z.infer<typeof courseSchema>

/**
 * How often and how long, as a field: `raw` are the words that say it, `confidence` counts for all of it. `missing`: the wording
 * states no amount, `evidence` is then the wording. `ambiguous`: it can be read another way, or a figure was left over.
 */
export const frequencySchema = z
  .object({
    ...amounts,
    /** The parts of a taper, in their order, and of a request for two services; `visits` is their sum. Empty where there is one. */
    courses: z.array(courseSchema).readonly(),
    /** A therapy, drug or rental with no countable amount. */
    openEnded: z.boolean(),
    /** The reading in words: `2 per week for 8 weeks = 16 visits`. */
    reading: z.string(),
    alternatives: z
      .array(z.object({ reading: z.string(), visits: rangeSchema.nullable() }).strict().readonly())
      .readonly(),
    /** Figures of the wording, as written, that no reading uses. */
    unused: z.array(z.string()).readonly(),
    ...provenanceShape,
  })
  .strict()
  .readonly()
export type Frequency = z.infer<typeof frequencySchema>
/** What a wording says of frequency, wherever it stands. */
export type FrequencyReading = Omit<Frequency, keyof Provenance>

/** A drug, as a field: `raw` are the words that name it and its amounts, `confidence` counts for all of it. */
export const drugSchema = z
  .object({
    name: z.string().min(1),
    strength: z.string().nullable(),
    quantity: z.number().positive().nullable(),
    refills: z.int().nonnegative().nullable(),
    ingredients: z
      .array(z.object({ name: z.string(), strength: z.string().nullable() }).strict().readonly())
      .readonly(),
    /** How to take it, as written: `1 tab po q8h prn`. */
    directions: z.string().nullable(),
    ...provenanceShape,
  })
  .strict()
  .readonly()
export type Drug = z.infer<typeof drugSchema>
export type DrugReading = Omit<Drug, keyof Provenance>

/** A service as asked for: everything that may be known before anyone has decided. */
export const requestedServiceSchema = z
  .object({
    sequence: z.int().positive(),
    /** The service in dispute, as worded (the remaining part when UR approved some). */
    request: text,
    /** Set when UR approved part of the request. */
    original: text.nullable(),
    authorized: text.nullable(),
    category: fieldSchema(categorySchema),
    regions: z.array(regionSchema).readonly(),
    laterality: lateralitySchema.nullable(),
    /** Spinal levels, expanded: `L4-5`, `L5-S1`. */
    levels: z.array(z.string()).readonly(),
    frequency: frequencySchema,
    drug: drugSchema.nullable(),
    /** An associated surgical service names its surgery. */
    parentSequence: z.int().positive().nullable(),
  })
  .strict()
  .readonly()
export type RequestedService = z.infer<typeof requestedServiceSchema>

export const serviceSchema = z
  .object({
    ...requestedServiceSchema.unwrap().shape,
    claimsAdministratorGuideline: text,
    reviewerGuideline: text,
    rationale: text,
    outcome: fieldSchema(outcomeSchema),
  })
  .strict()
  .readonly()
export type Service = z.infer<typeof serviceSchema>

export const rollUpSchema = z.enum(['upheld', 'overturned', 'mixed'])

/** One letter. A file that holds three letters gives three. */
export const caseRecordSchema = z
  .object({
    schemaVersion: z.literal('1'),
    /** sha256 of the file's bytes + '-' + index (from 1) of the letter within the file. */
    caseId: z.string().regex(/^[0-9a-f]{64}-[1-9][0-9]*$/),
    document: z
      .object({
        fileName: z.string(),
        sha256: z.string(),
        mediaType: z.string(),
        pageCount: z.int().nonnegative(),
        /** First and last page of the letter within the file; `[0, 0]` when the file has no page that could be opened. */
        pageRange: z.tuple([z.int().nonnegative(), z.int().nonnegative()]).readonly(),
        /** `case-file`: documents of several kinds, and no determination letter. */
        kind: z.union([documentKindSchema, z.literal('case-file')]),
        layout: z.string().nullable(),
        pages: z.array(pageSummarySchema).readonly(),
      })
      .strict()
      .readonly(),
    /** What these pages are, in the order of the file: of a letter, first the letter itself. Empty where no page could be opened, and in records of before shape 4. */
    documents: z.array(filedDocumentSchema).readonly(),
    header: headerSchema,
    reviewer: reviewerSchema,
    patient: patientSchema,
    clinicalSummary: text,
    diagnoses: z.array(diagnosisSchema).readonly(),
    services: z.array(serviceSchema).readonly(),
    outcome: rollUpSchema.nullable(),
    issues: z.array(issueSchema).readonly(),
    proposals: z.array(proposalSchema).readonly(),
    status: z.enum(['complete', 'partial', 'failed']),
    review: z
      .object({
        state: z.enum(['auto-accepted', 'needs-review', 'reviewed']),
        reasons: z.array(z.string()).readonly(),
        /** The paths of the fields that an auto-acceptance vouches for; empty otherwise. */
        vouched: z.array(z.string()).readonly(),
      })
      .strict()
      .readonly(),
    made: madeSchema,
  })
  .strict()
  .refine((r) => r.status !== 'complete' || !r.issues.some((i) => i.severity === 'error'), {
    message: 'a record with errors is never complete',
  })
  .readonly()
export type CaseRecord = z.infer<typeof caseRecordSchema>
