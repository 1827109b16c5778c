import { type Outcome, runBatch } from '../batch/index.ts'
import { type EngineChoice, openEngine, readByOf } from '../extract/index.ts'
import { loadGuidelines } from '../guidelines.ts'
import type { Input } from '../intake/index.ts'
import { readCases } from '../pipeline.ts'
import type { Store } from '../store/index.ts'

export type ReadingOptions = {
  readonly engine: EngineChoice
  readonly jobs?: number | undefined
  readonly store: Store | null
  readonly again?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onPage?: (() => void) | undefined
  /** null: plain scores in place of probabilities. Nothing of that kind may be stored. */
  readonly calibration?: null
}

/** Reads inputs with the whole pipeline, in their order. The engine's processes end with the reading, however it ends. */
export async function* reading(inputs: readonly Input[], options: ReadingOptions): AsyncGenerator<Outcome> {
  const guidelines = loadGuidelines()
  const engine = await openEngine(options.engine, options.jobs === undefined ? {} : { jobs: options.jobs })
  try {
    yield* runBatch(inputs, {
      readCases: (file, signal) =>
        readCases(file, {
          engine,
          guidelines,
          signal,
          onPage: options.onPage,
          ...(options.calibration === null ? { calibration: null } : {}),
        }),
      readBy: () => readByOf(engine),
      store: options.store,
      // One more than the engine reads at once: while a document is opened, another one's pages are read.
      documents: engine.concurrency + 1,
      again: options.again ?? false,
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } finally {
    await engine.close()
  }
}
