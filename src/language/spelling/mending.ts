import { type Spelling, singular } from './spelling.ts'

/** A text with misread words put right; `origin` leads an offset in it back to the text as read. */
export type Mended = { readonly text: string; readonly origin: (offset: number) => number }

/** The highest cost at which a word is put right: two look-alikes. A word further off may be another one. */
const MENDABLE = 0.75

/**
 * Puts words right whose letters were taken for look-alikes, where the right word is one of `wanted` (singular → the word);
 * everything else stays as it was read. Halves of a word that a blank parts are joined only when `joins` is set.
 */
export function mend(
  text: string,
  spelling: Spelling,
  wanted: ReadonlyMap<string, string>,
  { joins }: { readonly joins: boolean } = { joins: false },
): Mended {
  const breaks: { readonly to: number; readonly from: number }[] = []
  let out = ''
  let end = 0
  for (const word of spelling.read(text)) {
    const right = word.cost > 0 && word.cost <= MENDABLE ? wanted.get(word.text) : undefined
    // The spelling also parts words that ran together: those are not misread.
    if (right === undefined || word.start < end || text.slice(word.start, word.end) !== word.raw) continue
    if (/\s/.test(word.raw) && !joins) continue
    // `syndrome5. fasciitis`: the number of the next item, not a letter.
    if (/\d$/.test(word.raw) && /^[.)]\s/.test(text.slice(word.end, word.end + 2))) continue
    out += text.slice(end, word.start)
    breaks.push({ to: out.length, from: word.start })
    const written = inTheCaseOf(word.raw, asMany(word.raw, right))
    out += written.toLowerCase() === word.raw.toLowerCase() ? word.raw : written
    end = word.end
    breaks.push({ to: out.length, from: end })
  }
  const last = { to: 0, from: 0 }
  return {
    text: out + text.slice(end),
    origin: (offset) => {
      const before = breaks.findLast((b) => b.to <= offset) ?? last
      return Math.min(text.length, before.from + offset - before.to)
    },
  }
}

/** `right` in the plural when `raw` is in the plural. */
function asMany(raw: string, right: string): string {
  const plain = raw.toLowerCase()
  return singular(plain) !== plain && singular(right) === right && !right.endsWith('s') ? `${right}s` : right
}

/** `known` written as `raw` was: capitals for capitals, a capital first letter for one. */
export function inTheCaseOf(raw: string, known: string): string {
  // `MRl`: a small l among capitals is one of them.
  const sure = raw.replace(/[lo\d|]/g, '')
  if (/\p{Lu}{2}/u.test(sure) && sure === sure.toUpperCase()) return known.toUpperCase()
  // `Iumbar` begins with an l, not with a capital.
  const capital = /^[\p{Lu}\d]/u.test(raw) && !(/^I\p{Ll}/u.test(raw) && known.startsWith('l'))
  return capital ? known.charAt(0).toUpperCase() + known.slice(1) : known
}
