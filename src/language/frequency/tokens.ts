import { z } from 'zod'
import { findDateShapes } from '../dates.ts'
import { asDigits, asLetters } from '../lookalikes.ts'
import { numberOf, numberWords, numberWordsAt } from '../numbers.ts'
import { makeSpelling, shapeDistance } from '../spelling/spelling.ts'
import commonWords from '../vocabulary/common-words.json' with { type: 'json' }
import wordsData from '../vocabulary/frequency-words.json' with { type: 'json' }

const list = z.array(z.string().min(1)).readonly()
const unit = z.enum(['minute', 'hour', 'day', 'week', 'month', 'year'])
export type Unit = z.infer<typeof unit>
const roles = [
  'each',
  'cross',
  'during',
  'visits',
  'injections',
  'quantity',
  'series',
  'total',
  'range',
  'done',
  'unbounded',
  'rental',
  'purchase',
  'doses',
] as const
type Role = (typeof roles)[number]

const words = z
  .object({
    repetitions: z.record(z.string(), z.int().positive()),
    units: z.record(unit, list),
    perUnit: z.partialRecord(unit, list),
    intervals: z.record(z.string(), z.tuple([z.int().positive(), unit])),
    /** `b.i.w.`: so many times a week. */
    perWeek: z.record(z.string(), z.int().positive()),
    each: list,
    cross: list,
    during: list,
    visits: list,
    injections: list,
    quantity: list,
    series: list,
    total: list,
    range: list,
    done: list,
    unbounded: list,
    rental: list,
    purchase: list,
    doses: list,
    notADuration: list,
    notAbout: list,
    months: list,
  })
  .strict()
  .parse(wordsData)

/** A piece of a wording, with what it can mean in a frequency. Offsets are UTF-16 units from 0. */
export type Token = Piece & { readonly text: string; readonly start: number; readonly end: number }
type Piece =
  /** A number; `repaired` when look-alike letters were read as digits; `repetition` for once, twice, thrice. */
  | { readonly kind: 'number'; readonly value: number; readonly repaired?: boolean; readonly repetition?: boolean }
  | { readonly kind: 'unit'; readonly unit: Unit }
  /** `weekly`, `biweekly`: one every `every` units. */
  | { readonly kind: 'interval'; readonly every: number; readonly unit: Unit }
  /** `b.i.w.`: `times` in a week. */
  | { readonly kind: 'per-week'; readonly times: number }
  | { readonly kind: Role }
  /** Words that may stand between a number and its noun, and all others. */
  | { readonly kind: 'word' }
  | { readonly kind: 'not-a-duration' }
  | { readonly kind: 'not-about' }
  | { readonly kind: 'date' }
  | { readonly kind: 'code' }
  | { readonly kind: 'mark'; readonly mark: string }

const meanings = new Map<string, Piece>()
const mean = (word: string, piece: Piece) => {
  if (!meanings.has(word)) meanings.set(word, piece)
}
for (const [word, value] of Object.entries(words.repetitions)) mean(word, { kind: 'number', value, repetition: true })
for (const word of numberWords) mean(word, { kind: 'number', value: numberOf(word) ?? 0 })
for (const [of, list] of Object.entries(words.units))
  for (const w of list) mean(w, { kind: 'unit', unit: unit.parse(of) })
for (const [of, list] of Object.entries(words.perUnit))
  for (const w of list ?? []) mean(w, { kind: 'interval', every: 1, unit: unit.parse(of) })
for (const [word, [every, of]] of Object.entries(words.intervals)) mean(word, { kind: 'interval', every, unit: of })
for (const [word, times] of Object.entries(words.perWeek)) mean(word, { kind: 'per-week', times })
for (const role of roles) for (const word of words[role]) mean(word, { kind: role })
for (const word of words.notADuration) mean(word, { kind: 'not-a-duration' })
for (const word of words.notAbout) mean(word, { kind: 'not-about' })

const common = new Set(commonWords.words.split(' '))
const spelling = makeSpelling([...commonWords.words.split(' '), ...words.months, ...meanings.keys()])

const CHUNK = /[\p{L}\p{N}|]+|[^\s]/gu
const TIGHT_NUMBER = /^\d+\.\d+|^\.\d+/
/** The pieces of `text` that a frequency is made of. Every character that is not white space belongs to one piece. */
export function tokens(text: string): readonly Token[] {
  const out: Token[] = []
  const dates = findDateShapes(text)
  let next = 0
  CHUNK.lastIndex = 0
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at++
      continue
    }
    while ((dates[next]?.start ?? at) < at) next++
    const date = dates[next]
    if (date?.start === at) {
      out.push({ kind: 'date', text: text.slice(at, date.end), start: at, end: date.end })
      at = date.end
      continue
    }
    const written = numberWordsAt(text, at, misspelled)
    // Single words are looked up with all others: `one` may be read in many ways.
    if (written && /[\s-]/.test(text.slice(at, written.end))) {
      out.push({ kind: 'number', value: written.value, text: text.slice(at, written.end), start: at, end: written.end })
      at = written.end
      continue
    }
    const decimal = TIGHT_NUMBER.exec(text.slice(at, at + 12))?.[0]
    CHUNK.lastIndex = at
    const chunk = decimal ?? CHUNK.exec(text)?.[0] ?? ''
    if (chunk === '') break
    const previous = out[out.length - 1]
    for (const { piece, length } of pieces(chunk, previous)) {
      out.push({ ...piece, text: text.slice(at, at + length), start: at, end: at + length })
      at += length
    }
  }
  return out
}

/** A word of a number with its spelling put right. */
const misspelled = (word: string) => spelling.read(word)[0]?.text ?? word

type Sized = { readonly piece: Piece; readonly length: number }

/** A run of letters and digits may hold several pieces: `2x8`, `x12`, `6wks`, `2xB`. */
function pieces(chunk: string, previous: Token | undefined): readonly Sized[] {
  const whole = meaning(chunk, previous)
  if (whole) return [{ piece: whole, length: chunk.length }]
  const parts = /^(\d[\dOoIl|SBZ]*?)?([xX×])([\dOoIil|SBZ]*)(\p{L}*)$/u.exec(chunk)
  if (parts && (parts[1] || parts[3])) {
    const [, left = '', cross = '', right = '', rest = ''] = parts
    const unit = rest === '' ? null : wordMeaning(rest)
    if (rest === '' || unit) {
      const sized: Sized[] = []
      if (left !== '') sized.push({ piece: number(left), length: left.length })
      sized.push({ piece: { kind: 'cross' }, length: cross.length })
      if (right !== '') sized.push({ piece: number(right), length: right.length })
      if (unit) sized.push({ piece: unit, length: rest.length })
      return sized
    }
  }
  const counted = /^(\d+[Oo]?)(\p{L}+)$/u.exec(chunk)
  if (counted) {
    const [, digits = '', word = ''] = counted
    const piece = /^x\p{L}+$/iu.test(word) ? null : wordMeaning(word)
    if (piece)
      return [
        { piece: number(digits), length: digits.length },
        { piece, length: word.length },
      ]
    const crossed = /^[xX](\p{L}+)$/u.exec(word)
    const after = crossed ? wordMeaning(crossed[1] ?? '') : null
    if (after)
      return [
        { piece: number(digits), length: digits.length },
        { piece: { kind: 'cross' }, length: 1 },
        { piece: after, length: word.length - 1 },
      ]
  }
  const bare = /^[qQ](\d{1,2})$/.exec(chunk)
  if (bare)
    return [
      { piece: { kind: 'each' }, length: 1 },
      { piece: number(bare[1] ?? ''), length: chunk.length - 1 },
    ]
  const every = /^[qQ](\d{1,2})(\p{L}+)$/u.exec(chunk)
  const everyUnit = every ? wordMeaning(every[2] ?? '') : null
  if (every && everyUnit?.kind === 'unit')
    return [
      { piece: { kind: 'each' }, length: 1 },
      { piece: number(every[1] ?? ''), length: (every[1] ?? '').length },
      { piece: everyUnit, length: (every[2] ?? '').length },
    ]
  return [{ piece: wordMeaning(chunk, previous) ?? { kind: 'word' }, length: chunk.length }]
}

function meaning(chunk: string, previous: Token | undefined): Piece | null {
  if (/^[^\p{L}\p{N}|]$/u.test(chunk))
    return chunk === '×' || chunk === '*' ? { kind: 'cross' } : { kind: 'mark', mark: chunk }
  if (/^[\d.]+$/.test(chunk)) return /^\d{5}$/.test(chunk) ? { kind: 'code' } : number(chunk)
  if (/^\d(?:st|nd|rd|th)$/i.test(chunk)) return { kind: 'word' }
  if (/^[A-Z]\d{4}$/.test(chunk)) return { kind: 'code' }
  // Look-alikes of digits: beside a digit (`l2`, `6O`), or where only a number can stand (`x B`, `#l`).
  if (/^[Il|Oo]?\d[\dOoIl|SBZ]*$/.test(chunk)) return number(chunk)
  const wanted = previous?.kind === 'cross' || (previous?.kind === 'mark' && previous.mark === '#')
  if (wanted && /^[Il|SBZ][OolI|]?$/.test(chunk)) return number(chunk)
  return null
}

function number(text: string): Piece {
  const repaired = /[^\d.]/.test(text)
  return { kind: 'number', value: Number(asDigits(text)), ...(repaired ? { repaired } : {}) }
}

/** Units as they stand behind numbers and `a` or `per`, for words too short to be repaired elsewhere: `14 davs`, `6 vvks`. */
const unitWords = Object.entries(words.units).flatMap(([of, list]) =>
  list.filter((w) => w.length > 2).map((w) => [w, unit.parse(of)] as const),
)
const UNIT_DAMAGE = 0.4

function unitBehindNumber(word: string): Piece | null {
  if (word.length < 3 || word.length > 6) return null
  const lower = word.toLowerCase()
  const near = unitWords.filter(([w]) => shapeDistance(lower, w, UNIT_DAMAGE) <= UNIT_DAMAGE)
  const [first] = near
  return first && near.every(([, of]) => of === first[1]) ? { kind: 'unit', unit: first[1] } : null
}

function wordMeaning(word: string, previous?: Token): Piece | null {
  const exact = meanings.get(word.toLowerCase())
  if (exact) return exact
  // `t0`, `f0r`: digits inside a word are the letters that they look like.
  const lettered = /\p{L}/u.test(word) ? meanings.get(asLetters(word.toLowerCase())) : undefined
  if (lettered) return lettered
  const numbered =
    (previous?.kind === 'number' || previous?.kind === 'each') && !common.has(word.toLowerCase())
      ? unitBehindNumber(word)
      : null
  if (numbered) return numbered
  const [read, more] = spelling.read(word)
  if (!read || more) return null
  const piece = meanings.get(read.text) ?? meanings.get(`${read.text}s`) ?? null
  // `TENS` is no ten.
  return piece?.kind === 'number' && /[s5]$/i.test(word) && !read.text.endsWith('s') ? null : piece
}
