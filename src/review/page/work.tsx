import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, wordsOf } from './api.tsx'
import { leaveLetters, next } from './flow.tsx'
import { tell } from './state.tsx'
import { shown } from './values.ts'

export type ListedLetter = {
  readonly letterId: string
  readonly caseNumber: string | null
  readonly fileName: string
  readonly due: string | null
  readonly doubts: number
  readonly reason: string | null
}
type Work = {
  readonly counts: {
    readonly open: number
    readonly overdue: number
    readonly held: number
    readonly completed: number
  }
  readonly mine: readonly ListedLetter[]
  readonly held: readonly ListedLetter[]
}

/** What waits, and one way to begin. */
export function WorkScreen() {
  const work = useSignal<Work | null>(null)
  const isBusy = useSignal(false)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    leaveLetters()
    call<Work>('GET', '/work').then(
      (found) => (work.value = found),
      (error) => tell(wordsOf(error), 'wrong'),
    )
  }, [])
  const isWaiting = (work.value?.counts.open ?? 0) > 0
  useEffect(() => button.current?.focus(), [isWaiting])
  const counts = work.value?.counts
  return (
    <main class="work">
      <h1 class="sr">Work</h1>
      <section class="begin">
        <p class="number">{counts?.open ?? '…'}</p>
        <p class="muted">
          {counts?.open === 1 ? 'letter waits for review' : 'letters wait for review'}
          {counts && counts.overdue > 0 ? `, ${counts.overdue} past due` : ''}
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
      </section>
      <Letters title="In hand" none="No letter is assigned to you." letters={work.value?.mine ?? []} />
      <Letters title="On hold" none="No letter waits for an answer." letters={work.value?.held ?? []} />
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
              <strong>{one.caseNumber ?? one.fileName}</strong>
              <span class="muted">
                {one.reason ?? (one.doubts === 1 ? '1 field to check' : `${one.doubts} fields to check`)}
              </span>
              {one.due && <span class="due">by {shown(one.due, 'date')}</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
