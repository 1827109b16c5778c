import type { Box, Evidence, Word } from '../../model/index.ts'

/** A row of a page: its words' boxes in fractions of the page, left to right. */
type Row = { readonly top: number; readonly bottom: number; readonly from: number; readonly to: number }

/** How far beside a word a pointer still means it, as a fraction of the page's width and height. */
const NEAR = 0.012

/**
 * The words of a page, found by place without an element for each: rows lie sorted from top to bottom, so that a page of a thousand words is
 * looked through in some ten steps. Words are named by their number in reading order, from 0.
 */
export class PageWords {
  readonly words: readonly Word[]
  private readonly rows: readonly Row[]
  /** The tallest row's height: how far above a place a row may begin that still holds it. */
  private readonly tallest: number

  constructor(lines: readonly { readonly words: readonly Word[] }[]) {
    const words: Word[] = []
    const rows = lines.map((line): Row => {
      const from = words.length
      words.push(...line.words)
      const boxes = line.words.map((w) => w.box)
      const top = Math.min(...boxes.map((b) => b[1]))
      return { top, bottom: Math.max(...boxes.map((b) => b[3])), from, to: words.length }
    })
    this.words = words
    this.rows = [...rows].sort((a, b) => a.top - b.top)
    this.tallest = Math.max(0, ...rows.map((r) => r.bottom - r.top))
  }

  /** The word at a place, or the nearest within {@link NEAR}; null: none is meant. */
  at(x: number, y: number): number | null {
    let best: number | null = null
    let least = NEAR
    for (let i = this.firstBelow(y - this.tallest - NEAR); i < this.rows.length; i++) {
      const row = this.rows[i]
      if (!row || row.top > y + NEAR) break
      for (let w = row.from; w < row.to; w++) {
        const away = this.distance(w, x, y)
        if (away < least) [best, least] = [w, away]
        if (away === 0) return w
      }
    }
    return best
  }

  /** The word above or below another: of the next row that has one, the one whose middle lies nearest. */
  beside(word: number, direction: 'up' | 'down'): number {
    const here = this.rows.findIndex((r) => word >= r.from && word < r.to)
    const row = this.rows[direction === 'up' ? here - 1 : here + 1]
    if (!row) return word
    const middle = middleOf(this.words[word]?.box)
    let best = row.from
    for (let w = row.from; w < row.to; w++)
      if (Math.abs(middleOf(this.words[w]?.box) - middle) < Math.abs(middleOf(this.words[best]?.box) - middle)) best = w
    return best
  }

  /** The first word whose middle lies in a box; null: none. */
  within([x0, y0, x1, y1]: Box): number | null {
    const found = this.words.findIndex(({ box }) => {
      const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
      return x >= x0 && x <= x1 && y >= y0 && y <= y1
    })
    return found < 0 ? null : found
  }

  /** The next word, from `after` on and round again, that begins with what was typed, case aside; null: none. */
  beginning(typed: string, after: number): number | null {
    const wanted = typed.toLowerCase()
    const count = this.words.length
    for (let i = 0; i < count; i++) {
      const w = (after + i) % count
      if (plain(this.words[w]?.text ?? '').startsWith(wanted)) return w
    }
    return null
  }

  /** Words `a` to `b`, whichever comes first, as the evidence of a value: one box a row, so that no box covers what was not chosen. */
  chosen(a: number, b: number, page: number): readonly Evidence[] {
    const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
    return [...this.rows]
      .sort((r, s) => r.from - s.from)
      .flatMap((row) => {
        const words = this.words.slice(Math.max(from, row.from), Math.min(to, row.to))
        if (Math.max(from, row.from) >= Math.min(to, row.to)) return []
        return [{ page, box: around(words.map((w) => w.box)), text: words.map((w) => w.text).join(' ') }]
      })
  }

  private firstBelow(y: number): number {
    let [low, high] = [0, this.rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.rows[middle]?.top ?? 0) < y) low = middle + 1
      else high = middle
    }
    return low
  }

  private distance(word: number, x: number, y: number): number {
    const box = this.words[word]?.box
    if (!box) return Number.POSITIVE_INFINITY
    return Math.hypot(Math.max(box[0] - x, 0, x - box[2]), Math.max(box[1] - y, 0, y - box[3]))
  }
}

const middleOf = (box: Box | undefined) => (box ? (box[0] + box[2]) / 2 : 0)
const plain = (text: string) => text.toLowerCase().replace(/^[^\p{L}\p{N}]+/u, '')

function around(boxes: readonly Box[]): Box {
  return [
    Math.min(...boxes.map((b) => b[0])),
    Math.min(...boxes.map((b) => b[1])),
    Math.max(...boxes.map((b) => b[2])),
    Math.max(...boxes.map((b) => b[3])),
  ]
}
