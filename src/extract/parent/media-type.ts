import { type FileHandle, open } from 'node:fs/promises'
import { DocumentFailure, fileFailure } from '../../model/index.ts'
import type { MediaType } from '../messages.ts'

/** A PDF's header may stand anywhere in this many first bytes. */
const HEAD = 1024

/** The first file in a zip archive that is an office document (ECMA-376, OpenDocument) or an EPUB. */
const packedDocument = /^(\[Content_Types\]\.xml|mimetype)/
/** Where the name of the first file stands in a zip archive. */
const FIRST_NAME = 30

/** What other files begin with (as Latin-1), so that the message can say what came instead. */
const others: readonly (readonly [string, string])[] = [
  ['PK\u0003\u0004', 'a ZIP archive or an office document (docx, xlsx)'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Microsoft Office document'],
  ['GIF8', 'a GIF image'],
  ['RIFF', 'a WebP image or a sound or video file'],
  ['BM', 'a BMP image'],
  ['\u001f\u008b', 'a gzip archive'],
  ['7z', 'a 7z archive'],
  ['Rar!', 'a RAR archive'],
  ['%!PS', 'a PostScript file'],
  ['{\\rtf', 'a rich-text document'],
  ['<!doctype html', 'a web page (HTML)'],
  ['<html', 'a web page (HTML)'],
  ['<?xml', 'an XML file'],
  ['from ', 'an e-mail'],
  ['received: ', 'an e-mail'],
  ['mime-version: ', 'an e-mail'],
]

const starts: readonly (readonly [string, MediaType])[] = [
  ['\u0089PNG\r\n\u001a\n', 'image/png'],
  ['\u00ff\u00d8\u00ff', 'image/jpeg'],
  ['II*\0', 'image/tiff'],
  ['MM\0*', 'image/tiff'],
  ['II+\0', 'image/tiff'],
  ['MM\0+', 'image/tiff'],
]

/**
 * Looks at a file's first bytes, whatever its name says.
 * @throws {DocumentFailure} empty-file, unsupported-type, too-large, vanished or not-readable.
 */
export async function mediaTypeOf(path: string, maxBytes: number): Promise<MediaType> {
  let file: FileHandle | null = null
  try {
    file = await open(path, 'r')
    const stat = await file.stat()
    if (stat.isDirectory()) throw new DocumentFailure('unsupported-type', 'this is a folder, not a file')
    if (stat.size === 0)
      throw new DocumentFailure('empty-file', 'the file is empty (0 bytes): scan or request it again')
    if (stat.size > maxBytes) {
      throw new DocumentFailure(
        'too-large',
        `the file has ${megabytes(stat.size)}, more than the ${megabytes(maxBytes)} allowed: split it`,
      )
    }
    const head = Buffer.alloc(Math.min(HEAD, stat.size))
    await file.read(head, 0, head.length, 0)
    return recognise(head)
  } catch (error) {
    throw error instanceof DocumentFailure ? error : fileFailure(error)
  } finally {
    await file?.close()
  }
}

/** The kind of a document that begins with these bytes, of which the first kilobyte is enough; null: none that is read. */
export function mediaTypeOfHead(head: Buffer): MediaType | null {
  const bytes = head.subarray(0, HEAD).toString('latin1')
  const known = starts.find(([start]) => bytes.startsWith(start))?.[1]
  return known ?? (bytes.includes('%PDF-') ? 'application/pdf' : null)
}

/** Whether the bytes of a file so far may be the first ones of a document: they are fewer than tell its kind. */
export function mayBecomeDocument(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  return ['%PDF-', ...starts.map(([start]) => start)].some(
    (start) => text.length < start.length && start.startsWith(text),
  )
}

function recognise(head: Buffer): MediaType {
  const known = mediaTypeOfHead(head)
  if (known) return known
  const bytes = head.toString('latin1')
  const text = bytes.trimStart().toLowerCase()
  const isPacked = bytes.startsWith('PK\u0003\u0004') && packedDocument.test(bytes.slice(FIRST_NAME))
  const packed = isPacked ? 'an office document or an e-book (docx, xlsx, odt, epub)' : undefined
  const named = packed ?? others.find(([start]) => bytes.startsWith(start) || text.startsWith(start))?.[1]
  const looks = named ?? (isText(head) ? 'a text file' : 'none that is known')
  throw new DocumentFailure(
    'unsupported-type',
    `not a PDF, TIFF, PNG or JPEG file; it looks like ${looks}: save or scan it as PDF`,
  )
}

/** Text has no control characters but tab, line feed, form feed and carriage return. */
function isText(head: Buffer): boolean {
  return head.every((byte) => byte >= 32 || [9, 10, 12, 13].includes(byte))
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
