import { shown } from '../values.ts'
import type { Outcome } from './handed.ts'

/** How a document stands. */
export type State = {
  readonly documentId: string
  readonly state: string
  readonly again: boolean
  readonly cause: string | null
  readonly message: string | null
  readonly pageCount: number | null
  readonly held: boolean
  readonly canRetry: boolean
  readonly letters: readonly string[]
}

/** A document in the list. */
export type Arrived = State & { readonly fileName: string; readonly receivedAt: string }

const words: Readonly<Record<string, string>> = {
  received: 'waits',
  extracting: 'is being read',
  extracted: 'read, waits for its proposals',
  deciding: 'read, proposals are made',
  done: 'read',
}

/** How a document stands, in words. */
export function standingOf({ state, again, cause, held }: State): Outcome {
  if (state === 'failed') return { text: shown(cause, 'choice'), kind: 'wrong' }
  if (state === 'done') return { text: again ? 'read, is to be read again' : 'read', kind: 'good' }
  return { text: held && state === 'received' ? 'waits for a schedule' : (words[state] ?? state), kind: '' }
}

/** It is neither read nor failed, or it is read again: how it stands will change. */
export const isUnderWay = ({ state, again }: State): boolean => again || (state !== 'done' && state !== 'failed')

/** How many documents stand where, and how many failed for which cause. */
export type Standing = {
  readonly documents: Readonly<Record<string, number>>
  readonly failures: readonly { readonly cause: string; readonly count: number }[]
}

export const totalOf = (standing: Standing | null): number | null =>
  standing && Object.values(standing.documents).reduce((all, count) => all + count, 0)

export function figuresOf(standing: Standing | null) {
  const { received = 0, extracting = 0, extracted = 0, deciding = 0, done = 0, failed = 0 } = standing?.documents ?? {}
  const inHand = extracting + extracted + deciding
  return { waiting: received, inHand, done, failed, underWay: received + inHand }
}
