import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandOf, eventually, processesBelow, type Seen } from '../fixtures/processes.ts'

/** A command that runs, and its processes, to be disturbed. `pid` is its own. */
export type Struck = {
  readonly pid: number
  readonly hasEnded: () => boolean
}

const isReader = (p: Seen) => p.name.startsWith('node') && commandOf(p.pid).includes('page-reader')
/** One that reads, not one that is asked for its version. */
const isEngine = (p: Seen) => /^(?:tesseract|stdbuf)$/.test(p.name) && commandOf(p.pid).includes('tessedit_create_tsv')

export const readers = (struck: Struck) => processesBelow(struck.pid).filter(isReader)
export const engines = (struck: Struck) => processesBelow(struck.pid).filter(isEngine)

/** Hundredths of a second of work after which an engine has its model in memory, and a page in hand. */
const IN_A_PAGE = 15

/** The first process that `look` finds; null when the command ended before. */
async function first(struck: Struck, look: () => Seen | undefined): Promise<Seen | null> {
  const found = await eventually(() => look() ?? (struck.hasEnded() ? 'ended' : null), 120)
  return found === 'ended' ? null : found
}

/** An engine in the middle of a page; null when the command ended before one was. `but`: none of these. */
export const busyEngine = (struck: Struck, but: readonly number[] = []) =>
  first(struck, () =>
    engines(struck).find((p) => p.name === 'tesseract' && p.ticks >= IN_A_PAGE && !but.includes(p.pid)),
  )
/** A reader that has a document in hand: it has worked longer than it takes to start. */
export const busyReader = (struck: Struck, but: readonly number[] = []) =>
  first(struck, () => readers(struck).find((p) => p.ticks >= 30 && !but.includes(p.pid)))
export const anyEngine = (struck: Struck) => first(struck, () => engines(struck)[0])
export const anyReader = (struck: Struck) => first(struck, () => readers(struck)[0])

/** Sends a signal to a process that may be gone by now. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

/** Does something to every process of a kind as soon as it is seen, until the command ends. Gives how many there were. */
export async function whenever(
  struck: Struck,
  look: () => readonly Seen[],
  act: (pid: number) => void,
): Promise<number> {
  const done = new Set<number>()
  while (!struck.hasEnded()) {
    for (const { pid } of look()) {
      if (done.has(pid)) continue
      done.add(pid)
      act(pid)
    }
    await sleep(5)
  }
  return done.size
}

/** The user without rights, by number. */
export const NOBODY = 65_534

/** Takes something away from a process that runs: `as=…`, `nofile=…`, `nproc=…` (prlimit(1)). Only its own user may. */
export function limit(pid: number, what: string, user?: number): void {
  spawnSync('prlimit', ['--pid', `${pid}`, `--${what}`], user === undefined ? {} : { uid: user, gid: user })
}
