export type { Cell, Column } from './column.ts'
export { diagnosisColumns } from './diagnoses.ts'
export { letterColumns } from './letters.ts'
export { serviceColumns } from './services.ts'
