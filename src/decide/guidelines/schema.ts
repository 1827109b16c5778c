import { z } from 'zod'
import { compilePhrase } from '../../language/matching/phrase-pattern.ts'
import { categorySchema, isoDateSchema, rangeSchema, regionSchema } from '../../model/index.ts'

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/i)
const confidence = z.enum(['high', 'medium', 'low'])
const phrase = z.string().check((ctx) => {
  try {
    compilePhrase(ctx.value)
  } catch {
    ctx.issues.push({ code: 'custom', input: ctx.value, message: `not a phrase: ${ctx.value}` })
  }
})
const phrases = z.array(phrase).readonly()
const regions = z.array(regionSchema).readonly()
const ids = z.array(id).readonly()
const categories = z.array(categorySchema).min(1).readonly()

/** How an edition stands to a treatment: `not-recommended` yields only to its `exceptIf`. */
const stanceSchema = z.enum(['recommended', 'conditional', 'not-recommended'])

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

/** An ingredient that makes a whole compound not recommended, unless it comes in a named form or below a strength (per cent). */
const ingredientSchema = z.strictObject({
  name: z.string().min(2),
  unlessForm: z.array(z.string()).readonly().optional(),
  abovePercent: z.number().positive().optional(),
})
export type BannedIngredient = z.infer<typeof ingredientSchema>

/** Visits, weeks and length of the physical-medicine period (months after the operation) of one surgery. */
const postsurgicalSchema = z.strictObject({
  surgery: id,
  words: z.array(z.string().min(3)).min(1).readonly(),
  visits: rangeSchema,
  weeks: rangeSchema,
  months: z.number().positive(),
  confidence,
})
export type Postsurgical = z.infer<typeof postsurgicalSchema>

/** What one edition says of a treatment. `figures` are kept with their source and not compared. */
const statementSchema = z.strictObject({
  edition: z.string(),
  citation: z.string().optional(),
  stance: stanceSchema,
  regions: regions.optional(),
  notRecommendedRegions: regions.optional(),
  limits: limitsSchema.optional(),
  figures: z.record(id, z.union([z.number(), z.array(z.number()).readonly(), z.boolean(), z.string()])).optional(),
  /** All of these. */
  requires: ids.optional(),
  /** At least one of these as well. */
  requiresAny: ids.optional(),
  /** One of these makes all others needless. */
  sufficient: ids.optional(),
  /** For treatment that goes on. */
  extendIf: ids.optional(),
  /** None of these. */
  notIf: ids.optional(),
  /** All of these lift the stance `not-recommended`. */
  exceptIf: ids.optional(),
  /** Goes with the service of this category in the same letter. */
  followsCategory: categorySchema.optional(),
  notRecommendedIngredients: z.array(ingredientSchema).readonly().optional(),
  postsurgical: z.array(postsurgicalSchema).readonly().optional(),
  /** Share of the visits in `postsurgical` that a first course may have. */
  initialShare: z.number().positive().max(1).optional(),
  confidence,
  note: z.string().optional(),
  sources: z.array(z.string()).readonly().optional(),
})
export type Statement = z.infer<typeof statementSchema>

const guidelineSchema = z.strictObject({
  id,
  kind: id,
  categories,
  /** Wordings by which the treatment is asked for. */
  names: z.array(z.string().min(2)).min(1).readonly(),
  /** Bare procedure codes. */
  codes: z.array(z.string()).readonly().optional(),
  /** Products whose name tells what is in them. */
  brands: z
    .array(z.strictObject({ name: z.string(), ingredients: z.array(z.string()).readonly() }))
    .readonly()
    .optional(),
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
  /** Its text is under licence: what is not found here may still stand there, so other guidelines do not replace it. */
  licensed: z.literal(true).optional(),
  chapters: z
    .array(
      z.strictObject({
        name: z.string(),
        editions: z
          .array(z.strictObject({ dated: z.string().regex(/^\d{4}-\d\d(-\d\d)?$/), from: isoDateSchema }))
          .readonly(),
      }),
    )
    .readonly()
    .optional(),
  confidence,
  note: z.string().optional(),
  sources: z.array(z.string()).readonly().optional(),
})
export type Edition = z.infer<typeof editionSchema>

const said = { met: phrases.optional(), notMet: phrases.optional() }

/** What a criterion asks and how a summary says so: see the head of guidelines/criteria.yaml. */
const criterionRuleSchema = z.strictObject({
  id,
  text: z.string(),
  sameAs: id.optional(),
  ...said,
  aspects: z
    .array(z.strictObject({ id, ...said }))
    .readonly()
    .optional(),
  deniedAspects: z.int().positive().optional(),
  anyOf: z.literal(true).optional(),
  planned: z.literal(true).optional(),
  regional: z.literal(true).optional(),
  aboutDrug: z.literal(true).optional(),
  /** The request's own words count too. */
  inRequest: z.literal(true).optional(),
  /** A request of this category in the same letter says that it is so. */
  inServices: categories.optional(),
  /** The surgery that the service belongs to, when it is proposed to be authorized, says that it is so. */
  byParent: z.literal(true).optional(),
  ageOver: z.int().optional(),
  daysSinceInjuryAtMost: z.int().optional(),
  daysSinceInjuryAtLeast: z.int().optional(),
})
export type CriterionRule = z.infer<typeof criterionRuleSchema>

const conditionSchema = z.strictObject({ id, regions: regions.optional(), words: z.array(z.string()).readonly() })
export type Condition = z.infer<typeof conditionSchema>

const bodyPartSchema = z.strictObject({
  region: regionSchema,
  words: z.array(z.string()).min(1).readonly(),
  bears: regions,
})
export type BodyPart = z.infer<typeof bodyPartSchema>

const generalRuleSchema = z.strictObject({
  id,
  effect: z.enum(['decides', 'caution']),
  citation: z.string(),
  text: z.string(),
  limit: z.number().optional(),
  /** An excess of at most this share of what is allowed is called small. */
  smallExcess: z.number().positive().optional(),
  phrases: phrases.optional(),
  categories: categories.optional(),
  injuriesFrom: isoDateSchema.optional(),
  /** First day of the rule. */
  from: isoDateSchema.optional(),
  confidence,
})
export type GeneralRule = z.infer<typeof generalRuleSchema>

/** Statements added to a guideline of another file: how a licensee brings in what cannot be shipped. */
const additionSchema = z.strictObject({ guideline: id, editions: z.array(statementSchema).min(1).readonly() })

/** One YAML file of a guideline pack. Unknown keys are refused. */
export const packFileSchema = z.strictObject({
  guidelines: z.array(guidelineSchema).readonly().optional(),
  additions: z.array(additionSchema).readonly().optional(),
  editions: z.array(editionSchema).readonly().optional(),
  criteria: z.array(criterionRuleSchema).readonly().optional(),
  conditions: z.array(conditionSchema).readonly().optional(),
  bodyParts: z.array(bodyPartSchema).readonly().optional(),
  generalRules: z.array(generalRuleSchema).readonly().optional(),
  chronicAfterDays: z.int().positive().optional(),
})
