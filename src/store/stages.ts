import type { DocumentState } from './sql/schema.ts'
import type { Stage } from './store.ts'

/** The stage for which a document that has not ended waits. */
export const stageOf = (state: DocumentState): Stage =>
  state === 'extracted' || state === 'deciding' ? 'decide' : 'extract'
