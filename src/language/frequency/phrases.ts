import { writtenLevels } from '../anatomy/levels.ts'
import { asDigits } from '../lookalikes.ts'
import type { Phrase, Span } from './phrase.ts'
import { firstMatch } from './rules.ts'
import { type Token, tokens } from './tokens.ts'

/**
 * The phrases of a wording that say how often, how long or how many, from left to right. Linear in the number of words:
 * every rule looks at a bounded number of pieces ahead.
 */
export function phrases(text: string): Wording {
  const levels = writtenLevels(normal(text))
  const pieces = tokens(blanked(normal(text), levels))
  const found: Phrase[] = []
  const asides: Span[] = []
  const understood: Span[] = levels.map(({ start, end }) => ({ start, end }))
  for (let at = 0; at < pieces.length; ) {
    const match = firstMatch(pieces, at)
    if (match && match.next > at) {
      const start = pieces[at]?.start ?? 0
      const end = pieces[match.next - 1]?.end ?? start
      if (match.meaning) found.push({ ...match.meaning, start, end, text: text.slice(start, end) })
      else if (pieces.slice(at, match.next).some((t) => t.kind === 'unit')) asides.push({ start, end })
      else if (pieces[at]?.kind !== 'cross') understood.push({ start, end })
    }
    at = match && match.next > at ? match.next : at + 1
  }
  const repaired = pieces.filter((t) => t.kind === 'number' && (t.repaired || text.slice(t.start, t.end) !== t.text))
  return {
    phrases: found,
    pieces,
    understood,
    asides,
    repaired: repaired.map((t) => text.slice(t.start, t.end).trim()),
  }
}

/** What a wording is made of. */
export type Wording = {
  readonly phrases: readonly Phrase[]
  readonly pieces: readonly Token[]
  /** Levels of the spine, and numbers that say nothing: `24/7`. */
  readonly understood: readonly Span[]
  /** Lengths of time that say when: `in 6 weeks`, `3 months post-op`. */
  readonly asides: readonly Span[]
  /** The numbers that were read through damage, as written. */
  readonly repaired: readonly string[]
}

const VISITS_AHEAD = String.raw`\s(?:visit|session|treatment|appointment)s?(?!\p{L})`
/** `l times 8`, `l-2 x 6`: before a cross only a number can stand. */
const ONE_BEFORE_CROSS = /(?<![\p{L}\d.])[lI|](?=\s?(?:times|x)\s?\d|\s?[-–]\s?\d\s?(?:times|x)(?!\p{L}))/gu
/** `S visits`. */
const DIGIT_BEFORE_VISITS = new RegExp(String.raw`(?<![\p{L}\d.])[lI|SBZ](?=${VISITS_AHEAD})`, 'gu')
/** `1 2 visits`: a number that a blank has cut in two. */
const CUT_NUMBER = new RegExp(String.raw`(?<![\p{L}\d.,/#-]|[\d.,/#x-]\s)([1-3])\s(\d)(?=${VISITS_AHEAD})`, 'giu')
/** `bi-weekly` is one word. */
const HYPHENED = /(?<!\p{L})bi-(weekly|monthly)(?!\p{L})/giu
/** `b.i.w.` */
const INITIALS = /(?<!\p{L})([bt])\.\s?i\.\s?w\.?(?!\p{L})/giu

/** Written as the rules know it, damage of scanning put right where only a number can stand. Every offset is kept. */
function normal(text: string): string {
  return text
    .replace(INITIALS, (all, first: string) => `${first}iw`.padEnd(all.length))
    .replace(HYPHENED, (all, of: string) => `bi${of}`.padEnd(all.length))
    .replace(ONE_BEFORE_CROSS, '1')
    .replace(DIGIT_BEFORE_VISITS, asDigits)
    .replace(CUT_NUMBER, '$1$2 ')
}

/** `C6-7 injection` asks for no seven injections: spinal levels are blanked. */
function blanked(text: string, spans: readonly Span[]): string {
  let out = ''
  for (const { start, end } of spans) {
    if (start < out.length) continue
    out += text.slice(out.length, start) + ' '.repeat(end - start)
  }
  return out + text.slice(out.length)
}
