import type { Box } from '../../model/index.ts'
import { imageNow } from './images.tsx'

/** How much of the page is seen around a box, as a fraction of its width. */
const AROUND = 0.008
/** No crop is shown larger than this: the small image has no more to show. */
const LARGEST = 1.5

/** What the page shows in a box: the page's own image, cut by the browser to at most so many pixels. */
export function Crop({
  sha,
  page,
  box: [x0, y0, x1, y1],
  most,
}: {
  readonly sha: string
  readonly page: number
  readonly box: Box
  readonly most: { readonly width: number; readonly height: number }
}) {
  const image = imageNow(sha, page, 'small')
  if (!image) return null
  const [left, top] = [Math.max(0, x0 - AROUND), Math.max(0, y0 - AROUND / 2)]
  const [across, down] = [(x1 + AROUND - left) * image.width, (y1 + AROUND / 2 - top) * image.height]
  const scale = Math.min(most.height / down, most.width / across, LARGEST)
  return (
    <div
      class="crop"
      aria-hidden="true"
      style={{
        width: `${across * scale}px`,
        height: `${down * scale}px`,
        backgroundImage: `url(${image.url})`,
        backgroundSize: `${image.width * scale}px ${image.height * scale}px`,
        backgroundPosition: `${-left * image.width * scale}px ${-top * image.height * scale}px`,
      }}
    />
  )
}
