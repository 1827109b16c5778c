import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'

/** How many files are remembered: a worker has a few in hand. */
const MOST = 256

/**
 * `digestOf`, which does not read a file again that has not changed since this process last read it: one that is read in parts is
 * opened for each of them. Whatever writes to a file or puts another in its place changes what is compared.
 */
export function remembered(digestOf: (path: string) => Promise<string>): (path: string) => Promise<string> {
  const known = new Map<string, { readonly state: string; readonly digest: string }>()
  const remember = (path: string, state: string, digest: string) => {
    // Put in anew, so that the first one is the one that was not asked for longest.
    known.delete(path)
    known.set(path, { state, digest })
    const [oldest] = known.keys()
    if (known.size > MOST && oldest !== undefined) known.delete(oldest)
  }
  return async (path) => {
    const state = await stateOf(path)
    const before = known.get(path)
    const digest = before?.state === state ? before.digest : await digestOf(path)
    if ((await stateOf(path)) === state) remember(path, state, digest)
    return digest
  }
}

/** ctime is set by the system alone: who sets mtime back after a change is found out. */
async function stateOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats = await stat(path, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
}
