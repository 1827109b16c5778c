import type { Token } from './tokens.ts'

/** A number or a range of numbers, `[min, max]`. */
export type Amount = readonly [number, number]

/** Whether a piece is this punctuation mark. */
export const isMark = (t: Token | undefined, mark: string) => t?.kind === 'mark' && t.mark === mark
/** The place after one of these marks, or the same place. */
export const skipMark = (all: readonly Token[], at: number, ...marks: string[]) =>
  marks.some((m) => isMark(all[at], m)) ? at + 1 : at
/** Marks that say nothing between the parts of one phrase. */
export const skipDots = (all: readonly Token[], at: number) => skipMark(all, at, '.', '-')

type WrittenNumber = {
  readonly amount: Amount
  readonly next: number
  readonly repetition: boolean
  readonly bracketed: boolean
}

/** A number as people write it: `12`, `two (2)`, `(2)`, `2-3`, `1 to 2`, `two to three (2-3)`, `twenty-four`. */
export function numberAt(all: readonly Token[], at: number): WrittenNumber | null {
  const open = isMark(all[at], '(')
  const first = simpleNumber(all, open ? at + 1 : at)
  if (!first) return null
  let { amount, next } = first
  const to = all[next]
  if (to && (to.kind === 'range' || isMark(to, '-') || isMark(to, '–') || isMark(to, '—'))) {
    const second = simpleNumber(all, next + 1)
    if (second && second.amount[0] > amount[0] && second.amount[0] <= 400) {
      amount = [amount[0], second.amount[1]]
      next = second.next
    }
  }
  if (open) return isMark(all[next], ')') ? { amount, next: next + 1, repetition: false, bracketed: true } : null
  const twin = isMark(all[next], '(') ? numberAt(all, next) : null
  const same = twin?.bracketed && (twin.amount[1] === amount[1] || first.word)
  // `two (3)`: the figure wins, as it does on a cheque only when the words are illegible; the pair is kept as it stands.
  return {
    amount: same && twin ? twin.amount : amount,
    next: same && twin ? twin.next : next,
    repetition: first.repetition,
    bracketed: false,
  }
}

function simpleNumber(
  all: readonly Token[],
  at: number,
): { amount: Amount; next: number; repetition: boolean; word: boolean } | null {
  const token = all[at]
  if (token?.kind !== 'number') return null
  const word = /^\p{L}/u.test(token.text)
  return { amount: [token.value, token.value], next: at + 1, repetition: token.repetition === true, word }
}
