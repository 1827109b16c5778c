import sharp from 'sharp'
import { DocumentFailure } from '../../model/index.ts'
import type { ReadRequest, Recognize } from '../messages.ts'
import { endOf } from '../whole-file/index.ts'
import type { OpenDocument } from './open-document.ts'
import { decode, resize } from './page/raster.ts'
import { emptyPage, pageIssue, picturePage, truncatedIssue } from './page/read-page.ts'

/**
 * Opens a TIFF (all its pages), PNG or JPEG.
 * @throws {DocumentFailure} damaged or too-large.
 */
export async function openImageFile(request: ReadRequest, recognize: Recognize): Promise<OpenDocument> {
  const pageCount = await countPages(request.path)
  return {
    pageCount,
    close: async () => {},
    // Of a TIFF whose directories lead beyond its end, the library gives the pages before that, and says nothing.
    issues: (await endOf(request.path, request.mediaType)) === 'missing' ? [truncatedIssue()] : [],
    read: async (number) => {
      const picture = await pageOf(request, number - 1)
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

async function countPages(path: string): Promise<number> {
  try {
    return (await sharp(path, { limitInputPixels: false }).metadata()).pages ?? 1
  } catch (cause) {
    throw new DocumentFailure(
      'damaged',
      'the image file is damaged: its header cannot be read; scan or request it again',
      { cause },
    )
  }
}

/** One page in grey with square pixels; null when it cannot be decoded. @throws {DocumentFailure} too-large. */
async function pageOf({ path, maxPixels }: ReadRequest, page: number) {
  const { width, height, density } = await sharp(path, { page, limitInputPixels: false }).metadata()
  if (width * height > maxPixels) throw new Error(`the image has ${width} × ${height} pixels, more than ${maxPixels}`)
  // sharp reports the resolution across; of a fax's 204 × 98 it says nothing, but its shape does: no paper is that wide.
  const across = density && density >= 70 ? density : guessedDpi(width, height)
  try {
    const raster = await decode(path, { page, maxPixels, dpi: across })
    const squat = raster.height < 0.75 * raster.width && Math.abs(across - 204) <= 10 && raster.width > 1500
    return squat ? await resize(raster, raster.width, Math.round((raster.height * 204) / 98), across) : raster
  } catch {
    return null
  }
}

/** Scans without a stated resolution are letter or A4 paper: the short side is about 8.4 inches. */
function guessedDpi(width: number, height: number): number {
  return Math.min(600, Math.max(72, Math.round(Math.min(width, height) / 8.4)))
}
