import { randomUUID } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../parent/temporary.ts'
import { OcrFailure } from './engine.ts'

/**
 * Opens a file that has no name any more: whatever is killed, no page is left on the disk.
 * @throws {OcrFailure} when the folder for temporary files is gone, full or not ours.
 */
export function unnamedFile(): number {
  return temporarily(() => {
    const path = join(temporaryFolder(), `imr-page-${randomUUID()}`)
    const file = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    return file
  })
}

/** Puts `data` in place of what the file held. @throws {OcrFailure} when there is no room. */
export function fill(file: number, data: Uint8Array): void {
  temporarily(() => {
    ftruncateSync(file, 0)
    for (let at = 0; at < data.length; ) at += writeSync(file, data, at, data.length - at, at)
  })
}

/** Bytes of a large page's image: letter paper, 400 dpi. */
const LARGE = 15e6

/** @throws {OcrFailure} when there is no room for a large page. */
export function checkRoom(): void {
  const file = unnamedFile()
  try {
    fill(file, Buffer.alloc(LARGE))
  } finally {
    closeSync(file)
  }
}

function temporarily<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? `${cause.code}` : 'unknown error'
    throw new OcrFailure(
      `the folder for temporary files, ${temporaryFolder()}, cannot be written (${code}): make room there, or name another folder in IMR_TMP`,
      { cause },
    )
  }
}
