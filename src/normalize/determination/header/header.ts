import { type DateShape, findDateShapes } from '../../../language/dates.ts'
import { nearestOf } from '../../../language/matching/fuzzy.ts'
import { type Field, type Header, type IsoDate, missing } from '../../../model/index.ts'
import { type Flow, phraseAt, type Row } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { readField, trimmed } from '../../trust/confidence.ts'
import { type HeaderField, type LabelledValue, labels, phrasesOf } from '../layout/letter-vocabulary.ts'
import { readCaseNumber } from './case-number.ts'
import { dateOfRow, type Grid, gridOf, isInColumn, isNear } from './grid.ts'

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

/** Fewer labels than this are none of a header's block. */
const LABELS_OF_A_BLOCK = 3

export type ReadHeader = {
  readonly header: Header
  /** Where the block of labels and values ends, from which on sentences may tell dates; 0 where there is none. */
  readonly blockEnd: number
}

/** The header block: its rows, its labels with what stands behind them, and its columns. */
type Block = {
  readonly flow: Flow
  readonly values: readonly LabelledValue[]
  readonly rows: readonly Row[]
  readonly grid: Grid | null
}

/** Reads the header block (two columns of labels and values) and what page margins say. */
export function readHeader(flow: Flow, until: number): ReadHeader {
  const rows = headerRows(flow, until)
  const values = rows.flatMap((row, i) => labelledValues(flow, row, rows[i + 1]))
  const block: Block = { flow, values, rows, grid: gridOf(flow, values) }
  const decision = dateField(block, 'decisionDate', null)
  const dates = Object.fromEntries(
    dateFields.map((key) => [key, key === 'decisionDate' ? decision : dateField(block, key, decision.value)]),
  ) as Readonly<Record<DateField, Field<IsoDate>>>
  const header = {
    caseNumber: readCaseNumber(flow, values),
    claimNumber: claimNumber(flow, values),
    ...dates,
    priority: priority(flow, values),
  }
  const own = values.filter((v) => v.key !== 'person')
  const isBlock = new Set(own.map((v) => v.key)).size >= LABELS_OF_A_BLOCK
  return { header, blockEnd: isBlock ? Math.max(...own.map((v) => v.end)) : 0 }
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
    return {
      key: f.key,
      label: { start: f.start, end: f.end },
      cost: f.cost,
      exact: wrapped?.key === f.key || f.size > 11,
      ...value,
    }
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

function dateField(block: Block, key: DateField, notAfter: IsoDate | null): Field<IsoDate> {
  const { flow, values, grid } = block
  const rule = `header.${dashed(key)}`
  const labelled = values.filter((v) => v.key === key)
  const read = labelled.flatMap((v) => {
    const shape = findDateShapes(flow.transcript.text.slice(v.start, v.end), { notAfter })
      .map((s) => moved(s, v.start))
      .find((s) => (grid ? isInColumn(flow, grid, key, s.start) : isNear(flow, v.label, s.start)))
    return shape ? [{ shape, cost: v.cost }] : []
  })
  const best = read.find((r) => r.shape.value !== null) ?? read[0]
  if (best) return dateFrom(flow, best.shape, rule, best.cost === 0 ? 0.995 : 0.97)
  const place = grid && dateOfRow(flow, grid, key, values, block.rows)
  if (place?.by === 'neighbour') return dateFrom(flow, place.shape, `${rule}.beside`, 0.85)
  if (place) return { ...dateFrom(flow, place.shape, `${rule}.order`, 0.6), status: 'ambiguous' }
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

function claimNumber(flow: Flow, values: readonly LabelledValue[]): Field<string> {
  const rule = 'header.claim-number'
  const labelled = values.find((v) => v.key === 'claimNumber')
  if (!labelled) return missing(rule, 0.9)
  const written = flow.transcript.text.slice(labelled.start, labelled.end)
  const value = claimNumberIn(written)
  if (value === null) return { ...missing<string>(rule, 0.7), status: 'redacted' }
  return readField(flow.transcript, { start: labelled.start, end: labelled.start + value.length }, value, {
    rule,
    strength: 0.93,
  })
}

/** The claim number with which a text begins; null for none. */
export function claimNumberIn(text: string): string | null {
  const value = /^[A-Za-z0-9][A-Za-z0-9\-/.]*(?: [A-Z0-9\-/]+)*/.exec(text)?.[0]
  return value && /\d/.test(value) ? value : null
}

function priority(flow: Flow, values: readonly LabelledValue[]): Header['priority'] {
  const rule = 'header.priority'
  for (const labelled of values.filter((v) => v.key === 'priority')) {
    const found = priorityIn(flow.transcript.text.slice(labelled.start, labelled.end))
    if (!found) continue
    const span = { start: labelled.start + found.start, end: labelled.start + found.end }
    return readField(flow.transcript, span, found.value, { rule, strength: found.cost === 0 ? 0.995 : 0.95 })
  }
  return missing(rule, 0.6)
}

type FoundPriority = Span & { readonly value: 'standard' | 'expedited'; readonly cost: number }

/** The first word of a text that names a priority, misread letters allowed. */
export function priorityIn(text: string): FoundPriority | null {
  for (const word of text.matchAll(/\S+/g))
    for (const value of ['standard', 'expedited'] as const) {
      const near = nearestOf(word[0], labels.priorities[value])
      if (near) return { value, cost: near.cost, start: word.index, end: word.index + word[0].length }
    }
  return null
}

const dashed = (key: string) => key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`).replace(/^ur-/, 'ur-')
