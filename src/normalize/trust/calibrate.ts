import {
  type Calibration,
  calibrationSchema,
  type Field,
  fieldKind,
  type Page,
  probabilityOf,
} from '../../model/index.ts'
import calibrationData from '../vocabulary/calibration.json' with { type: 'json' }

/** How often values are right, as measured on labelled letters: `imr evaluate --calibrate` makes this file. */
export const calibration = calibrationSchema.parse(calibrationData)

/**
 * The same part of a record, with every score (rule and reading) turned into the probability that the value is right. A field that was read on
 * several pages counts as OCR when one of them does. What was not found keeps its score.
 */
export function withProbabilities<T>(part: T, path: string, pages: readonly Page[], by: Calibration): T {
  if (Array.isArray(part))
    return part.map((item, i) => withProbabilities(item, `${path}[${i}]`, pages, by)) as unknown as T
  if (part === null || typeof part !== 'object') return part
  if (!isField(part)) {
    const entries = Object.entries(part).map(([key, value]) => {
      return [key, withProbabilities(value, path === '' ? key : `${path}.${key}`, pages, by)]
    })
    return Object.fromEntries(entries) as T
  }
  if (part.value === null) return part
  const isOcr = part.evidence.some((e) => pages.find((p) => p.number === e.page)?.source === 'ocr')
  const probability = probabilityOf(by, isOcr ? 'ocr' : 'text-layer', fieldKind(path, part.rule), part.confidence)
  return { ...part, confidence: Math.round(probability * 1000) / 1000 }
}

function isField(part: object): part is Field<unknown> {
  return 'confidence' in part && 'evidence' in part && 'rule' in part
}
