import { z } from 'zod'
import { categorySchema, isoDateSchema, rangeSchema, regionSchema } from '../model/index.ts'

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/i)
const confidence = z.enum(['high', 'medium', 'low'])
const cues = z.array(z.string().min(2)).readonly()
const regions = z.array(regionSchema).readonly()
const ids = z.array(id).readonly()

/** How a guideline stands to a treatment, before any criterion is looked at. */
export const stanceSchema = z.enum([
  'conditional',
  'recommended',
  'option',
  'optional-short-term',
  'individualised',
  'limited',
  'short-term',
  'short-term-symptomatic',
  'second-line-short-term',
  'lowest-dose-shortest-period',
  'first-line-neuropathic',
  'last-line',
  'end-stage',
  'acute-only',
  'acute-low-value',
  'postoperative-only',
  'home-application-sufficient',
  'adjunct-follows-parent',
  'silent',
  'gate',
  'not-routine',
  'not-long-term',
  'not-for-chronic-opioid-nausea',
  'not-recommended',
  'not-recommended-unless',
  'not-recommended-isolated',
  'not-recommended-except-stroke',
  'not-recommended-generally',
  'not-recommended-separate',
])

const allowance = z.strictObject({ allowed: rangeSchema, overWeeks: rangeSchema.optional() })

/** Limits that are compared with a request. Visits in all and of a first trial; weeks and days of use; visits by condition. */
const limitsSchema = z.strictObject({
  visits: allowance.optional(),
  trial: allowance.optional(),
  weeks: z.strictObject({ allowed: rangeSchema }).optional(),
  days: z.strictObject({ allowed: rangeSchema }).optional(),
  byCondition: z
    .array(z.strictObject({ condition: id, allowed: rangeSchema, overWeeks: rangeSchema }))
    .readonly()
    .optional(),
})

/** What one edition says of a treatment. `figures` are kept with their source and not yet compared. */
const statementSchema = z.strictObject({
  edition: z.string(),
  citation: z.string().optional(),
  stance: stanceSchema,
  regions: regions.optional(),
  notRecommendedRegions: regions.optional(),
  limits: limitsSchema.optional(),
  figures: z.record(id, z.union([z.number(), z.array(z.number()).readonly(), z.boolean(), z.string()])).optional(),
  requires: ids.optional(),
  requiresAny: ids.optional(),
  extendIf: ids.optional(),
  notIf: ids.optional(),
  notRecommendedIngredients: z.array(z.string()).readonly().optional(),
  postsurgical: z
    .array(z.strictObject({ surgery: id, visits: rangeSchema, weeks: rangeSchema, months: z.number(), confidence }))
    .readonly()
    .optional(),
  confidence,
  note: z.string().optional(),
  sources: z.array(z.string()).readonly().optional(),
})
export type Statement = z.infer<typeof statementSchema>

const guidelineSchema = z.strictObject({
  id,
  kind: id,
  categories: z.array(categorySchema).min(1).readonly(),
  /** Wordings by which the treatment is asked for. */
  names: z.array(z.string().min(2)).min(1).readonly(),
  /** Bare procedure codes. */
  codes: z.array(z.string()).readonly().optional(),
  /** Speaks for its whole category when no name fits better. */
  wholeCategory: z.literal(true).optional(),
  /** Speaks for these regions only. */
  regions: regions.optional(),
  whenMissing: z.string().optional(),
  usualModification: z.string().optional(),
  note: z.string().optional(),
  generalRules: ids.optional(),
  editions: z.array(statementSchema).min(1).readonly(),
})
export type Guideline = z.infer<typeof guidelineSchema>

const editionSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  citation: z.string(),
  /** First and last day in force; null is open. */
  from: isoDateSchema.nullable(),
  to: isoDateSchema.nullable(),
  /** 1: the MTUS. 2: guidelines that speak where the MTUS is silent. */
  rank: z.int().min(1),
  applies: z.enum(['always', 'chronic', 'postsurgical']),
  confidence,
  note: z.string().optional(),
  sources: z.array(z.string()).readonly().optional(),
})
export type Edition = z.infer<typeof editionSchema>

const criterionRuleSchema = z.strictObject({
  id,
  text: z.string(),
  sameAs: id.optional(),
  met: cues.optional(),
  notMet: cues.optional(),
  /** The request's own words count too. */
  inRequest: z.literal(true).optional(),
  ageOver: z.int().optional(),
  daysSinceInjuryAtMost: z.int().optional(),
  daysSinceInjuryAtLeast: z.int().optional(),
})
export type CriterionRule = z.infer<typeof criterionRuleSchema>

const conditionSchema = z.strictObject({ id, words: z.array(z.string()).readonly() })
export type Condition = z.infer<typeof conditionSchema>

const generalRuleSchema = z.strictObject({
  id,
  citation: z.string(),
  text: z.string(),
  limit: z.number().optional(),
  categories: z.array(categorySchema).readonly().optional(),
  injuriesFrom: isoDateSchema.optional(),
  confidence,
})
export type GeneralRule = z.infer<typeof generalRuleSchema>

/** One YAML file of a guideline pack. Unknown keys are refused. */
export const packFileSchema = z.strictObject({
  guidelines: z.array(guidelineSchema).readonly().optional(),
  editions: z.array(editionSchema).readonly().optional(),
  criteria: z.array(criterionRuleSchema).readonly().optional(),
  conditions: z.array(conditionSchema).readonly().optional(),
  generalRules: z.array(generalRuleSchema).readonly().optional(),
  chronicAfterDays: z.int().positive().optional(),
})
