import { z } from 'zod'
import { evidenceSchema } from './field.ts'
import { rangeSchema } from './vocabulary.ts'

export const criterionResultSchema = z.enum(['met', 'not-met', 'not-found', 'not-applicable'])
export type CriterionResult = z.infer<typeof criterionResultSchema>

export const criterionSchema = z
  .object({
    id: z.string(),
    text: z.string(),
    result: criterionResultSchema,
    evidence: z.array(evidenceSchema).readonly(),
  })
  .strict()
  .readonly()
export type Criterion = z.infer<typeof criterionSchema>

/** What was asked against what the guideline allows; `excess` is requested max minus allowed max, never below 0. */
export const limitSchema = z
  .object({ requested: rangeSchema, allowed: rangeSchema, unit: z.string(), excess: z.number().nonnegative() })
  .strict()
  .refine((l) => l.excess === Math.max(0, l.requested[1] - l.allowed[1]), {
    message: 'excess must be requested max - allowed max',
  })
  .readonly()
export type Limit = z.infer<typeof limitSchema>

/** What the record and the guideline point to for one service. It is a proposal: a physician decides. */
export const proposalSchema = z
  .object({
    sequence: z.int().positive(),
    proposal: z.enum(['upheld', 'overturned', 'physician-review']),
    /** 0..1: how strongly the record supports the request. */
    support: z.number().min(0).max(1),
    guideline: z.object({ id: z.string(), edition: z.string(), citation: z.string() }).strict().readonly().nullable(),
    criteria: z.array(criterionSchema).readonly(),
    limit: limitSchema.nullable(),
    missing: z.array(z.string()).readonly(),
    rationale: z.string(),
  })
  .strict()
  .readonly()
export type Proposal = z.infer<typeof proposalSchema>
