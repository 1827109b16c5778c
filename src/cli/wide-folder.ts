import { stat } from 'node:fs/promises'
import { printable } from './terminal.ts'

/** What everybody but the owner may do. */
const OTHERS = 0o077

/**
 * What is wrong with a folder of letters that more than its owner may look into, as one made by hand or by an older tool; null: nothing is. What imr
 * makes itself is its owner's alone. It is only told of: a group may be meant to share it.
 */
export async function wideFolder(data: string): Promise<string | null> {
  // Windows has other rights, which a mode tells nothing of.
  if (process.platform === 'win32') return null
  const found = await stat(data).catch(() => null)
  if (!found || (found.mode & OTHERS) === 0) return null
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  return `others on this machine may look into the folder with the letters (${printable(data)}, mode ${mode}): chmod -R go= '${printable(data)}' ends it`
}
