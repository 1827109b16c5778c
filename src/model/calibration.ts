import { z } from 'zod'
import { type Page, pageSourceSchema } from './document.ts'

/** What a field holds decides how its score tells whether it is right: one wrong sign spoils a date, not a paragraph. */
export const fieldKinds = [
  'entry',
  'wording',
  'choice',
  'frequency',
  'drug',
  'diagnosis',
  'diagnosis.numbered',
  'diagnosis.listed',
  'diagnosis.single',
  'diagnosis.narrative',
] as const
export type FieldKind = (typeof fieldKinds)[number]
/** Where a calibration has few fields of a kind, the curve of another counts: what a wording asks for is scored as its category is. */
const wider: Partial<Record<FieldKind, FieldKind>> = {
  frequency: 'choice',
  drug: 'choice',
  'diagnosis.numbered': 'diagnosis',
  'diagnosis.listed': 'diagnosis',
  'diagnosis.single': 'diagnosis',
  'diagnosis.narrative': 'diagnosis',
}
/** Kinds whose doubt is measured at first sight: those of diagnoses together. */
export const wholeKinds = ['entry', 'wording', 'choice', 'frequency', 'drug', 'diagnosis'] as const
export type WholeKind = (typeof wholeKinds)[number]
/** The kind that a kind is a part of, or itself: `diagnosis` of `diagnosis.single`. */
export const wholeKind = (kind: FieldKind) => wholeKinds.find((k) => teaches(kind, k)) ?? 'wording'

/** So many labelled fields make a curve of their own. */
const ENOUGH = 40
/** Whether a field of the kind `of` teaches the curve of `kind`: its own, and the one that it is a part of. */
export const teaches = (of: FieldKind, kind: FieldKind) => of === kind || of.startsWith(`${kind}.`)

const knot = z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
const rising = (knots: readonly (readonly [number, number])[]) =>
  knots.every(([score, share], i) => i === 0 || (score > (knots[i - 1]?.[0] ?? 0) && share >= (knots[i - 1]?.[1] ?? 0)))

/**
 * How often values were right on labelled letters, by kind of field and source: points (score, share that was right), rising.
 * Between two points the line counts, before the first the line from (0, 0), behind the last the last.
 * The curves are learned from letters by which the rules were written too; `doubts` says by how much they flatter.
 */
export const calibrationSchema = z
  .object({
    curves: z.record(
      pageSourceSchema,
      z.partialRecord(
        z.enum(fieldKinds),
        z
          .object({ fields: z.int().min(0), points: z.array(knot).refine(rising, 'points must rise').readonly() })
          .strict()
          .readonly(),
      ),
    ),
    /** How much more often values were wrong in letters that the rules had not seen than the curves say, by kind: 1 or more. */
    doubts: z.partialRecord(z.enum(wholeKinds), z.number().min(1)).default({}),
  })
  .strict()
  .readonly()
export type Calibration = z.infer<typeof calibrationSchema>

const kinds: readonly (readonly [RegExp, FieldKind])[] = [
  [/^(header|patient)\./, 'entry'],
  [/^diagnoses\b/, 'diagnosis'],
  [/^services\[\d*\]\.frequency\b/, 'frequency'],
  [/^services\[\d*\]\.drug\b/, 'drug'],
  [/^(reviewer\.|services\[\d*\]\.(category|outcome)$)/, 'choice'],
]

/** The kind of the field at a path of the record, as in `services[0].outcome`; of a diagnosis its rule tells the shape of the statement. */
export function fieldKind(path: string, rule = ''): FieldKind {
  const kind = kinds.find(([pattern]) => pattern.test(path))?.[1] ?? 'wording'
  const shape = kind === 'diagnosis' ? fieldKinds.find((k) => k === `diagnosis.${rule.split('.').at(-1)}`) : undefined
  return shape ?? kind
}

/** How likely a value of a letter never seen is right whose rule and reading gave it this score, both 0..1. Rises with the score. */
export function probabilityOf(
  calibration: Calibration,
  source: Page['source'],
  kind: FieldKind,
  score: number,
): number {
  const known = onCurve(curveFor(calibration.curves[source], kind), score)
  return Math.max(0, 1 - (1 - known) * (calibration.doubts[wholeKind(kind)] ?? 1))
}

function onCurve(points: readonly (readonly [number, number])[], score: number): number {
  if (points.length === 0) return score
  let [x0, y0] = [0, 0]
  for (const [x, y] of points) {
    if (score <= x) return x === x0 ? y : y0 + ((y - y0) * (score - x0)) / (x - x0)
    ;[x0, y0] = [x, y]
  }
  return y0
}

function curveFor(
  curves: Calibration['curves'][Page['source']],
  kind: FieldKind,
): readonly (readonly [number, number])[] {
  const [own, general] = [curves[kind], wider[kind]]
  if (general === undefined) return own?.points ?? []
  return (own && own.fields >= ENOUGH ? own : curves[general])?.points ?? []
}
