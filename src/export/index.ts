export { csvHeader, csvRows } from './csv.ts'
export { jsonLine } from './jsonl.ts'
