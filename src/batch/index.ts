export { type BatchOptions, type Outcome, runBatch } from './batch.ts'
