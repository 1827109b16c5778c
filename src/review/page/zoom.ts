import type { Box, Evidence } from '../../model/index.ts'

/** How the page lies in its window: `scale` 1 is as wide as the window; `x`, `y` is where its left upper corner lies, in pixels. */
export type Lie = { readonly scale: number; readonly x: number; readonly y: number }
export type Size = { readonly width: number; readonly height: number }

/** Nothing is shown larger than this: a fax has no more to show. */
const MOST = 4
/** And evidence no larger than this: the words around it tell what it is. */
const EVIDENCE = 1.9
/** Share of the window that a box may take, across and down. */
const ACROSS = 0.72
const DOWN = 0.4

/** The page as a whole, in the middle. `ratio`: the page's height by its width. */
export function whole(window: Size, ratio: number): Lie {
  const scale = Math.min(1, window.height / (window.width * ratio || 1))
  return {
    scale,
    x: (window.width * (1 - scale)) / 2,
    y: Math.max(0, (window.height - window.width * scale * ratio) / 2),
  }
}

/** The page with a box of it in the middle, as large as may be. */
export function onto(window: Size, ratio: number, [x0, y0, x1, y1]: Box): Lie {
  const { width, height } = window
  const across = (ACROSS * width) / (Math.max(x1 - x0, 0.02) * width)
  const down = (DOWN * height) / (Math.max(y1 - y0, 0.005) * width * ratio)
  const scale = Math.min(EVIDENCE, Math.max(1, Math.min(across, down)))
  const middle = { x: ((x0 + x1) / 2) * width * scale, y: ((y0 + y1) / 2) * width * ratio * scale }
  return kept({ scale, x: width / 2 - middle.x, y: height / 2 - middle.y }, window, ratio)
}

/** `by` times as large, the place under the pointer staying where it is. */
export function nearer(
  lie: Lie,
  by: number,
  at: { readonly x: number; readonly y: number },
  window: Size,
  ratio: number,
): Lie {
  const scale = Math.min(MOST, Math.max(whole(window, ratio).scale, lie.scale * by))
  const grown = scale / lie.scale
  return kept({ scale, x: at.x - (at.x - lie.x) * grown, y: at.y - (at.y - lie.y) * grown }, window, ratio)
}

export function moved(lie: Lie, x: number, y: number, window: Size, ratio: number): Lie {
  return kept({ ...lie, x: lie.x + x, y: lie.y + y }, window, ratio)
}

/** No edge of the page comes further in than the window's; a page smaller than the window stands in its middle. */
function kept({ scale, x, y }: Lie, { width, height }: Size, ratio: number): Lie {
  const hold = (at: number, page: number, window: number) =>
    page <= window ? (window - page) / 2 : Math.min(0, Math.max(window - page, at))
  return { scale, x: hold(x, width * scale, width), y: hold(y, width * scale * ratio, height) }
}

/** The box around the evidence on the page where it begins; null: there is none. */
export function placeOf(evidence: readonly Evidence[]): { readonly page: number; readonly box: Box } | null {
  const [first] = evidence
  if (!first) return null
  const here = evidence.filter((e) => e.page === first.page).map((e) => e.box)
  return {
    page: first.page,
    box: [
      Math.min(...here.map((b) => b[0])),
      Math.min(...here.map((b) => b[1])),
      Math.max(...here.map((b) => b[2])),
      Math.max(...here.map((b) => b[3])),
    ],
  }
}
