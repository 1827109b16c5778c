import { randomUUID } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ownerOfThisProcess, standingOf } from './owner.ts'

/** A file whose maker cannot be seen from here, unchanged for so long (in milliseconds), is a leftover: containers come back under other names. */
const LEFT_MS = 24 * 3_600_000

const pattern = /^(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A name, used once, for a file or folder that is this process's: what it leaves behind when killed, others can tell. */
export function ownedName(): string {
  return `${encodeURIComponent(ownerOfThisProcess())}-${randomUUID()}`
}

/** Who made a file of such a name; null for any other name, however it looks. */
export function ownerOfName(name: string): string | null {
  const encoded = pattern.exec(name)?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

/** Removes what processes that are gone left in a folder. What is nobody's by its name stays, as does what a living process may still need. */
export async function sweepOwned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const owner = ownerOfName(name)
    if (owner === null) continue
    const standing = standingOf(owner)
    const path = join(folder, name)
    if (standing === 'gone' || (standing === 'unknown' && (await isOld(path))))
      await rm(path, { force: true, recursive: true }).catch(() => {})
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null)
  return found !== null && Date.now() - found.mtimeMs > LEFT_MS
}
