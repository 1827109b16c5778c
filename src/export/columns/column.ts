import type { CaseRecord, Range } from '../../model/index.ts'

export type Cell = string | number | boolean | null | undefined

/** What a spreadsheet is to take a column's cells for. Dates are ISO 8601 text until they are written. */
export type ColumnType = 'text' | 'number' | 'date' | 'flag'

/** A column of a table: what is in its cells, and `about`, a sentence on it for docs/exports.md. */
export type Column<Row> = {
  readonly name: string
  readonly type: ColumnType
  readonly about: string
  readonly cell: (record: CaseRecord, row: Row) => Cell
}

/** Makes a column of rows of one kind. */
export const columnsOf =
  <Row>() =>
  (name: string, type: ColumnType, about: string, cell: (record: CaseRecord, row: Row) => Cell): Column<Row> => ({
    name,
    type,
    about,
    cell,
  })

/** Several values in one cell. */
export const list = (values: readonly (string | number | null)[] | null | undefined): string | null =>
  values && values.length > 0 ? values.map((value) => value ?? '').join('; ') : null

/** `6`, or `4 to 6`: a spreadsheet takes `4-6` for the fourth of June. */
export const span = (range: Range | null | undefined): string | null =>
  range ? (range[0] === range[1] ? `${range[0]}` : `${range[0]} to ${range[1]}`) : null

/** The two ends of a range, each in a column of its own, to count with. */
export function ends<Row>(
  name: string,
  about: string,
  range: (record: CaseRecord, row: Row) => Range | null | undefined,
): readonly [Column<Row>, Column<Row>] {
  const column = columnsOf<Row>()
  return [
    column(`${name}_min`, 'number', `${about}: the least`, (r, row) => range(r, row)?.[0]),
    column(`${name}_max`, 'number', `${about}: the most`, (r, row) => range(r, row)?.[1]),
  ]
}

type Read = { readonly status: string }

/**
 * Which of these fields are not plainly read, and what is with each: an empty cell alone would not tell a field that the letter does not state from
 * one that is blacked out.
 */
export const statuses = (fields: Readonly<Record<string, Read | null | undefined>>): string | null =>
  list(
    Object.entries(fields).flatMap(([name, field]) =>
      field && field.status !== 'extracted' ? [`${name}: ${field.status}`] : [],
    ),
  )
