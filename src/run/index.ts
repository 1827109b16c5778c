export { type BatchOptions, type Outcome, runBatch } from './batch.ts'
export { fileFailure, type Input, type Inputs, isAbout, listInputs } from './inputs.ts'
export { internalFailure } from './internal-failure.ts'
