import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WayIn } from '../take-one.ts'
import { codeOf, type Tell } from './events.ts'
import { prepared, refuseOverlap, WORKING } from './folder.ts'
import type { Grounds } from './in-hand.ts'
import { stepsOf } from './round.ts'
import { signOfLife } from './sign-of-life.ts'

export type { WatchEvent } from './events.ts'
export { WatchRefused } from './folder.ts'

export type WatchOptions = WayIn & {
  /** The folder that files are dropped into. */
  readonly folder: string
  /** How often it is looked at, in milliseconds. Default 1 s. */
  readonly everyMs?: number
  /** How long a file's size and time must stand still, in milliseconds. Default 5 s; six times that for a TIFF, which may get more pages. */
  readonly stillMs?: number
  /** How long a file without its end is waited for, in milliseconds; it is taken as it is then. Default 10 min. */
  readonly endMs?: number
  /** How long a watcher on another host gives no sign of life until it counts as gone, in milliseconds. Default 10 min. */
  readonly silentMs?: number
  readonly onEvent?: Tell
  /** Folders that the product itself keeps files in: neither may lie in the other. */
  readonly ownFolders?: readonly string[]
}

export type Watch = {
  /** Ends after the round in hand; nothing runs any more then. What is in `working/` is gone on with by the next watcher. */
  stop(): Promise<void>
}

/** How long the same trouble is not told again, in milliseconds. */
const SAME_TROUBLE_MS = 60_000

/**
 * Watches a folder by looking at it again and again (which works on network shares, where change notices do not). A file that
 * stands still and has its end is claimed by an atomic rename into `working/`, taken in, and, when its documents have ended, moved
 * to `done/` or to `failed/` with a file that says why. What is written to after it was taken is taken once more. Nothing is deleted
 * or overwritten, no link is followed, nothing outside the folder is touched. Several watchers may share a folder; what a watcher
 * that is gone had in hand is taken over.
 * @throws {WatchRefused} when `folder` is no folder, or one of its three folders is a link.
 */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const folder = await prepared(options.folder)
  for (const own of options.ownFolders ?? []) await refuseOverlap(folder, own)
  const abort = new AbortController()
  const life = await signOfLife(join(folder, WORKING), options.silentMs ?? 600_000)
  const grounds: Grounds = {
    folder,
    way: options,
    patience: { stillMs: options.stillMs ?? 5_000, endMs: options.endMs ?? 600_000 },
    tell: onceInAWhile(options.onEvent ?? (() => {})),
  }
  const steps = stepsOf(grounds, life, abort.signal)
  const ran = (async () => {
    while (!abort.signal.aborted) {
      // What one cannot do does not keep the others from their work.
      for (const step of steps)
        if (!abort.signal.aborted) await step().catch((error) => grounds.tell({ kind: 'trouble', error }))
      await sleep(options.everyMs ?? 1_000, undefined, { signal: abort.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      abort.abort()
      await ran
      await life.end()
    },
  }
}

/** A folder or a database that is away is away each time that it is looked at. */
function onceInAWhile(tell: Tell): Tell {
  const told = new Map<string, number>()
  return (event) => {
    if (event.kind === 'trouble') {
      const code = codeOf(event.error)
      if (performance.now() - (told.get(code) ?? Number.NEGATIVE_INFINITY) < SAME_TROUBLE_MS) return
      told.set(code, performance.now())
    }
    tell(event)
  }
}
