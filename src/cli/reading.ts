import { type Outcome, runBatch } from '../batch/index.ts'
import { type EngineChoice, type OcrEngine, openEngine, readByOf, readDocument, selfTest } from '../extract/index.ts'
import type { Input } from '../intake/index.ts'
import { DocumentFailure } from '../model/index.ts'
import type { Store } from '../store/index.ts'

export type ReadingOptions = {
  /** By its name, or one that is being opened. */
  readonly engine: EngineChoice | Promise<OcrEngine>
  readonly jobs?: number | undefined
  readonly store: Store | null
  readonly again?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  readonly onPage?: (() => void) | undefined
  /** Hears, at the end, how recognition stands when documents failed for it: what to mend, or that it works again. */
  readonly onUnavailable?: ((verdict: string) => void) | undefined
  /** null: plain scores in place of probabilities. Nothing of that kind may be stored. */
  readonly calibration?: null
}

/**
 * Reads inputs with the whole pipeline, in their order. The engine's processes end with the reading, however it ends.
 * @throws when what understands a letter cannot be loaded, or another version was put in the place of this one: what is under way is
 * then left for the next run.
 */
export async function* reading(inputs: readonly Input[], options: ReadingOptions): AsyncGenerator<Outcome> {
  const broken = new AbortController()
  const understanding = once(() =>
    loadUnderstanding().catch((error: unknown) => {
      broken.abort(error)
      throw error
    }),
  )
  const opened = await (typeof options.engine === 'string'
    ? openEngine(options.engine, options.jobs === undefined ? {} : { jobs: options.jobs })
    : options.engine)
  // While the first image is read there is time to load what understands letters.
  const engine: OcrEngine = {
    ...opened,
    recognize: (...image) => {
      setImmediate(() => understanding().catch(() => {}))
      return opened.recognize(...image)
    },
  }
  let unavailable = false
  try {
    const outcomes = runBatch(inputs, {
      readCases: async (file, signal, keep) => {
        const document = await readDocument(file, { engine, signal, onPage: options.onPage }).catch(
          (error: unknown) => {
            if (error instanceof DocumentFailure && error.code === 'program-replaced') broken.abort(error)
            throw error
          },
        )
        keep(document.pages)
        const { understand, guidelines } = await understanding()
        const cuts = (await options.store?.cuts(file.sha256))?.parts ?? null
        return understand(document, {
          guidelines,
          cuts,
          ...(options.calibration === null ? { calibration: null } : {}),
        })
      },
      readBy: () => readByOf(engine),
      store: options.store,
      // One more than the engine reads at once: while a document is opened, another one's pages are read.
      documents: engine.concurrency + 1,
      again: options.again ?? false,
      signal: AbortSignal.any([broken.signal, ...(options.signal ? [options.signal] : [])]),
    })
    for await (const outcome of outcomes) {
      unavailable ||= outcome.readNow && outcome.failure?.code === 'ocr-unavailable'
      yield outcome
    }
    broken.signal.throwIfAborted()
    if (unavailable && !options.signal?.aborted) options.onUnavailable?.(await verdictOn(opened))
  } finally {
    await engine.close()
  }
}

async function verdictOn(engine: OcrEngine): Promise<string> {
  try {
    await selfTest(engine)
    return 'Recognition works again. Run the same command again: what failed for it is read then.'
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\nMend it, and run the same command again: what failed for it is read then.`
  }
}

/** The second half of the pipeline: a third of a second of loading, which nobody waits for before pages are being read. */
async function loadUnderstanding() {
  const [{ understand }, { loadGuidelines }] = await Promise.all([import('../pipeline.ts'), import('../guidelines.ts')])
  return { understand, guidelines: loadGuidelines() }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
