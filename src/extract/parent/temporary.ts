import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Memory that looks like a folder, where Linux has it. */
const MEMORY = '/dev/shm'
/** Bytes that must be free there: a page at 300 dpi takes 8 MB, and every OCR process may hold one. Docker's own, of 64 MB, is passed over. */
const ROOMY = 512 * 2 ** 20

/**
 * The folder for page images on their way to an OCR process: `IMR_TMP` where that is set, else memory where there is room, so that no letter
 * reaches a disk, else the system's folder for temporary files. Asked for whenever a file is made: room comes and goes.
 */
export function temporaryFolder(): string {
  return process.env.IMR_TMP || (freeBytes(MEMORY) >= ROOMY ? MEMORY : tmpdir())
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}
