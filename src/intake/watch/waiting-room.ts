import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tell } from './events.ts'
import { dropped, type Found } from './folder.ts'
import { isChanged, isWaitedFor, lookAgain, type Patience, type Standing } from './standing.ts'

/** A file that may be claimed. */
export type Ready = { readonly path: string; readonly standing: Standing }

export type WaitingRoom = {
  /** Looks at all that lies in the folder once more; gives what may be claimed. */
  readonly ready: () => Promise<readonly Ready[]>
  /** It could not be claimed: it is left alone for a while, said once. */
  readonly refused: (path: string, reason: string) => void
}

/** First pause of a file that cannot be claimed, and the longest, in milliseconds; each is twice as long as the one before. */
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 300_000

const NOT_TAKEN = {
  link: 'a link: only files of this folder are taken',
  device: 'no file',
  unfinished: 'a name for hidden or unfinished files: rename it, and it is taken',
} as const

/** Knows of each file in a watched folder for how long it has stood still. */
export function openWaitingRoom(folder: string, patience: Patience, tell: Tell): WaitingRoom {
  const standings = new Map<string, Standing>()
  const refusals = new Map<string, { readonly times: number; readonly until: number }>()
  const said = new Map<string, 'left' | 'waiting'>()

  return {
    async ready() {
      const present = new Set<string>()
      const found: Ready[] = []
      for await (const one of dropped(folder)) {
        present.add(one.path)
        const standing = await look(one)
        if (standing?.isReady && performance.now() >= (refusals.get(one.path)?.until ?? 0))
          found.push({ path: one.path, standing })
      }
      for (const known of [standings, refusals, said])
        for (const path of known.keys()) if (!present.has(path)) known.delete(path)
      return found
    },
    refused(path, reason) {
      const times = refusals.get(path)?.times ?? 0
      const pause = Math.min(PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS)
      refusals.set(path, { times: times + 1, until: performance.now() + pause })
      leave(path, reason)
    },
  }

  async function look({ path, kind }: Found): Promise<Standing | null> {
    if (kind === 'link' || kind === 'device') {
      leave(path, NOT_TAKEN[kind])
      return null
    }
    const before = standings.get(path) ?? null
    const at = join(folder, path)
    const standing = kind === 'file' ? await lookAgain(at, before, patience) : await lookAtName(at, before)
    if (standing) standings.set(path, standing)
    else standings.delete(path)
    // A name that nobody changes any more would stand there for ever, unsaid.
    if (standing && kind === 'unfinished' && performance.now() - standing.since >= patience.endMs)
      leave(path, NOT_TAKEN.unfinished)
    if (standing && kind === 'file' && isWaitedFor(standing, patience)) wait(path)
    return standing
  }

  async function lookAtName(at: string, before: Standing | null): Promise<Standing | null> {
    const found = await lstat(at).catch(() => null)
    if (!found) return null
    if (before && !isChanged(before, found)) return before
    const { size, mtimeMs, ino } = found
    return { size, mtimeMs, ino, since: performance.now(), askedAt: 0, end: null, isReady: false }
  }

  function leave(path: string, reason: string): void {
    if (said.get(path) === 'left') return
    said.set(path, 'left')
    tell({ kind: 'left', path, reason })
  }

  function wait(path: string): void {
    if (said.has(path)) return
    said.set(path, 'waiting')
    const seconds = Math.round(patience.endMs / 1000)
    const reason = `its end is not there yet; ${seconds} s after it was last written to it is taken as it is`
    tell({ kind: 'waiting', path, reason })
  }
}
