import type { Cell, Column } from '../columns/index.ts'

/** Most characters that Excel takes in a cell. */
const MOST_CHARACTERS = 32_767

/** Numbers of the styles in {@link parts}. */
export const style = { plain: 0, date: 1, head: 2 } as const

/** The name of a column, from 0: A … Z, AA … */
export function columnName(index: number): string {
  const rest = Math.floor(index / 26)
  return (rest > 0 ? columnName(rest - 1) : '') + String.fromCharCode(65 + (index % 26))
}

/**
 * Text of a sheet. XML 1.0 cannot hold most control characters: they are written as spreadsheets do, `_x0007_` (ECMA-376, ST_Xstring), and so
 * is what looks like that in the text itself.
 */
export function sheetText(text: string): string {
  return clipped(text)
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, hexed)
    .replaceAll('\r', '_x000D_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

const hexed = (character: string) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`

/** What is longer than a cell may be says so at its end. */
function clipped(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  const note = ` … (cut at ${MOST_CHARACTERS} of ${text.length} characters: see JSON Lines)`
  return text.slice(0, MOST_CHARACTERS - note.length) + note
}

/** Days since the day before 1900-01-01 in Excel's count, which has a 29 February 1900; null before 1900-03-01, where it is of no use. */
export function dateSerial(iso: string): number | null {
  const days = Date.parse(`${iso}T00:00:00Z`) / 86_400_000 + 25_569
  return days >= 61 ? days : null
}

export const headRow = (columns: readonly Column<never>[]): string =>
  `<row r="1">${columns.map(({ name }, i) => textCell(`${columnName(i)}1`, name, style.head)).join('')}</row>`

/** One row; `number` counts from 1. Cells without a value are left out. */
export function sheetRow(
  number: number,
  cells: readonly { readonly type: Column<never>['type']; readonly value: Cell }[],
) {
  const written = cells.map(({ type, value }, i) =>
    value === null || value === undefined || value === '' ? '' : sheetCell(`${columnName(i)}${number}`, type, value),
  )
  return `<row r="${number}">${written.join('')}</row>`
}

function sheetCell(at: string, type: Column<never>['type'], value: NonNullable<Cell>): string {
  if (type === 'number' && typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`
  if (type === 'flag') return `<c r="${at}" t="b"><v>${value ? 1 : 0}</v></c>`
  const serial = type === 'date' ? dateSerial(String(value)) : null
  return serial === null
    ? textCell(at, String(value), style.plain)
    : `<c r="${at}" s="${style.date}"><v>${serial}</v></c>`
}

const textCell = (at: string, text: string, s: number) =>
  `<c r="${at}"${s === 0 ? '' : ` s="${s}"`} t="inlineStr"><is><t xml:space="preserve">${sheetText(text)}</t></is></c>`
