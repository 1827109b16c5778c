import { constants, createReadStream } from 'node:fs'
import { lstat, mkdir, open, rm, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ownedName, sweepOwned } from '../../store/index.ts'
import { isChanged } from './standing.ts'

/** Where copies lie until they are whole, in the folder that they are for. A killed watcher leaves nothing under a file's own name. */
const MOVING = '.moving'

/** It was written to while it was copied. */
export class ChangedMeanwhile extends Error {
  override readonly name = 'ChangedMeanwhile'
}

/** A whole copy that lies on another disk under a name of its own. `keep` gives it its right name; then the file it is of goes. */
type Copy = {
  keep<T>(name: (at: string) => Promise<T>): Promise<T>
}

/**
 * Copies a file to a folder on another disk and flushes it there. null: the file is no longer there.
 * @throws what keeps it from being copied; nothing is left of the copy then.
 */
export async function copyAcross(from: string, home: string): Promise<Copy | null> {
  const before = await lstat(from).catch(() => null)
  if (before === null) return null
  const moving = join(home, MOVING)
  await mkdir(moving, { mode: 0o700 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  await sweepOwned(moving)
  const at = join(moving, ownedName())
  const cleanUp = async () => {
    await rm(at, { force: true })
    // Another watcher's copy may lie there.
    await rmdir(moving).catch(() => {})
  }
  try {
    await copyFlushed(from, at, before.mode & 0o777)
    if (isChanged(before, await lstat(from))) throw new ChangedMeanwhile('it was written to while it was copied')
  } catch (error) {
    await cleanUp()
    throw error
  }
  return {
    async keep(name) {
      try {
        const named = await name(at)
        await flushFolder(home)
        await unlink(from)
        return named
      } finally {
        await cleanUp()
      }
    },
  }
}

async function copyFlushed(from: string, to: string, mode: number): Promise<void> {
  const target = await open(to, 'wx', mode)
  try {
    const flags = (constants.O_RDONLY | constants.O_NOFOLLOW) as unknown as string
    for await (const part of createReadStream(from, { flags })) await target.writeFile(part as Buffer)
    await target.sync()
  } finally {
    await target.close()
  }
}

/** A new name is on disk only when its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
