import { type Box, type Evidence, type Page, unionBox, type Word } from '../../model/index.ts'

/** A stretch of a transcript: character offsets, `start` included, `end` not. */
export type Span = { readonly start: number; readonly end: number }

type Placed = Span & { readonly word: Word; readonly page: number; readonly line: number }

/** Gap between two words, in character widths, above which it is no space between words but a hole: a column or a redaction. */
const HOLE = 2.5

/**
 * The words of some pages as one string whose every character can be traced back to its word, page and box.
 *
 * Words of a row are joined by one space, or by two where the gap is a hole (a column boundary, a redacted name);
 * rows are joined by `\n`, paragraphs by `\n\n`, pages by `\f`. All offsets count UTF-16 units from 0.
 */
export class Transcript {
  readonly text: string
  readonly #words: readonly Placed[]

  constructor(pages: readonly Page[]) {
    const words: Placed[] = []
    let text = ''
    let line = 0
    for (const page of pages) {
      if (text !== '') text += '\f'
      let paragraph = page.lines[0]?.paragraph
      for (const [row, { words: inRow, paragraph: of }] of page.lines.entries()) {
        if (row > 0) text += of === paragraph ? '\n' : '\n\n'
        paragraph = of
        const wide = HOLE * characterWidth(inRow)
        for (const [i, word] of inRow.entries()) {
          const before = inRow[i - 1]
          if (before) text += word.box[0] - before.box[2] > wide ? '  ' : ' '
          words.push({ start: text.length, end: text.length + word.text.length, word, page: page.number, line })
          text += word.text
        }
        line++
      }
    }
    this.text = text
    this.#words = words
  }

  /** The words that `span` touches, in reading order. */
  words(span: Span): readonly Word[] {
    return this.#touched(span).map((w) => w.word)
  }

  /** Page, box and text of the words that `span` touches: one piece of evidence a row. */
  evidence(span: Span): readonly Evidence[] {
    const rows = new Map<number, { page: number; boxes: Box[]; texts: string[] }>()
    for (const { word, page, line } of this.#touched(span)) {
      const row = rows.get(line) ?? { page, boxes: [], texts: [] }
      row.boxes.push(word.box)
      row.texts.push(word.text)
      rows.set(line, row)
    }
    return [...rows.values()].map(({ page, boxes, texts }) => ({ page, box: unionBox(boxes), text: texts.join(' ') }))
  }

  /** How sure the reading of `span` is, 0..1: the mean of its words' confidence and that of the worst. 0 without words. */
  confidence(span: Span): number {
    const all = this.#touched(span).map((w) => w.word.confidence)
    if (all.length === 0) return 0
    return (all.reduce((a, b) => a + b, 0) / all.length + Math.min(...all)) / 2
  }

  /** Number of the page (from 1 within the file) that holds the word at or after `offset`; null after the last word. */
  pageAt(offset: number): number | null {
    return this.#words[this.#firstEndingAfter(offset)]?.page ?? null
  }

  /** The text of `span` on one line: every run of white space becomes one space. */
  flat(span: Span): string {
    return this.text.slice(span.start, span.end).replace(/\s+/g, ' ').trim()
  }

  #touched({ start, end }: Span): readonly Placed[] {
    const found: Placed[] = []
    for (let i = this.#firstEndingAfter(start); i < this.#words.length; i++) {
      const word = this.#words[i]
      if (!word || word.start >= end) break
      found.push(word)
    }
    return found
  }

  #firstEndingAfter(offset: number): number {
    let low = 0
    let high = this.#words.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#words[middle]?.end ?? 0) > offset) high = middle
      else low = middle + 1
    }
    return low
  }
}

function characterWidth(words: readonly Word[]): number {
  const widths = words.map((w) => (w.box[2] - w.box[0]) / w.text.length).sort((a, b) => a - b)
  return widths[widths.length >> 1] ?? 0
}
