import { open } from 'node:fs/promises'
import type { MediaType } from '../messages.ts'
import { Bytes } from './bytes.ts'
import type { FileEnd } from './file-end.ts'
import { jpegEnd } from './jpeg.ts'
import { pdfEnd } from './pdf.ts'
import { pngEnd } from './png.ts'
import { tiffEnd } from './tiff.ts'

export type { FileEnd } from './file-end.ts'

const ends: Readonly<Record<MediaType, (bytes: Bytes) => Promise<FileEnd>>> = {
  'application/pdf': pdfEnd,
  'image/jpeg': jpegEnd,
  'image/png': pngEnd,
  'image/tiff': tiffEnd,
}

/**
 * Looks for the end that files of this kind have, without decoding anything: the same rule for a file that is still being written
 * and for one that is read. Time grows with the file's size for a JPEG, with the number of its pages or chunks otherwise.
 * @throws errors of the file system.
 */
export async function endOf(path: string, mediaType: MediaType): Promise<FileEnd> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await ends[mediaType](new Bytes(file, size))
  } finally {
    await file.close()
  }
}
