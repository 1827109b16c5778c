import type { DocumentEntry, Pending, Stage } from '../store/index.ts'
import type { Work } from './context.ts'
import { decideDocument, extractDocument, extractPart } from './extract-and-decide.ts'
import { pause } from './pause.ts'

/** How long a document that cannot go on now is left alone, and how often to look whether one can, in milliseconds. */
const LOOK_MS = 1_000

export type Here = {
  /** Stages that are done here; what needs another one is left to others. */
  readonly stages: readonly Stage[]
  /** Documents in hand at once. */
  readonly documents: number
  readonly signal: AbortSignal
  /** A document is up to date, or could not be read again. */
  readonly onEnded: (entry: DocumentEntry) => void
}

/**
 * Reads and decides again what waits for it in the ledger, in this process: what the workers do, without Redis. Ends when nothing is
 * left; what others have in hand, and what has to wait after a passing failure, is waited for. A signal gives back what is in hand.
 * @throws {StoreUnavailable} when the store fails: what was done stands, and the next call goes on.
 */
export async function bringUpToDate(work: Omit<Work, 'queue'>, here: Here): Promise<void> {
  const inHand = new Map<string, Promise<void>>()
  const stop = new AbortController()
  const signal = AbortSignal.any([here.signal, stop.signal])
  const resting = new Map<string, number>()
  try {
    while (!signal.aborted) {
      const { now, all } = await work.store.pendingAgain(2 * here.documents + inHand.size + resting.size, here.stages)
      if (all === 0) break
      const time = performance.now()
      for (const [sha256, until] of resting) if (until <= time) resting.delete(sha256)
      for (const document of now) {
        const { sha256 } = document
        if (inHand.size >= here.documents) break
        if (inHand.has(sha256) || resting.has(sha256)) continue
        const ended = through(work, document, here.stages, signal).then(async () => {
          const entry = await work.store.find(sha256)
          if (entry && !entry.again) here.onEnded(entry)
          else resting.set(sha256, performance.now() + LOOK_MS)
          inHand.delete(sha256)
        })
        // It is looked at when others are waited for.
        ended.catch(() => {})
        inHand.set(sha256, ended)
      }
      await (inHand.size > 0 ? Promise.race(inHand.values()) : pause(LOOK_MS, signal))
    }
  } finally {
    stop.abort()
    await Promise.allSettled(inHand.values())
  }
}

/** Takes one document as far as it goes: its stages, and the parts of a long one, each waking the next. */
export async function through(
  work: Omit<Work, 'queue'>,
  document: Pending,
  stages: readonly Stage[],
  signal: AbortSignal,
): Promise<void> {
  const next: (Pending & { readonly part?: number })[] = [document]
  const queue: Work['queue'] = {
    wake: async (documents) => next.push(...documents),
    wakePart: async (of, part) => next.push({ ...of, part }) > 0,
  }
  for (let at = next.shift(); at && !signal.aborted; at = next.shift()) {
    if (!stages.includes(at.stage)) continue
    if (at.stage === 'decide') await decideDocument({ ...work, queue }, at.sha256, signal)
    else if (at.part === undefined) await extractDocument({ ...work, queue }, at.sha256, signal)
    else await extractPart({ ...work, queue }, at.sha256, at.part, signal)
  }
}
