import type { Amount } from './numbers.ts'
import type { Phrase, Span } from './phrase.ts'
import type { Token } from './tokens.ts'

const inside = (t: Span, spans: readonly Span[]) => spans.some((s) => t.start < s.end && t.end > s.start)

/**
 * The figures of a wording that nothing uses, as written. `used`: the phrases that a reading is made of, and whatever else is
 * understood: levels, a drug's amounts. A date, a code, an ordinal, the size or the name of a thing (`3 views`, `SF-36`, `phase 2`)
 * and one of what is asked for are no figures, nor is what says again what is `known`; of a drug a size may be an amount.
 */
export function unusedFigures(
  text: string,
  pieces: readonly Token[],
  left: readonly Phrase[],
  used: readonly Span[],
  { known, ...measured }: Measured & { readonly known: readonly number[] },
): readonly string[] {
  // Of a drug `daily` is a direction, however it is spelled; `#1`, `x 1` is one of what is asked for.
  const phrases = left.filter(
    (p) => !isOne(p) && (measured.sizes || pieces.some((t) => t.kind === 'number' && inside(t, [p]))),
  )
  const bare = pieces.flatMap((token, at) => {
    if (token.kind !== 'number' || inside(token, used) || inside(token, phrases)) return []
    if (known.includes(token.value) && !countsAnother(text, pieces, at, used)) return []
    return isNoFigure(text, pieces, at, measured)
      ? []
      : [{ start: token.start, end: token.end, text: withNoun(text, token) }]
  })
  return [...phrases, ...bare].sort((a, b) => a.start - b.start).map((f) => f.text.trim())
}

/** Words that part what is asked for: the number behind (or before) them counts something else, though it is the same number. */
const PARTED = /\band\b|[&+;,]/i
/** `6 PT and 6 acupuncture sessions`: the first six are no second telling of the others. But `12 sessions (12)`, `12 sessions, #12`. */
function countsAnother(text: string, pieces: readonly Token[], at: number, used: readonly Span[]): boolean {
  const [token, after] = [pieces[at], pieces[at + 1]]
  if (!token || after?.kind !== 'word' || after.start > token.end + 1 || !/^\p{L}{2}/u.test(after.text)) return false
  return used.some(({ start, end }) =>
    start >= token.end
      ? PARTED.test(text.slice(token.end, start))
      : end <= token.start && PARTED.test(text.slice(end, token.start)),
  )
}

const isOne = (p: Phrase) =>
  (p.kind === 'count' || p.kind === 'multiplier' || p.kind === 'quantity') && p.amount[0] === 1 && p.amount[1] === 1

/** The number with the word behind it, which tells a person what it may count. */
function withNoun(text: string, { start, end }: Span): string {
  const [noun = ''] = /^\s?[\p{L}-]{2,20}/u.exec(text.slice(end, end + 21)) ?? []
  return text.slice(start, end + noun.length)
}

/** Whether measures are sizes and no amounts, as of all but drugs; and doses too, as of what is injected. */
type Measured = { readonly sizes: boolean; readonly doses: boolean }

/** A dose of what is injected is no number of injections: so many units are not asked for by the piece. */
const LEAST_DOSE = 50
/** What a number before it measures; refills and tablets are amounts, and so are grams and units of what is not injected. */
function isSize(value: number, t: Token | undefined, doses: boolean): boolean {
  if (t?.kind !== 'doses' || /^(?:re-?fill|tab|cap|pill)/i.test(t.text)) return false
  if (/^units?$/i.test(t.text)) return doses && value >= LEAST_DOSE
  return doses || !/^(?:mc?g|gms?|grams?|g|ml|cc)$/i.test(t.text)
}

function isNoFigure(text: string, all: readonly Token[], at: number, { sizes, doses }: Measured): boolean {
  const token = all[at]
  if (token?.kind !== 'number') return true
  const [before, after] = [all[at - 1], all[at + 1]]
  // One of what is asked for, which is what any request asks for; none; a part of a whole.
  if (token.value === 1 || token.value === 0) return true
  // A year.
  if (/^(?:19|20)\d\d$/.test(token.text)) return true
  // `3 views`, `1.5 tesla`: what the thing is like; `phase 2`, `type 2`: which one it is.
  if (sizes && isSize(token.value, after, doses)) return true
  if (before?.kind === 'not-about' && !/^(?:in|after)$/i.test(before.text)) return true
  if (sizes && after?.kind === 'mark' && after.mark === '-' && isSize(token.value, all[at + 2], doses)) return true
  // `SF-36`, `3-phase`: a part of a name.
  if (/\p{L}[-–]$/u.test(text.slice(Math.max(0, token.start - 2), token.start))) return true
  if (/^[-–]\p{L}/u.test(text.slice(token.end, token.end + 2)) && all[at + 2]?.kind === 'word') return true
  // `M54.5`, `724.4`: a code of a diagnosis in pieces.
  return /[A-Z]\d{1,2}\.$/.test(text.slice(Math.max(0, token.start - 4), token.start))
}

/**
 * How many things a wording asks for, where it begins or ends with their number: `2 leg wraps`, `NCV of the legs, 2`. No visits: only
 * for what is not counted in visits.
 */
export function thingsAsked(pieces: readonly Token[]): { readonly amount: Amount; readonly span: Span } | null {
  const colon = pieces.findIndex((t) => t.kind === 'mark' && t.mark === ':')
  for (const at of [0, colon + 1, pieces.length - 1]) {
    const token = pieces[at]
    const [before, after] = [pieces[at - 1], pieces[at + 1]]
    if (token?.kind !== 'number' || !Number.isInteger(token.value) || token.value < 2 || token.value > 100) continue
    const counts = after
      ? after.kind === 'word' && token.end < after.start
      : before?.kind === 'mark' && before.mark === ','
    if (counts) return { amount: [token.value, token.value], span: token }
  }
  return null
}
