import { parse } from 'yaml'
import { z } from 'zod'
import {
  categorySchema,
  isoDateSchema,
  lateralitySchema,
  outcomeSchema,
  rangeSchema,
  regionSchema,
} from '../../src/model/index.ts'
import { damageNames } from './damage.ts'

const unit = z.enum(['day', 'week', 'month'])

const service = z.strictObject({
  request: z.string(),
  /** Set when UR approved part: the heading then tells all three. */
  original: z.string().optional(),
  authorized: z.string().optional(),
  outcome: outcomeSchema,
  claims: z.string(),
  guideline: z.string(),
  rationale: z.string(),
  /** What the request says, by the labelling rules. What is left out is null, empty or false. */
  says: z.strictObject({
    category: categorySchema,
    regions: z.array(regionSchema).default([]),
    laterality: lateralitySchema.nullable().default(null),
    levels: z.array(z.string()).default([]),
    times: rangeSchema.nullable().default(null),
    per: unit.nullable().default(null),
    duration: rangeSchema.nullable().default(null),
    durationUnit: unit.nullable().default(null),
    visits: rangeSchema.nullable().default(null),
    openEnded: z.boolean().default(false),
    drug: z
      .strictObject({
        name: z.string(),
        strength: z.string().nullable().default(null),
        quantity: z.number().nullable().default(null),
        refills: z.number().nullable().default(null),
      })
      .nullable()
      .default(null),
  }),
})

/** The readable source of one sample letter: what is printed and, in the same place, what it says. */
export const letterSchema = z.strictObject({
  /**
   * `header`: the two-column block and the list of credentials (2016 on). `early`: the block, credentials in a sentence (2014).
   * `plain`: a sentence and no block, as when the first page is kept back. `notice`: the form of 2013.
   * `review`: the professional review of 2013, of one service. `decisions`: late 2013.
   */
  layout: z.enum(['header', 'early', 'plain', 'notice', 'review', 'decisions']),
  /** With the page that it was mailed under before it, and the proof of service behind it. */
  mailed: z.boolean().default(false),
  header: z
    .strictObject({
      caseNumber: z.string(),
      dateAssigned: isoDateSchema,
      dateOfInjury: isoDateSchema,
      decisionDate: isoDateSchema,
      urDecisionDate: isoDateSchema,
      applicationReceived: isoDateSchema,
      priority: z.enum(['standard', 'expedited']),
    })
    .partial(),
  reviewer: z.strictObject({ specialties: z.array(z.string()), licensedStates: z.array(z.string()) }),
  patient: z.strictObject({ age: z.int().nullable(), sex: z.enum(['male', 'female']).nullable() }),
  diagnoses: z.array(z.string()),
  /** `~` stands for a name that was blanked out: print has a hole there and nothing marks it. */
  summary: z.string(),
  services: z.array(service).min(1),
})
export type SampleLetter = z.infer<typeof letterSchema>

export const sampleSchema = z.strictObject({
  file: z.string(),
  shows: z.string(),
  /** What the guidelines of the day lead to, where that is plain; for the README. */
  proposals: z.string(),
  /** `scan`: pages are pictures. `encrypted`: born digital, with its text, as the state publishes letters. */
  form: z.enum(['scan', 'encrypted']).default('scan'),
  /** How the paper came to be what it is: names of `damage.ts`, in order. */
  damage: z.array(z.enum(damageNames)).default([]),
  /** Clockwise turns of single pages, by page number. */
  turned: z.record(z.string(), z.number()).default({}),
  /** `blank` and `cover` sheets stand before the letter that follows them in the list. */
  letters: z.array(z.union([letterSchema, z.literal('blank'), z.literal('cover')])).min(1),
})
export type Sample = z.infer<typeof sampleSchema>

/** @throws {Error} that says what in the source does not fit. */
export function parseSample(name: string, text: string): Sample {
  const checked = sampleSchema.safeParse(parse(text))
  if (!checked.success) throw new Error(`samples/letters/${name}: ${z.prettifyError(checked.error)}`)
  return checked.data
}
