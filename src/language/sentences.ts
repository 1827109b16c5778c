import { z } from 'zod'
import data from './vocabulary/sentence-words.json' with { type: 'json' }

const words = z.array(z.string().min(1)).min(1)
const { never, seldom, openers } = z
  .strictObject({
    /** Abbreviations behind whose full stop the sentence goes on: `Dr. Roe`. */
    never: words,
    /** Abbreviations that may also close a sentence: `twice p.r.n. He returned`. */
    seldom: words,
    /** Words that, with a capital, begin a sentence. */
    openers: words,
  })
  .parse(data)

/** A stretch of a text, in UTF-16 units from 0; `end` is behind the blanks that follow the sentence. */
export type Sentence = { readonly start: number; readonly end: number }

const anyOf = (list: readonly string[]) => list.map((w) => w.replace(/\./g, '\\.\\s?')).join('|')
const NEVER = new RegExp(`(?<![\\p{L}\\d.])(?:${anyOf(never)})\\.$`, 'iu')
/** Abbreviations that may close a sentence, and initials. */
const SELDOM = new RegExp(`(?<![\\p{L}\\d.])(?:${anyOf(seldom)}|\\p{L})\\.$`, 'iu')
const OPENER = new RegExp(`^["“'‘(]?(?:${openers.join('|')})(?![\\p{L}\\d])`, 'iu')
/** The number or letter of an item of a list: `2.`, `(b).` */
const ITEM_MARK = /^[\s"“(]*(?:\d{1,2}|[a-z])\)?\.?$/i
/** A question mark that doubts a finding: `r/o ? tear`. */
const DOUBT = /(?:^|\s)\?$/
/** A sentence that the next runs into: `the knee.The examination`. */
const RUN_IN = /(?<=[\p{Ll}\d)][\p{Ll}\d)])[.!?]["”’)\]]*(?=\p{Lu}[\p{Ll}\s])/gu
/** How far before a stop an abbreviation is looked for. */
const REACH = 12
/** How far before a number the one before it is looked for: an item of a list is not longer. */
const LONGEST_ITEM = 300

/** Made when the first text is read: most commands read none. */
let segmenter: Intl.Segmenter | null = null

/**
 * The sentences of a text, in order, without a gap between them: by Unicode's rules (UAX 29), but for the abbreviations, initials and numbered items of
 * clinical prose. Line breaks are blanks. Time grows with the text's length.
 */
export function sentencesOf(text: string): readonly Sentence[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'sentence' })
  const flat = text.replace(/\s/g, ' ')
  const ends: number[] = []
  for (const { index, segment } of segmenter.segment(flat)) {
    for (const { index: at, 0: stop } of segment.matchAll(RUN_IN)) ends.push(index + at + stop.length)
    ends.push(index + segment.length)
  }
  const sentences: Sentence[] = []
  let start = 0
  for (const end of ends) {
    if (end < flat.length && goesOn(flat, start, end)) continue
    if (end > start) sentences.push({ start, end })
    start = end
  }
  return sentences
}

/** Whether the sentence from `start` does not end where the text was parted. */
function goesOn(text: string, start: number, end: number): boolean {
  const said = text.slice(Math.max(start, end - LONGEST_ITEM), end).trimEnd()
  const close = said.slice(-REACH)
  if (DOUBT.test(close) || NEVER.test(close)) return true
  if (said.length < REACH && ITEM_MARK.test(text.slice(start, end).trim())) return true
  if (countsOn(said)) return true
  return SELDOM.test(close) && !OPENER.test(text.slice(end, end + 24))
}

/** `Assessment: 1.`, `1. Neck strain 2.`: the number of an item, not a sentence's last word. */
function countsOn(said: string): boolean {
  if (/:\s*\(?1[.)]\.?$/.test(said)) return true
  const last = Number(/\s\(?(\d{1,2})[.)]\.?$/.exec(said)?.[1] ?? 0)
  return last > 1 && new RegExp(`(?:^|\\s)\\(?${last - 1}[.)]`).test(said.slice(0, -2))
}

/** Offset of the stop that ends the first sentence of a text, or -1 when it has none. */
export function firstSentenceEnd(text: string): number {
  const [first] = sentencesOf(text)
  const stop = first ? /[.!?]["”’)\]]*\s*$/.exec(text.slice(0, first.end)) : null
  return stop?.index ?? -1
}

/** The sentence in which a text breaks off; empty where the text ends with a sentence and a blank behind it. */
export function lastSentence(text: string): string {
  // A figure goes on with whatever it can go on with.
  return text.slice(sentencesOf(`${text}0`).at(-1)?.start ?? 0)
}
