import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Who holds a lease or has made a file: `host pid start place`. `start` is the process's start time in clock ticks since boot
 * (proc(5), field 22), so that a later process with the same pid is not taken for it. Host names repeat (containers, machines
 * made from one image): `place` tells where a pid means the same process.
 */
export function ownerOfThisProcess(): string {
  return [hostname(), process.pid, startOf(process.pid) ?? '', place() ?? 'nowhere'].join(' ')
}

/** `unknown`: it ran where its processes cannot be seen from here. */
export type OwnerStanding = 'living' | 'gone' | 'unknown'

/** Only an owner of this boot of this machine, in this process's own pid namespace, can be known to live or to be gone. */
export function standingOf(owner: string): OwnerStanding {
  const [, pid, start = '', where] = owner.split(' ')
  if (where === undefined || where !== place()) return 'unknown'
  if (!processIsAlive(Number(pid))) return 'gone'
  const found = startOf(Number(pid))
  // Processes of others may be hidden (proc(5), hidepid): what cannot be read tells nothing.
  if (found === null || start === '') return 'unknown'
  return found === start ? 'living' : 'gone'
}

/** Whether an owner is known to be gone. */
export const ownerIsGone = (owner: string): boolean => standingOf(owner) === 'gone'

/** Whether an owner goes by this host's name, but in a place that is not this process's. */
export function isNamesake(owner: string): boolean {
  const [host, , , where] = owner.split(' ')
  return host === hostname() && (where === undefined || where !== place())
}

function processIsAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** null where it cannot be read. */
function startOf(pid: number): string | null {
  // The command's name, in brackets, may hold spaces: count from behind it.
  const stat = textOf(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

let known: string | null | undefined

/**
 * The boot of the machine and the namespaces in which pids and start times are told. Hashed, as machine-id(5) asks of whoever
 * shows it. null where there is no /proc: nobody is then known to be gone.
 */
function place(): string | null {
  if (known !== undefined) return known
  const boot = textOf('/proc/sys/kernel/random/boot_id')
  const namespace = linkOf('/proc/self/ns/pid')
  const parts = [textOf('/etc/machine-id') ?? '', boot, namespace, linkOf('/proc/self/ns/time') ?? '']
  known = boot && namespace ? createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16) : null
  return known
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
