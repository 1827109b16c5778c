import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who holds a lease: `host pid start`. `start` is the process's start time in clock ticks since boot (proc(5), field 22), so
 * that a later process with the same pid is not taken for it; empty where there is no /proc.
 */
export function ownerOfThisProcess(): string {
  return [hostname(), process.pid, startOf(process.pid)].join(' ')
}

/** Whether an owner is known to be gone: it ran on this host and no longer does. An owner on another host is never known to be. */
export function ownerIsGone(owner: string): boolean {
  const [host, pid, start = ''] = owner.split(' ')
  if (host !== hostname()) return false
  return !processIsAlive(Number(pid)) || (start !== '' && startOf(Number(pid)) !== start)
}

export function processIsAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function startOf(pid: number): string {
  try {
    // The command's name, in brackets, may hold spaces: count from behind it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
