import { matchPrefix, type Squeezed, squeezeWithOrigin } from '../../language/matching/fuzzy.ts'
import { indexPhrases, type PhraseIndex } from '../../language/matching/phrase-index.ts'
import { type Line, type Page, unionBox } from '../../model/index.ts'
import { type Phrase, runningLines } from '../determination/layout/letter-vocabulary.ts'
import { type Span, Transcript } from './transcript.ts'

/** One visual row of a letter; offsets are the transcript's. */
export type Row = Span & {
  readonly text: string
  readonly page: number
  /** What parts it from the row before. */
  readonly gap: 'none' | 'line' | 'paragraph' | 'page'
  /** Whether the row before had room for this row's first word: it ended because its paragraph did. */
  readonly afterShort: boolean
}

/** A letter's pages as running text, without what is printed on every page (page numbers, fax lines) and without specks. */
export type Flow = {
  readonly transcript: Transcript
  readonly rows: readonly Row[]
  readonly squeezed: Squeezed
  /** What was taken out, for what only it may say: the case number. */
  readonly margins: Transcript
}

export type Match<K extends string> = Span & { readonly key: K; readonly cost: number; readonly size: number }

/** Rows at the head and foot of a page among which running lines are looked for. */
const MARGIN_ROWS = 3

export function flowOf(pages: readonly Page[]): Flow {
  const kept: Page[] = []
  const removed: Page[] = []
  for (const scanned of pages) {
    const page = withoutSpecks(scanned)
    const running = new Set(page.lines.filter((line, i) => isRunning(line, i, page.lines.length)))
    kept.push({ ...page, lines: page.lines.filter((line) => !running.has(line) && !isSpeck(line)) })
    removed.push({ ...page, lines: page.lines.filter((line) => running.has(line)) })
  }
  const transcript = new Transcript(kept)
  return {
    transcript,
    rows: rowsOf(transcript.text, kept),
    squeezed: squeezeWithOrigin(transcript.text),
    margins: new Transcript(removed),
  }
}

const textOf = (line: Line) => line.words.map((w) => w.text).join(' ')

/** Marks of the scanner: hardly a letter, no digit that could belong to the text. */
function isSpeck(line: Line): boolean {
  const text = textOf(line)
  return !/\d/.test(text) && text.replace(/[^A-Za-z]/g, '').length <= 2 && line.words.length <= 3
}

/** Marks that never stand alone between spaces in print, but do when dust is read as text. */
const DUST = /^[.,:;'"`´‘’“”_~|©®¢°»«*^·•!¦\\-]{1,3}$/
/** How far beside the column of text a speck must stand, in fractions of the page's width. */
const BESIDE_COLUMN = 0.01

/** A row that the reader made of paper's grain: unsure of nearly every word. Faint print is read surer than that. */
function isNoise({ words }: Line): boolean {
  const mean = words.reduce((sum, w) => sum + w.confidence, 0) / words.length
  return mean < 0.35 && words.filter((w) => w.confidence >= 0.6).length <= words.length * 0.1
}

/** A scanned page without the dust that the reader took for words: lone marks, and scraps beside the column of text. */
function withoutSpecks(page: Page): Page {
  if (page.source !== 'ocr') return page
  const lefts = page.lines.map((l) => l.words.find((w) => w.text.length > 2)?.box[0] ?? 1).sort((a, b) => a - b)
  const left = lefts[Math.floor(lefts.length * 0.2)] ?? 0
  const right = rightEdge(page)
  const lines = page.lines
    .filter((line) => !isNoise(line))
    .flatMap((line) => {
      const words = line.words.filter((word) => {
        if (DUST.test(word.text) && !(word.text === '-' && word.confidence > 0.8)) return false
        const scrap = word.text.replace(/[^A-Za-z0-9]/g, '').length <= 2 && word.text.length <= 4
        return !(scrap && (word.box[2] < left - BESIDE_COLUMN || word.box[0] > right + 3 * BESIDE_COLUMN))
      })
      return words.length === 0
        ? []
        : words.length === line.words.length
          ? [line]
          : [{ ...line, words, box: unionBox(words.map((w) => w.box)) }]
    })
  return { ...page, lines }
}

const running = new Set(runningLines.words)
const fax = new Set(runningLines.fax)

/** Whether a line at a page's edge holds nothing but page furniture: the words of running lines, numbers, times. */
function isRunning(line: Line, index: number, count: number): boolean {
  if (index >= MARGIN_ROWS && index < count - MARGIN_ROWS) return false
  const text = textOf(line)
  if (/^\W*\d{1,3}\W*$/.test(text)) return line.box[0] > 0.3
  const words = text.toLowerCase().match(/[a-z]+/g) ?? []
  const numbers = text.match(/\d+/g) ?? []
  const known = words.filter((w) => running.has(w)).length
  // The letter's own header row `Case Number: …` stands at the top of the first page and has nothing else in it.
  const own = words.length <= 3 && /case/i.test(text)
  if (numbers.length > 0 && words.length > 0 && known === words.length && !own)
    return words.some((w) => w === 'page' || w === 'pg' || w === 'p' || fax.has(w)) || words.length >= 4
  const transmitted = /\d\d?:\d\d/.test(text) && words.some((w) => fax.has(w)) && numbers.length >= 4
  return transmitted && words.length - known <= 5
}

function rowsOf(text: string, pages: readonly Page[]): readonly Row[] {
  const lines = pages.flatMap((page) => {
    const edge = rightEdge(page)
    return page.lines.map((line) => ({ line, page: page.number, edge }))
  })
  const rows: Row[] = []
  let at = 0
  for (const [i, { line, page }] of lines.entries()) {
    const start = at + (text.slice(at).match(/^[\n\f]*/)?.[0].length ?? 0)
    const stop = text.slice(start).search(/[\n\f]/)
    const end = stop < 0 ? text.length : start + stop
    const before = lines[i - 1]
    const between = text.slice(at, start)
    const gap = !before ? 'none' : between.includes('\f') ? 'page' : between.length > 1 ? 'paragraph' : 'line'
    rows.push({
      start,
      end,
      text: text.slice(start, end),
      page,
      gap,
      afterShort: before !== undefined && hadRoom(before.line, line, before.edge),
    })
    at = end
  }
  return rows
}

/** Where a page's full rows end: nine rows of ten end before it. */
function rightEdge(page: Page): number {
  const ends = page.lines.map((l) => l.box[2]).sort((a, b) => a - b)
  return ends[Math.floor(ends.length * 0.9)] ?? 1
}

function hadRoom(before: Line, line: Line, edge: number): boolean {
  const first = line.words[0]
  if (!first) return false
  const width = first.box[2] - first.box[0]
  return before.box[2] + width + 0.025 < edge
}

/** The row that holds `offset`, or the first after it. */
export function rowAt(rows: readonly Row[], offset: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.end ?? 0) > offset) high = middle
    else low = middle + 1
  }
  return low
}

function squeezedIndex({ origin }: Squeezed, offset: number): number {
  let low = 0
  let high = origin.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((origin[middle] ?? 0) >= offset) high = middle
    else low = middle + 1
  }
  return low
}

/** The phrase that stands at `offset` of the transcript: the one with the fewest errors, of equals the longest; null for none. */
export function phraseAt<K extends string>(
  { squeezed }: Pick<Flow, 'squeezed'>,
  offset: number,
  phrases: readonly Phrase<K>[],
  strict = false,
): Match<K> | null {
  const from = squeezedIndex(squeezed, offset)
  const index = indexOf(phrases, strict)
  let best: (Match<K> & { readonly score: number }) | null = null
  for (const candidate of index.candidates(squeezed.text, from)) {
    const { key, squeezed: phrase } = phrases[candidate] as Phrase<K>
    const found = matchPrefix(squeezed.text, from, phrase, index.limits[candidate] ?? 0)
    if (!found) continue
    const score = phrase.length - 4 * found.cost
    if (best && best.score >= score) continue
    const end = (squeezed.origin[from + found.length - 1] ?? 0) + 1
    best = { key, start: squeezed.origin[from] ?? offset, end, cost: found.cost, size: phrase.length, score }
  }
  return best
}

/** Lists of phrases are read once, when the program starts, and looked up for every row of every letter. */
const indexes = [new WeakMap<object, PhraseIndex>(), new WeakMap<object, PhraseIndex>()] as const

function indexOf(phrases: readonly Phrase<string>[], strict: boolean): PhraseIndex {
  const known = indexes[strict ? 1 : 0]
  let index = known.get(phrases)
  if (!index) {
    index = indexPhrases(
      phrases.map((p) => p.squeezed),
      strict,
    )
    known.set(phrases, index)
  }
  return index
}

/** Like `phraseAt`, at the start of a row: up to two marks that are no words (a ruled line, a speck) may stand before it. */
export function phraseOpening<K extends string>(flow: Flow, row: Row, phrases: readonly Phrase<K>[]): Match<K> | null {
  const starts = [row.start]
  let skipped = 0
  for (const word of row.text.matchAll(/\S+/g)) {
    if (word.index > 0) starts.push(row.start + word.index)
    skipped++
    if (skipped > 2 || word[0].replace(/[^A-Za-z0-9]/g, '').length > 2) break
  }
  let best: Match<K> | null = null
  for (const start of starts.slice(0, 3)) {
    const found = phraseAt(flow, start, phrases)
    if (found && (!best || found.size - 4 * found.cost > best.size - 4 * best.cost)) best = found
  }
  return best
}
