import { access, constants } from 'node:fs/promises'
import { listInputs } from './inputs.ts'
import { takeIn } from './take-in.ts'
import { noteFailed, type WayIn } from './take-one.ts'

/** Files taken in at once: to flush a file to disk is to wait. */
const AT_ONCE = 8

/**
 * Takes in all that lies in some folders. What cannot be taken is noted with its cause, as everywhere; ends early, with the files in
 * hand, when the signal fires.
 * @throws errors of the file system for a folder that cannot be read here: it may be another host's to take in. The store's errors.
 */
export async function takeInFolders(folders: readonly string[], way: WayIn, signal: AbortSignal): Promise<void> {
  for (const folder of folders) await access(folder, constants.R_OK | constants.X_OK)
  const { inputs } = await listInputs(folders, { archives: true })
  let at = 0
  const takeInTurn = async () => {
    for (let input = inputs[at++]; input && !signal.aborted; input = inputs[at++])
      if (input.failure) await noteFailed(input, input.failure, way)
      else for await (const _ of takeIn(input, way));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, takeInTurn))
}
