import { type DateShape, findDateShapes } from '../../../language/dates.ts'
import { nearestOf } from '../../../language/matching/fuzzy.ts'
import { type Field, type Header, type IsoDate, missing } from '../../../model/index.ts'
import { type Flow, phraseAt, type Row } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { readField, trimmed } from '../../trust/confidence.ts'
import { type HeaderField, type LabelledValue, labels, phrasesOf } from '../layout/letter-vocabulary.ts'
import { readCaseNumber } from './case-number.ts'

const labelPhrases = phrasesOf<HeaderField | 'person'>({ ...labels.header, person: labels.person })
const continued = phrasesOf<HeaderField>(labels.continued)

type DateField = Exclude<HeaderField, 'caseNumber' | 'claimNumber' | 'priority'>
const dateFields: readonly DateField[] = [
  'dateAssigned',
  'dateOfInjury',
  'decisionDate',
  'urDecisionDate',
  'applicationReceived',
]

/** The rows of the header block: those before the first section. Rows far into a letter without headings are no header. */
export function headerRows(flow: Flow, until: number): readonly Row[] {
  return flow.rows.filter((row) => row.start < until).slice(0, 120)
}

/** Reads the header block (two columns of labels and values) and what page margins say. */
export function readHeader(flow: Flow, until: number): Header {
  const rows = headerRows(flow, until)
  const values = rows.flatMap((row, i) => labelledValues(flow, row, rows[i + 1]))
  const decision = dateField(flow, 'decisionDate', values, rows, null)
  const dates = Object.fromEntries(
    dateFields.map((key) => [
      key,
      key === 'decisionDate' ? decision : dateField(flow, key, values, rows, decision.value),
    ]),
  ) as Readonly<Record<DateField, Field<IsoDate>>>
  return {
    caseNumber: readCaseNumber(flow, values),
    claimNumber: claimNumber(flow, values),
    ...dates,
    priority: priority(flow, values),
  }
}

function labelledValues(flow: Flow, row: Row, next: Row | undefined): readonly LabelledValue[] {
  const found: { key: HeaderField | 'person'; start: number; end: number; cost: number; size: number }[] = []
  for (const word of row.text.matchAll(/\S+/g)) {
    const at = row.start + word.index
    if (found.some((f) => at < f.end)) continue
    const match = phraseAt(flow, at, labelPhrases)
    // In a row of running prose a word like `application` is no label: a label opens a row or a column, or has a colon.
    if (match && match.end <= row.end && opens(flow, row, match)) found.push(match)
  }
  return found.map((f, i) => {
    const end = found[i + 1]?.start ?? row.end
    const colon = /^\s*[:;.]?\s*/.exec(flow.transcript.text.slice(f.end, end))?.[0].length ?? 0
    const here = trimmed(flow.transcript, { start: f.end + colon, end })
    const empty = !/[A-Za-z0-9]/.test(flow.transcript.text.slice(here.start, here.end))
    const wrapped = next ? phraseAt(flow, next.start, continued) : null
    const value =
      empty && next && wrapped && wrapped.key === f.key
        ? trimmed(flow.transcript, { start: Math.min(next.end, wrapped.end + 1), end: next.end })
        : here
    return { key: f.key, cost: f.cost, exact: wrapped?.key === f.key || f.size > 11, ...value }
  })
}

function opens(flow: Flow, row: Row, match: Span): boolean {
  const after = flow.transcript.text.slice(match.end, match.end + 3)
  if (/^\s?[:;]/.test(after)) return true
  const before = flow.transcript.text.slice(row.start, match.start)
  if (/^[^A-Za-z0-9]*$/.test(before) || / {2}$/.test(before) || /\d\W{0,3}$/.test(before) || /:\s*\S+\W*$/.test(before))
    return /^[^A-Za-z]*\d/.test(flow.transcript.text.slice(match.end, row.end)) || match.end >= row.end - 1
  return false
}

function dateField(
  flow: Flow,
  key: DateField,
  values: readonly LabelledValue[],
  rows: readonly Row[],
  notAfter: IsoDate | null,
): Field<IsoDate> {
  const rule = `header.${dashed(key)}`
  const context = { notAfter }
  const labelled = values.filter((v) => v.key === key)
  const read = labelled.flatMap((v) => {
    const shape = findDateShapes(flow.transcript.text.slice(v.start, v.end), context)[0]
    return shape ? [{ shape: moved(shape, v.start), cost: v.cost }] : []
  })
  const best = read.find((r) => r.shape.value !== null) ?? read[0]
  if (best) return dateFrom(flow, best.shape, rule, best.cost === 0 ? 0.995 : 0.97)
  const partner = gridDate(key, values, rows)
  if (partner) return dateFrom(flow, partner, `${rule}.beside`, 0.85)
  const hole = labelled[0]
  if (hole && hole.end - hole.start > 0)
    return { ...missing<IsoDate>(rule, 0.3), raw: flow.transcript.flat(hole), evidence: flow.transcript.evidence(hole) }
  return missing(rule, labelled.length > 0 ? 0.3 : 0.6)
}

function dateFrom(flow: Flow, shape: DateShape, rule: string, strength: number): Field<IsoDate> {
  const alternatives = shape.alternatives.map((value) => ({
    value,
    why: 'one look-alike digit makes it a day that exists',
  }))
  if (shape.value === null)
    return {
      value: null,
      raw: shape.raw,
      confidence: 0.2,
      status: 'ambiguous',
      rule,
      evidence: flow.transcript.evidence(shape),
      alternatives,
    }
  return readField(flow.transcript, shape, shape.value, { rule, strength: shape.repaired ? strength - 0.12 : strength })
}

const moved = (shape: DateShape, by: number): DateShape => ({ ...shape, start: shape.start + by, end: shape.end + by })

/** A date whose own label was lost, beside the label of its neighbour in the printed grid. */
function gridDate(key: DateField, values: readonly LabelledValue[], rows: readonly Row[]): DateShape | null {
  const pair = labels.grid.find((p) => p.includes(key))
  if (!pair) return null
  const [first, second] = pair
  const other = key === first ? second : first
  if (values.some((v) => v.key === key)) return null
  // In the order of the rows, so that each row looks on from where the one before it ended.
  const neighbours = values.filter((v) => v.key === other).sort((a, b) => a.start - b.start)
  let next = 0
  for (const row of rows) {
    while ((neighbours[next]?.start ?? row.start) < row.start) next++
    const neighbour = neighbours[next]
    if (!neighbour || neighbour.start > row.end) continue
    const dates = findDateShapes(row.text).map((d) => moved(d, row.start))
    const free = dates.filter((d) => !values.some((v) => v.key !== other && d.start >= v.start && d.start < v.end))
    const candidate =
      key === first
        ? free.find((d) => d.end <= neighbour.start)
        : free.filter((d) => d.start >= neighbour.start)[other === 'priority' ? 0 : 1]
    if (candidate) return candidate
  }
  return null
}

function claimNumber(flow: Flow, values: readonly LabelledValue[]): Field<string> {
  const rule = 'header.claim-number'
  const labelled = values.find((v) => v.key === 'claimNumber')
  if (!labelled) return missing(rule, 0.9)
  const written = flow.transcript.text.slice(labelled.start, labelled.end)
  const value = /^[A-Za-z0-9][A-Za-z0-9\-/.]*(?: [A-Z0-9\-/]+)*/.exec(written)?.[0]
  if (!value || !/\d/.test(value)) return { ...missing<string>(rule, 0.7), status: 'redacted' }
  return readField(flow.transcript, { start: labelled.start, end: labelled.start + value.length }, value, {
    rule,
    strength: 0.93,
  })
}

function priority(flow: Flow, values: readonly LabelledValue[]): Header['priority'] {
  const rule = 'header.priority'
  for (const labelled of values.filter((v) => v.key === 'priority')) {
    for (const word of flow.transcript.text.slice(labelled.start, labelled.end).matchAll(/\S+/g)) {
      for (const value of ['standard', 'expedited'] as const) {
        const near = nearestOf(word[0], labels.priorities[value])
        if (!near) continue
        const start = labelled.start + word.index
        const span = { start, end: start + word[0].length }
        return readField(flow.transcript, span, value, { rule, strength: near.cost === 0 ? 0.995 : 0.95 })
      }
    }
  }
  return missing(rule, 0.6)
}

const dashed = (key: string) => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`).replace(/^ur-/, 'ur-')
