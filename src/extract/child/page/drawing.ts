import sharp from 'sharp'
import type { DrawnImage, ImageSize } from '../../messages.ts'
import { ofMachine } from '../trouble.ts'
import type { PagePicture } from './picture.ts'
import type { Raster } from './raster.ts'

/** Pixels across of an image that tells pages apart: hundreds of them are looked at at once. */
const THUMB = 200
/** Pixels across of the image that is shown first: a column of a screen, where 12 point type is well read. */
const SMALL = 1200
/** Pixels of the longest side of the one that is zoomed into: letter paper at 450 dpi. */
const FULL = 5000
/** Of WebP: below it the grain of a photocopy smears thin strokes. More effort than this costs twice the time for a tenth of the bytes. */
const QUALITY = 70
const EFFORT = 2

/** A picture nearer than this to the edges of its page, as a share of it, is the page. */
const NEAR = 0.002

/** The page as shown, with the picture where it stands on it: fractions of the image are those of the page. */
export function onPage({ raster, place }: PagePicture): Raster {
  const [x0, y0, x1, y1] = place
  if ([x0, y0, x1 - 1, y1 - 1].every((gap) => Math.abs(gap) < NEAR)) return raster
  const width = Math.max(1, Math.round(raster.width / (x1 - x0)))
  const height = Math.max(1, Math.round(raster.height / (y1 - y0)))
  const [left, top] = [Math.round(x0 * width), Math.round(y0 * height)]
  const data = new Uint8Array(width * height).fill(255)
  // What a picture has beyond the page is cut off, as it is when the page is shown.
  const [from, to] = [Math.max(0, -left), Math.min(raster.width, width - left)]
  for (let y = Math.max(0, -top); y < Math.min(raster.height, height - top); y++)
    data.set(raster.data.subarray(y * raster.width + from, y * raster.width + to), (y + top) * width + left + from)
  return { data, width, height, dpi: raster.dpi }
}

/** An upright page as an image to be looked at. */
export async function imageOf({ data, width, height }: Raster, size: ImageSize): Promise<DrawnImage> {
  const across = { thumb: THUMB, small: SMALL }
  const most = size === 'full' ? { width: FULL, height: FULL } : { width: across[size], height: 4 * across[size] }
  const { data: webp, info } = await sharp(data, { raw: { width, height, channels: 1 } })
    .resize({ ...most, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: QUALITY, effort: EFFORT })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw ofMachine(error) ?? error
    })
  return { size, webp, width: info.width, height: info.height }
}
