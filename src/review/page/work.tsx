import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, wordsOf } from './api.tsx'
import { LeadDesk } from './lead/lead-desk.tsx'
import { leaveLetters, next } from './letter/flow.tsx'
import { type ListedLetter, nameOf } from './listed.ts'
import { isLead, session, tell } from './state.tsx'
import { shown } from './values.ts'

type Work = {
  readonly mine: readonly ListedLetter[]
  readonly held: readonly ListedLetter[]
  readonly waiting: readonly ListedLetter[]
}
/** As many as the server lists. */
const LISTED = 50

const canAccept = () => session.value?.roles.some((role) => role === 'reviewer' || role === 'lead') ?? false

/** What waits, and the ways to begin. */
export function WorkScreen() {
  const work = useSignal<Work | null>(null)
  const isBusy = useSignal(false)
  const button = useRef<HTMLButtonElement>(null)
  const look = async () => {
    try {
      work.value = await call<Work>('GET', '/work')
    } catch (error) {
      tell(wordsOf(error), 'wrong')
    }
  }
  useEffect(() => {
    leaveLetters()
    look()
  }, [])
  const waiting = work.value?.waiting.length ?? 0
  const isWaiting = waiting > 0
  const today = new Date().toLocaleDateString('en-CA')
  const overdue = work.value?.waiting.filter(({ due }) => due !== null && due < today).length ?? 0
  useEffect(() => button.current?.focus(), [isWaiting])
  return (
    <main class="work">
      <h1 class="sr">Work</h1>
      <section class="begin">
        <p class="number">{work.value === null ? '…' : waiting >= LISTED ? `${LISTED}+` : waiting}</p>
        <p class="muted">
          {waiting === 1 ? 'letter waits for review' : 'letters wait for review'}
          {overdue > 0 && `, ${overdue} past due`}
        </p>
        <button
          type="button"
          class="main start"
          ref={button}
          disabled={!isWaiting || isBusy.value}
          onClick={async () => {
            isBusy.value = true
            await next()
            isBusy.value = false
          }}
        >
          Start <kbd>Enter</kbd>
        </button>
        {canAccept() && (
          <p class="many">
            <a href="#/sheet/">One field of many letters</a>
          </p>
        )}
      </section>
      {work.value && (
        <>
          <Letters title="Yours" none="Nothing is in your hands or assigned to you." letters={work.value.mine} />
          {isLead() ? (
            <LeadDesk held={work.value.held} waiting={work.value.waiting} again={look} />
          ) : (
            <Letters title="On hold" none="No letter waits for an answer." letters={work.value.held} />
          )}
        </>
      )}
    </main>
  )
}

export function Letters({
  title,
  none,
  letters,
}: {
  readonly title: string
  readonly none: string
  readonly letters: readonly ListedLetter[]
}) {
  return (
    <section class="letters">
      <h2>{title}</h2>
      {letters.length === 0 && <p class="muted">{none}</p>}
      <ul>
        {letters.map((one) => (
          <li key={one.letterId}>
            <a href={`#/letter/${one.letterId}`}>
              <strong>{nameOf(one)}</strong>
              <span class="muted">
                {one.state === 'held' && one.reason !== null
                  ? one.reason
                  : one.doubt === 1
                    ? '1 field to check'
                    : `${one.doubt} fields to check`}
              </span>
              {one.due && <span class="due">by {shown(one.due, 'date')}</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
