import { lateralityIn, regionsIn } from '../../../language/anatomy/regions.ts'
import type { Span } from '../../page-text/transcript.ts'
import { isPlace } from './places.ts'
import { cues, namesDisease } from './vocabulary.ts'

/** A diagnosis that stands alone, without a place: "anxiety", "insomnia". */
const alone = new RegExp(`^(?:${cues.alone.join('|')})$`, 'i')
/** "degenerative", "arthritic": of a disease, but waiting for its name. */
const DESCRIBES = /(?:ive|ic|al|ar|ed)$/i
const WORD = /[A-Za-z][A-Za-z'’-]*/g
/** What joins words into one diagnosis, or parts diagnoses in another way: nothing is parted then. */
const JOINS =
  /[,;:.()/&]|\b(?:of|with|without|due|to|and|or|at|on|in|from|by|secondary|status|post|versus|vs|for|related)\b/i

/**
 * A list whose commas were lost: "cervical sprain lumbar sprain right shoulder impingement syndrome anxiety" is four diagnoses. Each begins with
 * its place or side and ends with its disease; nothing is parted where any word is neither, or where one place would serve all.
 */
export function runTogether(text: string, span: Span): readonly Span[] {
  const item = text.slice(span.start, span.end)
  if (JOINS.test(item)) return [span]
  const words = [...item.matchAll(WORD)].map((m) => ({
    start: m.index,
    end: m.index + m[0].length,
    kind: kindOf(m[0]),
  }))
  const starts: number[] = []
  for (const [i, word] of words.entries()) {
    if (word.kind === 'other') return [span]
    const before = words[i - 1]?.kind
    if (before === undefined || word.kind === 'alone' || (word.kind === 'place' && before !== 'place'))
      starts.push(word.start)
  }
  if (words.at(-1)?.kind === 'place') return [span]
  const parts = starts.map((start, i) => ({ start, end: starts[i + 1] ?? item.length }))
  const placed = parts.map(({ start, end }) => regionsIn(item.slice(start, end))[0] ?? null)
  const sides = parts.map(({ start, end }) => lateralityIn(item.slice(start, end)))
  const first = words[0]
  // "lumbar radiculopathy lumbar stenosis": a place that is named again begins another one.
  const again =
    new Set(parts.map(({ start, end }) => /[a-z]+/.exec(item.slice(start, end).toLowerCase())?.[0])).size === 1
  const differ =
    again ||
    new Set(placed).size === parts.length ||
    parts.length > 2 ||
    (!sides.includes(null) && new Set(sides).size === 2)
  if (parts.length < 2 || !differ || first?.kind !== 'place' || placed[0] === null) return [span]
  return parts.map(({ start, end }) => ({ start: span.start + start, end: span.start + end }))
}

function kindOf(word: string): 'place' | 'disease' | 'alone' | 'other' {
  if (alone.test(word)) return 'alone'
  if (DESCRIBES.test(word)) return 'place'
  if (namesDisease(word) || /^pains?$/i.test(word)) return 'disease'
  return isPlace(word) ? 'place' : 'other'
}
