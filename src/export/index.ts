export { csvHeader, csvRows } from './csv.ts'
export { type ExportOptions, type FormatName, formatNames, formats } from './formats.ts'
export { goldLine } from './gold.ts'
export { changeLine, jsonLine, nextLine } from './jsonl.ts'
