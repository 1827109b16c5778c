export { type BatchOptions, type Outcome, runBatch } from './batch.ts'
export { type Input, type Inputs, listInputs } from './inputs.ts'
export { internalFailure } from './internal-failure.ts'
