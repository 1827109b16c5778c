import { signal } from '@preact/signals'
import { handIn, NoAnswer, Refused, type Taken, wordsOf } from '../api.tsx'

/** How soon what is handed in should be read. */
export const urgencies = {
  standard: 'in its turn',
  expedited: 'before all others',
  backlog: 'when a schedule lets it',
} as const
export type Urgency = keyof typeof urgencies

/** A file that somebody handed in here, and what became of it. */
export type Handed = {
  /** By what the server knows it when it is sent again. */
  readonly key: string
  readonly file: File
  readonly urgency: Urgency
  readonly state: 'waits' | 'being sent' | 'told' | 'not sent'
  /** null: nothing was told yet, or it did not get there. */
  readonly told: readonly Taken[] | null
  readonly why: string | null
}

/** What was handed in since the page was loaded, the last one first: it goes on being sent whatever screen is looked at. */
export const handed = signal<readonly Handed[]>([])
/** How often something was taken: lists look again. */
export const arrivals = signal(0)
let isSending = false

export function take(files: readonly File[], urgency: Urgency): void {
  const more = files.map(
    (file): Handed => ({
      ...{ key: crypto.randomUUID(), file, urgency, state: 'waits', told: null, why: null },
    }),
  )
  handed.value = [...more.reverse(), ...handed.value]
  send()
}

/** Sends what did not get there once more. */
export function sendAgain(): void {
  handed.value = handed.value.map((one) => (one.state === 'not sent' ? { ...one, state: 'waits' } : one))
  send()
}

export const forgetTold = () => {
  handed.value = handed.value.filter((one) => one.state !== 'told')
}

/** One after the other, in the order in which they came. */
async function send(): Promise<void> {
  if (isSending) return
  isSending = true
  try {
    for (let next = firstWaiting(); next; next = firstWaiting()) await sendOne(next)
  } finally {
    isSending = false
    arrivals.value++
  }
}

const firstWaiting = () => handed.value.findLast((one) => one.state === 'waits')

async function sendOne(one: Handed): Promise<void> {
  change(one.key, { state: 'being sent', why: null })
  try {
    change(one.key, { state: 'told', told: await handIn(one.file, one) })
  } catch (error) {
    const isOver = error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 401
    change(one.key, { state: isOver ? 'told' : 'not sent', why: wordsOf(error) })
    // What comes behind it would fare no better.
    if (error instanceof NoAnswer)
      handed.value = handed.value.map((other) =>
        other.state === 'waits' ? { ...other, state: 'not sent', why: wordsOf(error) } : other,
      )
  }
}

function change(key: string, to: Partial<Handed>): void {
  handed.value = handed.value.map((one) => (one.key === key ? { ...one, ...to } : one))
}

export type Outcome = { readonly text: string; readonly kind: 'good' | 'doubt' | 'wrong' | '' }

/** What became of a file, in words. */
export function outcomeOf({ state, told, why }: Pick<Handed, 'state' | 'told' | 'why'>): Outcome {
  if (state === 'waits' || state === 'being sent') return { text: state, kind: '' }
  if (told === null) return { text: `${state === 'told' ? 'refused' : 'not sent'}: ${why ?? ''}`, kind: 'wrong' }
  const fresh = told.filter((one) => one.new === true).length
  const known = told.filter((one) => one.new === false)
  const refused = told.filter((one) => one.new === undefined)
  const failed = known.filter((one) => one.state === 'failed')
  const isOne = told.length === 1
  const parts = [
    ...(fresh > 0 ? [isOne ? 'taken' : `${fresh} taken`] : []),
    ...(known.length > 0 ? [isOne ? 'already here' : `${known.length} already here`] : []),
    ...(refused.length > 0 ? [isOne ? 'refused' : `${refused.length} refused`] : []),
  ]
  const reasons = [...new Set([...refused, ...failed].map((one) => one.message ?? ''))]
  return {
    text: [parts.join(', '), ...reasons].filter((text) => text !== '').join(': '),
    kind: refused.length > 0 ? 'wrong' : failed.length > 0 ? 'doubt' : 'good',
  }
}
