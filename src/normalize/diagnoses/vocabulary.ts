import { z } from 'zod'
import { regionSchema } from '../../model/index.ts'
import abbreviationData from '../vocabulary/diagnosis-abbreviations.json' with { type: 'json' }
import cueData from '../vocabulary/diagnosis-cues.json' with { type: 'json' }
import termData from '../vocabulary/diagnosis-terms.json' with { type: 'json' }

const phrases = z.array(z.string().min(1)).readonly()

const cueSchema = z.strictObject({
  statements: z
    .array(
      z.strictObject({
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
      }),
    )
    .readonly(),
  notBefore: phrases,
  notSubject: phrases,
  stops: phrases,
  qualifiers: phrases,
  kept: phrases,
  modifiers: z.string(),
  certainty: z.strictObject({ suspected: phrases, history: phrases, 'ruled-out': phrases }),
})

const termSchema = z.strictObject({
  terms: z
    .array(
      z.strictObject({
        term: z.string(),
        synonyms: z.array(z.string()).readonly(),
        icd9: z.string().optional(),
        icd10: z.string().optional(),
        icd10BySide: z.partialRecord(z.enum(['left', 'right', 'bilateral', 'unspecified']), z.string()).optional(),
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

const disease =
  /\b(?:tears?|ruptures?|sprains?|strains?|fractures?|syndrome|radiculopathy|herniat\w*|arthr\w*|contusions?|disease|disorder|impingement|dislocation|concussion|laceration|spondyl\w*|[a-z]{3,}(?:itis|osis|pathy|algia|malacia))\b/i
/** Whether words name a disease or an injury, and not only where it hurts. */
export const namesDisease = (text: string) => disease.test(text)
