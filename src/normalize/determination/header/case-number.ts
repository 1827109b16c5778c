import { asDigits, DIGIT } from '../../../language/lookalikes.ts'
import { type Field, missing } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import type { Transcript } from '../../page-text/transcript.ts'
import { agreed, readField } from '../../trust/confidence.ts'
import type { LabelledValue } from '../layout/letter-vocabulary.ts'

/** `CMyy-nnnnnnn`, look-alikes of its letters and digits included. */
const shape = new RegExp(
  `(?<![A-Za-z0-9])[CcGE(€]\\s?[Mm]\\s?(${DIGIT}{2,3})\\s?[-–—~_.]\\s?(${DIGIT}{7})(?![0-9])`,
  'g',
)
type Found = { readonly value: string; readonly start: number; readonly end: number; readonly repaired: boolean }

/** Case numbers in a text, repaired to their one shape: `CM`, two digits of the year, a dash, seven digits. */
export function findCaseNumbers(text: string): readonly Found[] {
  return [...text.matchAll(shape)].flatMap((m) => {
    const year = singleStrokes(m[1] ?? '')
    if (year.length !== 2) return []
    const digits = asDigits(`${year}${m[2]}`)
    const value = `CM${digits.slice(0, 2)}-${digits.slice(2)}`
    return [{ value, start: m.index, end: m.index + m[0].length, repaired: value !== m[0] }]
  })
}

/** One stroke read twice, once as a digit and once as a letter that looks like it (`1i6`), is one. */
function singleStrokes(text: string): string {
  return text.replace(/1[Iil|!]|[Iil|!]1/, '1')
}

/** The letter's case number: in the header block, else anywhere before the sections, else in the margins of its pages. */
export function readCaseNumber(flow: Flow, values: readonly LabelledValue[]): Field<string> {
  const rule = 'header.case-number'
  const places: {
    readonly transcript: Transcript
    readonly found: Found
    readonly rule: string
    readonly strength: number
  }[] = []
  const add = (transcript: Transcript, from: number, to: number, name: string, strength: number) => {
    for (const found of findCaseNumbers(transcript.text.slice(from, to))) {
      places.push({
        transcript,
        found: { ...found, start: found.start + from, end: found.end + from },
        rule: name,
        strength,
      })
    }
  }
  for (const v of values.filter((v) => v.key === 'caseNumber')) add(flow.transcript, v.start, v.end, rule, 0.995)
  add(flow.transcript, 0, flow.transcript.text.length, `${rule}.text`, 0.95)
  add(flow.margins, 0, flow.margins.text.length, `${rule}.margin`, 0.95)
  const best = places[0]
  if (!best) return missing(rule, 0.6)
  const elsewhere = places
    .slice(1)
    .filter((p) => p.transcript !== best.transcript || p.found.start !== best.found.start)
  const strength = best.found.repaired ? best.strength - 0.12 : best.strength
  const others = [...new Set(elsewhere.map((p) => p.found.value))].filter((v) => v !== best.found.value)
  const field = readField(best.transcript, best.found, best.found.value, {
    rule: best.rule,
    strength,
    alternatives: others.map((value) => ({ value, why: 'another place of the letter says so' })),
  })
  return elsewhere.some((p) => p.found.value === best.found.value)
    ? { ...field, confidence: agreed(field.confidence) }
    : field
}
