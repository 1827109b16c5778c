import { mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ownedName, ownerIsGone, ownerOfName } from '../../store/index.ts'
import { filesBelow, removeEmpty, WORKING } from './folder.ts'
import { ALIVE, type SignOfLife } from './sign-of-life.ts'

/** A file that is a watcher's: it lies in `working/<claim>/<path under the watched folder>`. */
export type Claim = { readonly claim: string; readonly path: string }

export const placeOf = (folder: string, { claim, path }: Claim) => join(folder, WORKING, claim, path)

/**
 * Makes the file that lies at `from` this watcher's, by an atomic rename: of several watchers one gets it. null: it is no longer
 * there, or another was faster.
 * @throws what keeps it from being moved.
 */
export async function claimFile(folder: string, from: string, path: string): Promise<Claim | null> {
  const claim = { claim: ownedName(), path }
  const home = dirname(placeOf(folder, claim))
  await mkdir(home, { recursive: true })
  try {
    await rename(from, placeOf(folder, claim))
    return claim
  } catch (error) {
    await removeEmpty(home, join(folder, WORKING))
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** What watchers that are gone had claimed is this one's now; a rename decides between several. */
export async function adopt(folder: string, life: SignOfLife): Promise<readonly Claim[]> {
  const working = join(folder, WORKING)
  const adopted: Claim[] = []
  const gone = new Map<string, boolean>()
  for (const name of await readdir(working)) {
    const former = name.startsWith(ALIVE) ? null : ownerOfName(name)
    if (former === null) continue
    // To ask whether a process lives takes as long as to claim a file: once for each watcher, not for each of its claims.
    const isGone = gone.get(former) ?? (ownerIsGone(former) || (await life.isSilent(former)))
    gone.set(former, isGone)
    if (!isGone) continue
    const claim = ownedName()
    const mine = join(working, claim)
    const isMine = await rename(join(working, name), mine).then(
      () => true,
      () => false,
    )
    if (!isMine) continue
    const before = adopted.length
    for await (const path of filesBelow(mine)) adopted.push({ claim, path })
    if (adopted.length === before) await removeEmpty(mine, working)
  }
  for (const [former, isGone] of gone) if (isGone) await life.bury(former)
  return adopted
}
