import { type FileHandle, open } from 'node:fs/promises'
import { DocumentFailure } from '../model/index.ts'
import type { MediaType } from './reader/messages.ts'

/** A PDF's header may stand anywhere in this many first bytes. */
const HEAD = 1024

/** What other files look like, so that the message can say what came instead. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^PK\x03\x04[\s\S]*word\//, 'a Word document (docx)'],
  [/^PK\x03\x04[\s\S]*xl\//, 'an Excel workbook (xlsx)'],
  [/^PK(\x03\x04|\x05\x06)/, 'a ZIP archive or an office document'],
  [/^\xd0\xcf\x11\xe0/, 'an old Microsoft Office document'],
  [/^GIF8/, 'a GIF image'],
  [/^RIFF[\s\S]{4}WEBP/, 'a WebP image'],
  [/^BM[\s\S]{4}\0\0\0\0/, 'a BMP image'],
  [/^[\s\S]{4}ftyp(heic|heix|mif1|msf1)/, 'a HEIC photo'],
  [/^\x1f\x8b/, 'a gzip archive'],
  [/^7z\xbc\xaf/, 'a 7z archive'],
  [/^Rar!/, 'a RAR archive'],
  [/^%!PS/, 'a PostScript file'],
  [/^\{\\rtf/, 'a rich-text document'],
  [/^\s*(<!doctype html|<html)/i, 'a web page (HTML)'],
  [/^\s*<\?xml/, 'an XML file'],
  [/^(From |Received: |Return-Path: |MIME-Version: )/, 'an e-mail'],
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
    throw error instanceof DocumentFailure ? error : unreadable(error)
  } finally {
    await file?.close()
  }
}

function recognise(head: Buffer): MediaType {
  const bytes = head.toString('latin1')
  if (/^\x89PNG\r\n\x1a\n/.test(bytes)) return 'image/png'
  if (/^\xff\xd8\xff/.test(bytes)) return 'image/jpeg'
  if (/^(II[*+]\0|MM\0[*+])/.test(bytes)) return 'image/tiff'
  if (bytes.includes('%PDF-')) return 'application/pdf'
  const named = others.find(([pattern]) => pattern.test(bytes))?.[1]
  const looks = named ?? (/^[\x09\x0a\x0d\x20-\x7e\x80-\xff]*$/.test(bytes) ? 'a text file' : 'none of these')
  throw new DocumentFailure(
    'unsupported-type',
    `not a PDF, TIFF, PNG or JPEG file; it looks like ${looks}: save or scan it as PDF`,
  )
}

function unreadable(error: unknown): DocumentFailure {
  const code = error instanceof Error && 'code' in error ? `${error.code}` : ''
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new DocumentFailure('vanished', 'the file is no longer there: it was moved or deleted', { cause: error })
  if (code === 'EACCES' || code === 'EPERM') {
    return new DocumentFailure('not-readable', 'no permission to read the file: change its permissions (chmod +r)', {
      cause: error,
    })
  }
  return new DocumentFailure(
    'not-readable',
    `the file cannot be read (${code || 'unknown error'}): check the disk or the share it lies on`,
    { cause: error },
  )
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
