import { type Box, type Line, unionBox, type Word } from '../../../model/index.ts'

type Row = { readonly words: Word[]; top: number; bottom: number }

/** A gap between rows of more than this much of the row's height starts a paragraph. */
const PARAGRAPH_GAP = 0.6
/** A word lower than this much of the typical height is a mark. */
const MARK = 0.45
/** Words come by height: only so many of the last rows can be near. */
const NEAR_ROWS = 6
/** How far a row may start from its predecessor, in row heights, before an outdent or indent counts. */
const INDENT = 1.2

/**
 * Words of an upright page → visual rows from top to bottom, each left to right, with paragraphs counted from 0.
 *
 * A row is what stands side by side, across columns: a label and its value belong to one row. No word is dropped.
 * `aspect` is page height ÷ width, so that distances across and down can be compared.
 */
export function linesOf(words: readonly Word[], aspect: number): readonly Line[] {
  const rows = rowsOf(words)
  rows.sort((a, b) => a.top + a.bottom - (b.top + b.bottom))
  let paragraph = 0
  return rows.map((row, i) => {
    const inRow = [...row.words].sort((a, b) => a.box[0] - b.box[0] || a.box[1] - b.box[1])
    const before = rows[i - 1]
    if (before && startsParagraph(before, row, aspect)) paragraph++
    return { box: unionBox(inRow.map((w) => w.box)), paragraph, words: inRow }
  })
}

/**
 * Puts every word into the row whose nearest words overlap it most in height. Comparing with neighbours instead of with the
 * whole row keeps rows apart that still slope a little; tall marks (brackets, stamps) cannot glue two rows together, because
 * their middle must lie in the row.
 */
function rowsOf(words: readonly Word[]): Row[] {
  const typical = median(words.map((w) => height(w.box)))
  const rows: Row[] = []
  // Marks (a dot, a dash, dust) come last: a row that begins with one would keep the words beside it away.
  const mark = (word: Word) => (height(word.box) < MARK * typical ? 1 : 0)
  const inOrder = [...words].sort((a, b) => mark(a) - mark(b) || middle(a.box) - middle(b.box) || a.box[0] - b.box[0])
  for (const word of inOrder) {
    let best: { row: Row; overlap: number } | null = null
    for (const row of mark(word) ? rows : rows.slice(-NEAR_ROWS)) {
      if (row.top - word.box[3] > typical || word.box[1] - row.bottom > typical) continue
      const near = nearest(row, word)
      const overlap = overlapOf(near.box, word.box)
      if (overlap > (best?.overlap ?? 0.45) && !collides(row, word)) best = { row, overlap }
    }
    if (best) {
      best.row.words.push(word)
      extend(best.row, word.box, typical)
    } else {
      rows.push({ words: [word], ...span(word.box, typical) })
    }
  }
  return rows
}

/** Tall and flat marks (a bracket, a dash, a stamp) must not move a row: its extent grows by text-sized words only. */
function extend(row: Row, box: Box, typical: number): void {
  const { top, bottom } = span(box, typical)
  row.top = Math.min(row.top, top)
  row.bottom = Math.max(row.bottom, bottom)
}

function span(box: Box, typical: number): { top: number; bottom: number } {
  const half = Math.min(height(box), 1.5 * typical) / 2
  return { top: middle(box) - half, bottom: middle(box) + half }
}

function nearest(row: Row, word: Word): Word {
  let best = row.words[0] ?? word
  for (const other of row.words) if (apart(other.box, word.box) < apart(best.box, word.box)) best = other
  return best
}

/** Two words at the same place across cannot stand in one row, unless they overlap nearly wholly (a double reading). */
function collides(row: Row, word: Word): boolean {
  const wide = word.box[2] - word.box[0]
  return row.words.some((other) => {
    const shared = Math.min(other.box[2], word.box[2]) - Math.max(other.box[0], word.box[0])
    const least = Math.min(wide, other.box[2] - other.box[0])
    return shared > 0.5 * least && overlapOf(other.box, word.box) < 0.75
  })
}

function startsParagraph(before: Row, row: Row, aspect: number): boolean {
  const tall = median([...before.words, ...row.words].map((w) => height(w.box)))
  if (row.top - before.bottom > PARAGRAPH_GAP * tall) return true
  const left = (r: Row) => Math.min(...r.words.map((w) => w.box[0]))
  const right = (r: Row) => Math.max(...r.words.map((w) => w.box[2]))
  const em = tall * aspect
  // A first line set in, after a row that ended short.
  return left(row) - left(before) > INDENT * em && right(before) < right(row) - 6 * em
}

/** Share of the lower of two boxes that lies beside the other. */
function overlapOf(a: Box, b: Box): number {
  const shared = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return shared / Math.max(1e-6, Math.min(height(a), height(b)))
}

const apart = (a: Box, b: Box) => Math.max(a[0] - b[2], b[0] - a[2], 0)
const height = (b: Box) => b[3] - b[1]
const middle = (b: Box) => (b[1] + b[3]) / 2

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
