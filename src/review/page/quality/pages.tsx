import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'
import { imageNow } from '../images.tsx'

/** Letter paper, until the image says what it is. */
const LETTER = 11 / 8.5
/** How much of the window a key turns: what was last in sight stays in sight. */
const TURN = 0.85

/** Moves the pages a window on, or back. */
export const turn = (frame: HTMLElement | null, by: 1 | -1): void =>
  frame?.scrollBy({ top: by * TURN * frame.clientHeight })

/**
 * The pages of a letter one below the other, as they were scanned, with nothing lit: to be looked at beside a form. Only what is near the window is asked
 * for.
 */
export function Pages({
  sha,
  pages: [first, last],
  frame,
}: {
  readonly sha: string
  readonly pages: readonly [number, number]
  readonly frame: RefObject<HTMLElement | null>
}) {
  const near = useSignal<ReadonlySet<number>>(new Set([first, first + 1]))
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new IntersectionObserver(
      (entries) => {
        const seen = new Set(near.value)
        for (const { target, isIntersecting } of entries) {
          const page = Number((target as HTMLElement).dataset.page)
          if (isIntersecting) seen.add(page)
          else seen.delete(page)
        }
        near.value = seen
      },
      { root: element, rootMargin: '100% 0px' },
    )
    for (const sheet of element.querySelectorAll('[data-page]')) observer.observe(sheet)
    return () => observer.disconnect()
  }, [sha, first, last])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard, too
    <section class="pages" aria-label="Pages" ref={frame} tabIndex={0} data-keys="">
      {Array.from({ length: last - first + 1 }, (_, i) => first + i).map((page) => {
        const image = near.value.has(page) ? imageNow(sha, page, 'full') : null
        const [width, height] = image ? [image.width, image.height] : [1, LETTER]
        return (
          <figure key={page} data-page={page} style={{ aspectRatio: `${width} / ${height}` }}>
            {image ? (
              <img src={image.url} alt={`Page ${page}, as scanned`} />
            ) : (
              <span class="muted">Page {page} is on its way …</span>
            )}
          </figure>
        )
      })}
    </section>
  )
}
