import type { Amount } from './numbers.ts'
import type { Unit } from './tokens.ts'

/** A stretch of a wording: offsets in UTF-16 units from 0, `start` included, `end` not. */
export type Span = { readonly start: number; readonly end: number }

/** What a piece of wording says about how often, how long or how many. */
export type Phrase = Meaning & Span & { readonly text: string }
export type Meaning =
  /** `times` in every `every` units: `2-3x/week` is 2-3 every 1 week, `every 3 months` is 1 every 3 months. */
  | { readonly kind: 'rate'; readonly times: Amount; readonly every: Amount; readonly unit: Unit }
  | { readonly kind: 'length'; readonly amount: Amount; readonly unit: Unit }
  /** `2x8`, `2 times 8`; `slash` for `2/6`, which may also be a date or a part of a whole; `weeks` when it says so. */
  | {
      readonly kind: 'pair'
      readonly times: Amount
      readonly length: Amount
      readonly slash: boolean
      readonly weeks: boolean
    }
  /** So many sessions or visits; `total` when the wording calls it that. */
  | {
      readonly kind: 'count'
      readonly amount: Amount
      readonly of: 'visits' | 'injections'
      readonly total: boolean
      readonly outOf?: Amount
    }
  /** `x 12`, `for 12`, with nothing that says twelve of what. */
  | { readonly kind: 'multiplier'; readonly amount: Amount }
  /** `#8`, `QTY: 12`. */
  | { readonly kind: 'quantity'; readonly amount: Amount }
  | { readonly kind: 'series'; readonly amount: Amount }
  /** Visits of the past: `2 of 6 completed`. */
  | { readonly kind: 'history'; readonly done: Amount; readonly of: Amount | null }
  /** How long one session takes. */
  | { readonly kind: 'session-length'; readonly amount: Amount; readonly unit: Unit }
  /** So many hours in all, as programs are asked for. */
  | { readonly kind: 'hours'; readonly amount: Amount }
  | { readonly kind: 'rental' }
  | { readonly kind: 'purchase' }
  | { readonly kind: 'unbounded' }
