import { readdirSync, readFileSync } from 'node:fs'

const PAGE_BYTES = 4096
/** Clock ticks a second, as Linux tells them to programs. */
const TICKS = 100

type Process = { readonly pid: number; readonly parent: number; readonly bytes: number; readonly cpuSeconds: number }

/** All processes of the machine (Linux). One that ends meanwhile is left out. */
function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name in brackets may hold anything: what follows the last bracket counts (proc(5)).
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const at = (field: number) => Number(rest[field - 3])
        // With the time of children that have ended.
        const cpuSeconds = (at(14) + at(15) + at(16) + at(17)) / TICKS
        return [{ pid: Number(name), parent: at(4), bytes: at(24) * PAGE_BYTES, cpuSeconds }]
      } catch {
        return []
      }
    })
}

/** What a process and all its children and theirs use now. Bytes are resident; what they share is counted for each. */
export function treeOf(pid: number): {
  readonly bytes: number
  readonly cpuSeconds: number
  readonly pids: readonly number[]
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
  return { bytes: sum((p) => p.bytes), cpuSeconds: sum((p) => p.cpuSeconds), pids: [...pids] }
}

/** Looks at a process tree every `everyMs` and keeps the largest sum of resident memory. */
export function watchPeak(pid: number, everyMs = 100): { readonly stop: () => number } {
  let peak = treeOf(pid).bytes
  const look = () => {
    peak = Math.max(peak, treeOf(pid).bytes)
  }
  const timer = setInterval(look, everyMs)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return peak
    },
  }
}
