import { type DateShape, findDateShapes } from '../../../language/dates.ts'
import type { Flow, Row } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { type HeaderField, type LabelledValue, labels } from '../layout/letter-vocabulary.ts'

/**
 * A header block of two columns, side by side, each of labels and their values: where on the page each begins, as fractions of its
 * width. What stands in one column is never the value of a label in the other, however much between them is covered.
 */
export type Grid = {
  /** Left edge of the labels of the right column. */
  readonly right: number
  /** Left edges of the values, left and right; null where no row shows it. */
  readonly values: readonly [number | null, number | null]
}

/** Columns further apart than this are two. */
const APART = 0.2
/** How far a value may begin from its column's edge: a letter or two that were read otherwise. */
const ASIDE = 0.05
const EDGE = 0.015
/** No value stands further behind its label. */
const FURTHEST = 0.3

/** The columns of a header block, by its labels; null when they stand under each other, or too few are left to tell. */
export function gridOf(flow: Flow, values: readonly LabelledValue[]): Grid | null {
  const edges = (column: 0 | 1) =>
    values.filter((v) => labels.grid.some((pair) => pair[column] === v.key)).map((v) => across(flow, v.label.start))
  const [lefts, rights] = [edges(0), edges(1)]
  const [left, right] = [median(lefts), median(rights)]
  if (right === null || right - (left ?? 0) < (left === null ? 2 * APART : APART)) return null
  // A form that has its labels elsewhere is no such block; one of many may be a word of a sentence.
  const offLeft = lefts.filter((x) => Math.abs(x - (left ?? x)) > ASIDE).length
  const offRight = rights.filter((x) => Math.abs(x - right) > ASIDE).length
  if (3 * offLeft > lefts.length || 3 * offRight > rights.length) return null
  const starts: [number[], number[]] = [[], []]
  for (const v of values) {
    const column = columnOf(v.key)
    const [shape] = findDateShapes(flow.transcript.text.slice(v.start, v.end))
    if (column === null || !shape) continue
    const x = across(flow, v.start + shape.start)
    if (x < right - EDGE === (column === 0)) starts[column].push(x)
  }
  return { right, values: [median(starts[0]), median(starts[1])] }
}

/** Whether what begins at `offset` stands where the value of `key` does. */
export function isInColumn(flow: Flow, grid: Grid, key: HeaderField, offset: number): boolean {
  const column = columnOf(key)
  if (column === null) return true
  const x = across(flow, offset)
  const edge = grid.values[column]
  return x < grid.right - EDGE === (column === 0) && (edge === null || Math.abs(x - edge) <= ASIDE)
}

/** Whether a value stands so near behind its label that no other column can be between them. Rows below the label's are near. */
export function isNear(flow: Flow, label: Span, offset: number): boolean {
  const last = flow.transcript.words(label).at(-1)
  return last === undefined || across(flow, offset) - last.box[2] <= FURTHEST
}

/**
 * The date of a field whose own label was not read. Its row is known by the label of its neighbour or, when that is lost too, by the
 * rows above and below: then only a row that stands alone between them counts.
 */
export function dateOfRow(
  flow: Flow,
  grid: Grid,
  key: HeaderField,
  values: readonly LabelledValue[],
  rows: readonly Row[],
): { readonly shape: DateShape; readonly by: 'neighbour' | 'order' } | null {
  const at = labels.grid.findIndex((pair) => pair.includes(key))
  if (at < 0 || values.some((v) => v.key === key)) return null
  const rowOf = (index: number) => {
    const pair: readonly string[] = labels.grid[index] ?? []
    const label = values.find((v) => pair.includes(v.key))?.label
    return label ? rows.findIndex((row) => label.start >= row.start && label.start < row.end) : -1
  }
  // A stamp tells its day in words where the form has numbers.
  const worded = values.some((v) => columnOf(v.key) !== null && isWorded(flow, v))
  const datesIn = (row: Row) =>
    findDateShapes(row.text)
      .map((d) => ({ ...d, start: d.start + row.start, end: d.end + row.start }))
      .filter((d) => isInColumn(flow, grid, key, d.start) && (worded || !/[a-z]{3}/i.test(d.raw)))
  const own = rows[rowOf(at)]
  if (own) {
    const [shape] = datesIn(own)
    return shape ? { shape, by: 'neighbour' } : null
  }
  const above = at === 0 ? rowOfCaseNumber(values, rows) : rowOf(at - 1)
  const below = rowOf(at + 1)
  if (above < 0 || below < 0) return null
  const found = rows.slice(above + 1, below).flatMap(datesIn)
  return found.length === 1 && found[0] ? { shape: found[0], by: 'order' } : null
}

function rowOfCaseNumber(values: readonly LabelledValue[], rows: readonly Row[]): number {
  const label = values.find((v) => v.key === 'caseNumber')?.label
  return label ? rows.findIndex((row) => label.start >= row.start && label.start < row.end) : -1
}

function isWorded(flow: Flow, { start, end }: LabelledValue): boolean {
  const [shape] = findDateShapes(flow.transcript.text.slice(start, end))
  return shape !== undefined && /[a-z]{3}/i.test(shape.raw)
}

function columnOf(key: LabelledValue['key']): 0 | 1 | null {
  if (labels.grid.some(([left]) => left === key)) return 0
  return labels.grid.some(([, right]) => right === key) ? 1 : null
}

/** Where across its page what begins at `offset` stands, 0..1. */
function across(flow: Flow, offset: number): number {
  const [word] = flow.transcript.words({ start: offset, end: offset + 1 })
  return word?.box[0] ?? 0
}

function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? null
}
