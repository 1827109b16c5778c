import { readdirSync, readFileSync } from 'node:fs'

const PAGE_BYTES = 4096
/** Clock ticks a second, as Linux tells them to programs. */
const TICKS = 100

type Process = {
  readonly pid: number
  readonly name: string
  readonly parent: number
  readonly bytes: number
  readonly cpuSeconds: number
}

/** All processes of the machine (Linux). One that ends meanwhile is left out. */
function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name in brackets may hold anything: what follows the last bracket counts (proc(5)).
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const nameEnd = stat.lastIndexOf(')')
        const rest = stat.slice(nameEnd + 2).split(' ')
        const at = (field: number) => Number(rest[field - 3])
        // With the time of children that have ended.
        const cpuSeconds = (at(14) + at(15) + at(16) + at(17)) / TICKS
        const [pid, command] = [Number(name), stat.slice(stat.indexOf('(') + 1, nameEnd)]
        return [{ pid, name: command, parent: at(4), bytes: at(24) * PAGE_BYTES, cpuSeconds }]
      } catch {
        return []
      }
    })
}

/** What a process and all its children and theirs use now. Bytes are resident; what they share is counted for each. */
export function treeOf(pid: number): {
  readonly bytes: number
  readonly cpuSeconds: number
  readonly processes: readonly Pick<Process, 'pid' | 'name' | 'cpuSeconds'>[]
} {
  const all = processes()
  const pids = new Set([pid])
  for (let grown = true; grown; ) {
    const before = pids.size
    for (const one of all) if (pids.has(one.parent)) pids.add(one.pid)
    grown = pids.size > before
  }
  const mine = all.filter((p) => pids.has(p.pid))
  const sum = (of: (p: Process) => number) => mine.reduce((total, p) => total + of(p), 0)
  return { bytes: sum((p) => p.bytes), cpuSeconds: sum((p) => p.cpuSeconds), processes: mine }
}

/** What was seen of a process tree. */
export type Watched = {
  /** The largest sum of resident memory. */
  readonly peakBytes: number
  /** Processor time of the programs of this name, up to one look less for each. */
  readonly cpuSecondsOf: (name: string) => number
}

/** Looks at a process tree every `everyMs` until it is stopped. */
export function watchTree(pid: number, everyMs = 100): { readonly stop: () => Watched } {
  let peakBytes = 0
  const seen = new Map<number, Pick<Process, 'name' | 'cpuSeconds'>>()
  const look = () => {
    const tree = treeOf(pid)
    peakBytes = Math.max(peakBytes, tree.bytes)
    for (const one of tree.processes) seen.set(one.pid, one)
  }
  look()
  const timer = setInterval(look, everyMs)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      const cpuSecondsOf = (name: string) =>
        [...seen.values()].reduce((sum, p) => sum + (p.name === name ? p.cpuSeconds : 0), 0)
      return { peakBytes, cpuSecondsOf }
    },
  }
}
