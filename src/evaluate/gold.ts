import { z } from 'zod'
import { categorySchema, lateralitySchema, outcomeSchema, rangeSchema, regionSchema } from '../model/index.ts'
import { goldDiagnosis } from './diagnosis.ts'

const text = z.string().nullish()
const unit = z.enum(['day', 'week', 'month']).nullable()

const goldService = z.object({
  request: z.string(),
  original: text,
  authorized: text,
  category: categorySchema.optional(),
  regions: z.array(regionSchema).optional(),
  laterality: lateralitySchema.nullish(),
  levels: z.array(z.string()).optional(),
  frequency: z
    .object({
      times: rangeSchema.nullable(),
      per: unit,
      duration: rangeSchema.nullable(),
      durationUnit: unit,
      visits: rangeSchema.nullable(),
      openEnded: z.boolean(),
    })
    .optional(),
  drug: z
    .object({
      name: z.string(),
      strength: z.string().nullable(),
      quantity: z.number().nullable(),
      refills: z.number().nullable(),
    })
    .nullish(),
  outcome: outcomeSchema.nullish(),
  claimsAdministratorGuideline: text,
  reviewerGuideline: text,
  rationale: text,
})
export type GoldService = z.infer<typeof goldService>

/**
 * One labelled letter: a line of a gold file, in the case record's names. What a line leaves out is not measured; `null`
 * says that the letter does not state it. `letter` counts from 1 within the file.
 */
export const goldSchema = z.object({
  file: z.string().min(1),
  letter: z.int().positive().default(1),
  header: z
    .object({
      caseNumber: text,
      dateAssigned: text,
      dateOfInjury: text,
      decisionDate: text,
      urDecisionDate: text,
      applicationReceived: text,
      priority: text,
    })
    .partial()
    .default({}),
  reviewer: z
    .object({ specialties: z.array(z.string()), licensedStates: z.array(z.string()) })
    .partial()
    .default({}),
  patient: z.object({ age: z.int().nullable(), sex: text }).partial().default({}),
  clinicalSummary: text,
  diagnoses: z.array(goldDiagnosis).optional(),
  services: z.array(goldService).optional(),
})
export type Gold = z.infer<typeof goldSchema>

/**
 * Reads a gold file: JSON Lines, one labelled letter a line.
 * @throws {Error} that names the line and what is wrong with it.
 */
export function parseGold(text: string): readonly Gold[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [goldSchema.parse(JSON.parse(line))]
    } catch (error) {
      const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
      throw new Error(`line ${i + 1} of the gold file is not a labelled letter: ${what}`)
    }
  })
}
