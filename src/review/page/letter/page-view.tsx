import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Box, Evidence } from '../../../model/index.ts'
import { imageNow } from '../images.tsx'
import { type Lie, moved, nearer, onto, placeOf, type Size, whole } from '../zoom.ts'
import type { Desk } from './desk.tsx'

/** Letter paper, until the image says what it is. */
const LETTER = 11 / 8.5
/** From this scale on the small image has too few pixels. */
const SHARP = 1.25

/** The page in hand: its image, and over it what is lit and what is chosen. One SVG for all boxes, no element for a word. */
export function PageView({ desk }: { readonly desk: Desk }) {
  const frame = useRef<HTMLDivElement>(null)
  const size = useSignal<Size>({ width: 0, height: 0 })
  const lie = useSignal<Lie>({ scale: 1, x: 0, y: 0 })
  const isMovedByHand = useSignal(false)
  const [page, sha] = [desk.page.value, desk.sha]
  const small = page === 0 ? null : imageNow(sha, page, 'small')
  const isLarge = lie.value.scale * size.value.width * devicePixelRatio > (small?.width ?? 1e9) * SHARP
  const full = isLarge ? imageNow(sha, page, 'full') : null
  const image = full ?? small
  const ratio = image ? image.height / image.width : LETTER
  const lit = useComputed(() => evidenceHere(desk))

  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return
    const look = () => (size.value = { width: element.clientWidth, height: element.clientHeight })
    look()
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    isMovedByHand.value = false
  }, [desk.focus.value, desk.look.value, page])
  useLayoutEffect(() => {
    if (size.value.width === 0 || isMovedByHand.value) return
    const at = desk.look.value === 'evidence' ? placeOf(lit.value) : null
    lie.value = at ? onto(size.value, ratio, at.box) : whole(size.value, ratio)
    performance.mark('imr:zoomed')
  }, [size.value, ratio, desk.focus.value, desk.look.value, page, lit.value])

  const window = size.value
  const handle = usePointer(desk, lie, window, ratio)
  const { scale, x, y } = lie.value
  const turned = desk.asItCame.value
    ? (desk.view.value.record.document.pages.find((p) => p.number === page)?.rotation ?? 0)
    : 0
  return (
    <section class="page" aria-label={`Page ${page}`}>
      <div
        class="frame"
        ref={frame}
        onWheel={(event) => {
          event.preventDefault()
          isMovedByHand.value = true
          const rect = event.currentTarget.getBoundingClientRect()
          lie.value = event.ctrlKey
            ? nearer(
                lie.value,
                Math.exp(-event.deltaY / 300),
                { x: event.clientX - rect.left, y: event.clientY - rect.top },
                window,
                ratio,
              )
            : moved(lie.value, -event.deltaX, -event.deltaY, window, ratio)
        }}
        {...handle}
      >
        <div
          class="sheet"
          style={{
            width: `${window.width}px`,
            height: `${window.width * ratio}px`,
            transform: `translate(${x}px, ${y}px) scale(${scale})${turned ? ` rotate(${-turned}deg)` : ''}`,
          }}
        >
          {image && (
            <img
              src={image.url}
              alt={`Page ${page} of ${desk.view.value.record.document.pageCount}, as scanned`}
              draggable={false}
              onLoad={() => requestAnimationFrame(() => performance.mark('imr:painted'))}
            />
          )}
          {!desk.asItCame.value && <Overlay desk={desk} lit={lit.value} />}
        </div>
      </div>
      {!image && page > 0 && <p class="waiting muted">The page is on its way …</p>}
    </section>
  )
}

function evidenceHere(desk: Desk): readonly Evidence[] {
  const draft = desk.draft.value
  const evidence = draft && draft.evidence.length > 0 ? draft.evidence : (desk.row.value?.evidence ?? [])
  return evidence.filter((e) => e.page === desk.page.value)
}

const PAD = 0.003
const rect = ([x0, y0, x1, y1]: Box, pad = PAD) => ({
  x: x0 - pad,
  y: y0 - pad,
  width: x1 - x0 + 2 * pad,
  height: y1 - y0 + 2 * pad,
})
const path = ([x0, y0, x1, y1]: Box) => `M${x0 - PAD} ${y0 - PAD}H${x1 + PAD}V${y1 + PAD}H${x0 - PAD}Z`

function Overlay({ desk, lit }: { readonly desk: Desk; readonly lit: readonly Evidence[] }) {
  const [page, words, chosen] = [desk.page.value, desk.words.value, desk.chosen.value]
  const others = desk.showsBoxes.value
    ? desk.rows.value
        .filter((r) => r.path !== desk.focus.value && r.isDoubtful)
        .flatMap((r) => r.evidence.filter((e) => e.page === page))
    : []
  const picked = words && chosen && chosen.page === page ? words.chosen(chosen.a, chosen.b, page) : []
  return (
    <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {desk.showsBoxes.value && lit.length > 0 && picked.length === 0 && (
        <path class="dim" fill-rule="evenodd" d={`M0 0H1V1H0Z${lit.map((e) => path(e.box)).join('')}`} />
      )}
      {others.map((e) => (
        <rect class="other" {...rect(e.box)} />
      ))}
      {desk.showsBoxes.value && lit.map((e) => <rect class="lit" {...rect(e.box)} />)}
      {picked.map((e) => (
        <rect class="picked" {...rect(e.box, 0.001)} />
      ))}
    </svg>
  )
}

/** Click, drag and Shift+click choose words; the field is filled when the pointer is let go. */
function usePointer(desk: Desk, lie: { readonly value: Lie }, window: Size, ratio: number) {
  const from = useRef<number | null>(null)
  const wordAt = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect()
    const { scale, x, y } = lie.value
    const across = (event.clientX - box.left - x) / (window.width * scale)
    const down = (event.clientY - box.top - y) / (window.width * ratio * scale)
    return desk.words.value?.at(across, down) ?? null
  }
  return {
    onPointerDown: (event: PointerEvent & { readonly currentTarget: HTMLDivElement }) => {
      const word = wordAt(event)
      if (event.button !== 0 || word === null || desk.focus.value === null || desk.isReadOnly.value) return
      event.preventDefault()
      performance.mark('imr:pointed')
      const before = desk.chosen.value
      from.current = event.shiftKey && before?.page === desk.page.value ? before.a : word
      event.currentTarget.setPointerCapture(event.pointerId)
      desk.chosen.value = { page: desk.page.value, a: from.current, b: word }
    },
    onPointerMove: (event: PointerEvent & { readonly currentTarget: HTMLDivElement }) => {
      if (from.current === null) {
        event.currentTarget.classList.toggle('over-word', wordAt(event) !== null)
        return
      }
      const word = wordAt(event)
      if (word !== null) desk.chosen.value = { page: desk.page.value, a: from.current, b: word }
    },
    onPointerUp: () => {
      if (from.current === null) return
      from.current = null
      desk.fill()
    },
    onPointerCancel: () => {
      from.current = null
    },
  }
}
