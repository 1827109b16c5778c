import { z } from 'zod'

/** Body regions a service or diagnosis can name. */
export const regionSchema = z.enum([
  'head',
  'neck',
  'thoracic',
  'low-back',
  'shoulder',
  'elbow',
  'wrist',
  'hand',
  'hip',
  'knee',
  'ankle',
  'foot',
  'pelvis',
  'chest',
  'abdomen',
  'upper-extremity',
  'lower-extremity',
  'spine',
  'eye',
  'ear',
  'face-or-jaw',
  'psyche',
  'whole-body',
])
export type Region = z.infer<typeof regionSchema>

/** How sure the letter is of a diagnosis. */
export const certaintySchema = z.enum(['confirmed', 'suspected', 'ruled-out', 'history'])
export type Certainty = z.infer<typeof certaintySchema>

export const lateralitySchema = z.enum(['left', 'right', 'bilateral'])
export type Laterality = z.infer<typeof lateralitySchema>

/** What is asked for. One request has one category: that of the service it names first. */
export const categorySchema = z.enum([
  'acupuncture',
  'chiropractic',
  'physical-therapy',
  'occupational-therapy',
  'massage',
  'work-hardening',
  'aquatic-therapy',
  'functional-restoration',
  'home-exercise-or-gym',
  'electrotherapy',
  'shockwave',
  'infrared-or-laser',
  'traction',
  'dme',
  'imaging-mri',
  'imaging-xray',
  'imaging-ct',
  'imaging-other',
  'electrodiagnostic',
  'injection',
  'surgery',
  'surgical-associated',
  'drug-opioid',
  'drug-nsaid',
  'drug-muscle-relaxant',
  'drug-ppi-h2',
  'drug-topical',
  'drug-antiepileptic',
  'drug-antidepressant',
  'drug-sedative',
  'drug-other',
  'urine-drug-test',
  'lab-test',
  'functional-capacity-evaluation',
  'range-of-motion-or-strength-test',
  'consultation',
  'psychological',
  'home-health',
  'transportation',
  'inpatient-or-facility',
  'other',
])
export type Category = z.infer<typeof categorySchema>

/** `upheld`: the UR denial stands. `overturned`: UR is reversed and the service must be authorised. */
export const outcomeSchema = z.enum(['upheld', 'overturned'])
export type Outcome = z.infer<typeof outcomeSchema>

/** An inclusive range `[min, max]`; an exact number n is `[n, n]`. */
export const rangeSchema = z
  .tuple([z.number().nonnegative(), z.number().nonnegative()])
  .refine(([min, max]) => min <= max, { message: 'range must have min <= max' })
  .readonly()
export type Range = z.infer<typeof rangeSchema>

/** Makes a range. @throws {RangeError} when max < min or a bound is negative or not finite. */
export function makeRange(min: number, max: number = min): Range {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min < 0 || max < min)
    throw new RangeError(`not a range: ${min}..${max}`)
  return [min, max]
}

/** ISO 8601 calendar date, `YYYY-MM-DD`, of a day that exists. */
export const isoDateSchema = z.iso.date()
export type IsoDate = z.infer<typeof isoDateSchema>
