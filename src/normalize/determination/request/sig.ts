import { z } from 'zod'
import { numberOf } from '../../../language/numbers.ts'
import data from '../../vocabulary/sig-words.json' with { type: 'json' }

/** A stretch of a wording: offsets in UTF-16 units from 0. */
export type Span = { readonly start: number; readonly end: number }

const words = z.array(z.string().min(1)).transform((list): ReadonlySet<string> => new Set(list))
const { telling, filling, loose, links, behindLinks, ends, counted, hours } = z
  .strictObject({
    /** Say how or when it is taken: without one of them nothing is a direction. */
    telling: words,
    /** Stand between those. */
    filling: words,
    /** Of the filling ones: never the last word. */
    loose: words,
    /** Belong to directions before one of the words behind them only: `with food`, `for pain`. */
    links: words,
    behindLinks: words,
    /** The number behind one of them is no dose. */
    ends: words,
    /** Nor is the number before one of them. */
    counted: words,
    hours: words,
  })
  .parse(data)

/** Nobody takes more at a time. */
const MOST_AT_A_TIME = 8
/** Hours in a day: `every 12 hours`. */
const MOST_HOURS = 24

const PIECE = /(?<![\d.])[1-3]\/[2-4](?![\d/])|\d+(?:\.\d+)?(?=x\b)|\d+(?:\.\d+)?|[\p{L}][\p{L}.]*|\S/gu

type Piece = Span & { readonly word: string; readonly number: number | null }

/**
 * Where a drug's directions stand: `1 tab po q8h prn`, `3 times a day`, `take one at bedtime`. Runs of the words that directions are
 * made of, of which one at least tells how or when it is taken. A number belongs to them when so much can be taken at a time, or so
 * often; never the number of what is dispensed.
 */
export function directionsIn(text: string): readonly Span[] {
  const pieces: Piece[] = [...text.matchAll(PIECE)].map(({ 0: raw, index }) => {
    const word = raw.toLowerCase().replace(/\./g, '')
    const [part = '', of = '1'] = raw.split('/')
    const number = /^\d/.test(raw) ? Number(part) / Number(of) : numberOf(word)
    return { start: index, end: index + raw.length, word, number }
  })
  const found: Span[] = []
  for (let i = 0; i < pieces.length; ) {
    let [first, last]: [number | null, number] = [null, i]
    let tells = false
    let end = i
    for (; end < pieces.length; end++) {
      const kind = kindOf(pieces, end)
      if (kind === 'none') break
      if (kind === 'telling') tells = true
      const says = kind === 'telling' || (kind === 'filling' && !loose.has(pieces[end]?.word ?? ''))
      // `120 grams apply twice a day`: the grams are the number's, not of the directions.
      if (first === null && (kind === 'telling' || pieces[end]?.number !== null)) first = end
      if (says) last = end
    }
    const [from, to] = [first === null ? undefined : pieces[first], pieces[last]]
    if (tells && from && to) found.push({ start: from.start, end: to.end })
    i = Math.max(end, i + 1)
  }
  return found
}

function kindOf(all: readonly Piece[], at: number): 'telling' | 'filling' | 'mark' | 'none' {
  const piece = all[at]
  if (!piece) return 'none'
  const [before, after] = [all[at - 1], all[at + 1]]
  const { word, number } = piece
  if (number !== null) {
    if (!numberBelongs(all, at)) return 'none'
    return /^(?:q|every)$/.test(before?.word ?? '') ? 'telling' : 'filling'
  }
  if (telling.has(word)) return 'telling'
  if (filling.has(word)) return 'filling'
  // `w/ a meal`
  if (links.has(word)) {
    const slash = after?.word === '/' ? 1 : 0
    const next = all[at + 1 + slash]?.word === 'a' ? all[at + 2 + slash] : all[at + 1 + slash]
    return behindLinks.has(next?.word ?? '') || telling.has(next?.word ?? '') ? 'filling' : 'none'
  }
  // `for breakthrough pain`, `prn pain`
  const led = before && (links.has(before.word) || behindLinks.has(before.word) || /^(?:prn|needed)$/.test(before.word))
  if (led && behindLinks.has(word)) return 'filling'
  return /^[,/–-]$/.test(word) && after && kindIsWord(all, at + 1) ? 'mark' : 'none'
}

/** Whether what stands behind a comma or a stroke goes on with the directions. */
function kindIsWord(all: readonly Piece[], at: number): boolean {
  const piece = all[at]
  if (!piece) return false
  return piece.number === null
    ? telling.has(piece.word) || filling.has(piece.word) || behindLinks.has(piece.word)
    : numberBelongs(all, at)
}

function numberBelongs(all: readonly Piece[], at: number): boolean {
  const [before, piece, after] = [all[at - 1], all[at], all[at + 1]]
  if (!piece || piece.number === null || ends.has(before?.word ?? '')) return false
  const next = /^[-–]$/.test(after?.word ?? '') || after?.word === 'to' ? all[at + 3] : after
  // `2 refills`, `30 day supply`, `10 mg`, `(60)`
  if (counted.has(next?.word ?? '') || /^[%)]$/.test(next?.word ?? '')) return false
  const timed =
    hours.has(next?.word ?? '') ||
    /^(?:every|q)$/.test(before?.word ?? '') ||
    (/^[-–]$/.test(before?.word ?? '') && /^h(?:r|rs|ours?)?$/.test(next?.word ?? ''))
  return piece.number <= (timed ? MOST_HOURS : MOST_AT_A_TIME)
}
