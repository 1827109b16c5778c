import { open } from 'node:fs/promises'
import { entriesOf, nameOf, opened } from './entries.ts'

/** What a zip archive begins with (APPNOTE 4.3.7). */
export const ZIP_START = 'PK\u0003\u0004'

export const isZip = (head: Buffer) => head.toString('latin1', 0, ZIP_START.length) === ZIP_START

/** Where the name of the first file stands in an archive. */
const FIRST_NAME = 30
/** What tells an Office document (ECMA-376 part 2) anywhere in the list of contents. */
const OFFICE = '[Content_Types].xml'
/** What tells an OpenDocument file or an EPUB as the first file (OpenDocument part 3, 3.3). */
const MIMETYPE = 'mimetype'
/** Entries looked at: the sign of an Office document is among the first. */
const SEARCHED = 1000

/**
 * Whether a file is a zip archive of files. Told by its first bytes; an office document or an e-book is packed as one, but is one
 * document. Errors of the file system pass through.
 */
export async function isArchive(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  const head = Buffer.alloc(FIRST_NAME + OFFICE.length)
  try {
    await file.read(head, 0, head.length, 0)
  } finally {
    await file.close()
  }
  if (!isZip(head)) return false
  const first = head.toString('latin1', FIRST_NAME)
  return first !== OFFICE && !first.startsWith(MIMETYPE) && !(await listsOffice(path))
}

async function listsOffice(path: string): Promise<boolean> {
  // One that cannot be opened is told of as a damaged archive.
  const zip = await opened(path).catch(() => null)
  if (zip === null) return false
  let searched = 0
  try {
    for await (const entry of entriesOf(zip)) {
      if (nameOf(entry) === OFFICE) return true
      if (++searched >= SEARCHED) return false
    }
  } catch {
    return false
  } finally {
    zip.close()
  }
  return false
}
