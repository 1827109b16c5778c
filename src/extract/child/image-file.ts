import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { DocumentFailure } from '../../model/index.ts'
import type { Recognize } from '../messages.ts'
import { endOf } from '../whole-file/index.ts'
import type { OpenDocument, OpenRequest } from './open-document.ts'
import { decode, resize } from './page/raster.ts'
import { emptyPage, pageIssue, picturePage, truncatedIssue } from './page/report.ts'
import { nullIfBroken, ofMachine, orFileFailure, PageDefect, takingApart } from './trouble.ts'

/**
 * Opens a TIFF (all its pages), PNG or JPEG.
 * @throws {DocumentFailure} damaged; or what the machine has against it.
 */
export async function openImageFile(request: OpenRequest, recognize: Recognize): Promise<OpenDocument> {
  // By ourselves: libvips calls a file that it may not open an unknown format.
  const bytes = await orFileFailure(readFile(request.path))
  const pageCount = await countPages(bytes)
  recognize.expected()
  const end = await orFileFailure(endOf(request.path, request.mediaType))
  return {
    pageCount,
    close: async () => {},
    // Of a TIFF whose directories lead beyond its end, the library gives the pages before that, and says nothing.
    issues: end === 'missing' ? [truncatedIssue()] : [],
    picture: async (number) => {
      const raster = await pageOf(bytes, request.maxPixels, number - 1)
      return raster && { raster, place: [0, 0, 1, 1] }
    },
    read: async (number) => {
      const picture = await pageOf(bytes, request.maxPixels, number - 1)
      if (picture === null) {
        return emptyPage(
          number,
          'unreadable',
          pageIssue(
            'extract.image-undecodable',
            'error',
            'the image of this page could not be decoded whole: scan or request it again',
            number,
          ),
        )
      }
      return picturePage(number, { raster: picture, place: [0, 0, 1, 1] }, recognize)
    },
  }
}

async function countPages(bytes: Uint8Array): Promise<number> {
  try {
    return (await sharp(bytes, { limitInputPixels: false }).metadata()).pages ?? 1
  } catch (cause) {
    const damaged = 'the image file is damaged: its header cannot be read; scan or request it again'
    throw ofMachine(cause) ?? new DocumentFailure('damaged', damaged, { cause })
  }
}

/** One page in grey with square pixels; null when it cannot be decoded. @throws {PageDefect} when it is too large. */
async function pageOf(bytes: Uint8Array, maxPixels: number, page: number) {
  const { width, height, density } = await takingApart('its header is damaged: scan or request it again', () =>
    sharp(bytes, { page, limitInputPixels: false }).metadata(),
  )
  if (width * height > maxPixels)
    throw new PageDefect(`the image has ${width} × ${height} pixels, more than ${maxPixels}: scan it at 300 dpi`)
  // sharp reports the resolution across; of a fax's 204 × 98 it says nothing, but its shape does: no paper is that wide.
  const across = density && density >= 70 ? density : guessedDpi(width, height)
  const raster = await decode(bytes, { page, maxPixels, dpi: across }).catch(nullIfBroken)
  if (!raster) return null
  const squat = raster.height < 0.75 * raster.width && Math.abs(across - 204) <= 10 && raster.width > 1500
  return squat ? resize(raster, raster.width, Math.round((raster.height * 204) / 98), across) : raster
}

/** Scans without a stated resolution are letter or A4 paper: the short side is about 8.4 inches. */
function guessedDpi(width: number, height: number): number {
  return Math.min(600, Math.max(72, Math.round(Math.min(width, height) / 8.4)))
}
