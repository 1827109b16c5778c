import type { CaseRecord, Service } from '../model/index.ts'
import { type Cell, type Column, letterColumns, serviceColumns } from './columns/index.ts'

/** One row per disputed service; a letter without services has one row with empty service columns. */
const columns: readonly Column<Service | null>[] = [...letterColumns, ...serviceColumns]

/** Says to Excel that what follows is UTF-8; anything else takes it for a part of the first column's name. */
export const BYTE_ORDER_MARK = '\uFEFF'

/** The header line, line end included. */
export function csvHeader(): string {
  return row(columns.map(({ name }) => name))
}

/** A record's rows (RFC 4180, UTF-8), line ends included. */
export function csvRows(record: CaseRecord): string {
  const services = record.services.length > 0 ? record.services : [null]
  return services.map((service) => row(columns.map(({ cell }) => cell(record, service)))).join('')
}

function row(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`
}

/** What a spreadsheet takes for the beginning of a formula, the full-width signs of East Asian ones included. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** A cell that a spreadsheet would take for a formula gets an apostrophe in front; what needs quotes is quoted. */
function quoted(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  const text = String(cell)
  const safe = typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
