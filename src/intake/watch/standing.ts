import type { Stats } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { endOf, type FileEnd, mayBecomeDocument, mediaTypeOfHead } from '../../extract/index.ts'
import { zipEnd } from '../archive/end.ts'
import { isZip, ZIP_START } from '../archive/kind.ts'

/** What tells that a file is being written to, or was. Times in milliseconds. */
export type Snapshot = Pick<Stats, 'size' | 'mtimeMs' | 'ino'>

export const isChanged = (before: Snapshot, now: Snapshot) => before.size !== now.size || before.mtimeMs !== now.mtimeMs

export type Patience = {
  /** How long a file's size and time must stand still, in milliseconds. */
  readonly stillMs: number
  /** How long a file that has not got its end must stand still until it is taken as it is, in milliseconds. */
  readonly endMs: number
}

/** How a file stands, as seen now and before. */
export type Standing = Snapshot & {
  /** When it was first seen like this, on the monotonic clock. */
  readonly since: number
  /** How long it had stood still when its end was looked for; 0: not yet. */
  readonly askedAt: number
  readonly end: FileEnd | null
  readonly isReady: boolean
}

/** So many times longer a file stands still that may get another page: a person turns the page on the glass meanwhile. */
const PAGES = 6
/** How often the end is looked for: again when the file has stood still for so many times as long. A JPEG is read for it. */
const AGAIN = 2
const HEAD = 1024

/** Looks at a file once more; null when there is none (any more). */
export async function lookAgain(path: string, before: Standing | null, patience: Patience): Promise<Standing | null> {
  const found = await lstat(path).catch(() => null)
  if (!found?.isFile()) return null
  const { size, mtimeMs, ino } = found
  const now = performance.now()
  const seen =
    before && !isChanged(before, found) ? before : { since: now, askedAt: 0, end: null, isReady: false, size, mtimeMs }
  const still = now - seen.since
  if (still < patience.stillMs) return { ...seen, ino }
  const isTime = seen.end === null || still >= AGAIN * seen.askedAt
  const end = isTime ? await ending(path) : seen.end
  const askedAt = isTime ? still : seen.askedAt
  return { ...seen, ino, askedAt, end, isReady: still >= needed(end, patience) }
}

function needed(end: FileEnd | null, { stillMs, endMs }: Patience): number {
  if (end === 'there') return stillMs
  return end === 'open' ? Math.min(PAGES * stillMs, endMs) : endMs
}

/** Whether it has stood still for so long that somebody may wonder why it is not taken. */
export const isWaitedFor = ({ isReady, end, askedAt }: Standing, { stillMs }: Patience) =>
  !isReady && (end === 'missing' || end === 'begun') && askedAt >= PAGES * stillMs

/** The end of a file of any kind. One that is no document is whole: nothing can be said of it, and taking it in will tell. */
async function ending(path: string): Promise<FileEnd> {
  try {
    const head = await headOf(path)
    if (isOnlyBegun(head)) return 'missing'
    if (isZip(head)) return await zipEnd(path)
    const mediaType = mediaTypeOfHead(head)
    return mediaType === null ? 'there' : await endOf(path, mediaType)
  } catch {
    // It is being replaced, or may not be read.
    return 'there'
  }
}

/** Empty, with room made for what will come, or with fewer bytes than tell its kind. */
function isOnlyBegun(head: Buffer): boolean {
  const isPartOfZip = head.length < ZIP_START.length && ZIP_START.startsWith(head.toString('latin1'))
  return head.every((byte) => byte === 0) || mayBecomeDocument(head) || isPartOfZip
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
