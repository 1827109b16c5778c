import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { imageNow } from '../images.tsx'

/** Letter paper, until the image says what it is. */
const LETTER = 11 / 8.5
/** How much of the window a key turns: what was last in sight stays in sight. */
const TURN = 0.85

/**
 * The pages of a letter one below the other, as they were scanned, with nothing lit: to be looked at beside a form. Page Up and Page Down move them, wherever the cursor
 * is. Only what is near the window is asked for.
 */
export function Pages({
  sha,
  pages: [first, last],
}: {
  readonly sha: string
  readonly pages: readonly [number, number]
}) {
  const frame = useRef<HTMLElement>(null)
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
    const turn = (event: KeyboardEvent) => {
      const by = event.key === 'PageDown' ? 1 : event.key === 'PageUp' ? -1 : 0
      if (by === 0 || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return
      event.preventDefault()
      element.scrollBy({ top: by * TURN * element.clientHeight })
    }
    addEventListener('keydown', turn)
    return () => {
      observer.disconnect()
      removeEventListener('keydown', turn)
    }
  }, [sha, first, last])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard, too
    <section class="pages" aria-label="Pages" ref={frame} tabIndex={0}>
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
