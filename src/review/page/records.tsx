import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, wordsOf } from './api.tsx'
import { Reopen } from './lead/reopen.tsx'
import { leaveLetters } from './letter/flow.tsx'
import { type ListedLetter, nameOf } from './listed.ts'
import { isLead, tell } from './state.tsx'
import { Table } from './table.tsx'
import { shown } from './values.ts'

type Found = {
  readonly letters: readonly (ListedLetter & {
    readonly decisionDate: string | null
    readonly outcome: string | null
  })[]
  readonly next: string | null
}

/** Waits so long after a key before it searches, in milliseconds. */
const PAUSE_MS = 200

/** All letters, by case number or file name. What is looked for stays out of the address. */
export function Records() {
  const found = useSignal<Found | null>(null)
  const text = useSignal('')
  const state = useSignal('')
  const box = useRef<HTMLInputElement>(null)
  const asked = useRef(0)
  const opening = useSignal<ListedLetter | null>(null)

  async function search(cursor: string | null = null) {
    const turn = ++asked.current
    const query = new URLSearchParams({
      ...(text.value.trim() === '' ? {} : { q: text.value.trim() }),
      ...(state.value === '' ? {} : { state: state.value }),
      ...(cursor === null ? {} : { cursor }),
    })
    try {
      const more = await call<Found>('GET', `/cases?${query}`)
      if (turn !== asked.current) return
      found.value = cursor === null ? more : { ...more, letters: [...(found.value?.letters ?? []), ...more.letters] }
    } catch (error) {
      tell(wordsOf(error), 'wrong')
    }
  }
  useEffect(() => {
    leaveLetters()
    box.current?.focus()
  }, [])
  useEffect(() => {
    const wait = setTimeout(search, PAUSE_MS)
    return () => clearTimeout(wait)
  }, [text.value, state.value])

  const letters = found.value?.letters ?? []
  return (
    <main class="records">
      <h1 class="sr">Records</h1>
      <form class="search" onSubmit={(e) => e.preventDefault()}>
        <label>
          Case number or file name
          <input ref={box} type="search" value={text} onInput={(e) => (text.value = e.currentTarget.value)} />
        </label>
        <label>
          State
          <select value={state} onChange={(e) => (state.value = e.currentTarget.value)}>
            <option value="">any</option>
            <option value="open">open</option>
            <option value="held">held</option>
            <option value="completed">completed</option>
            <option value="rejected">rejected</option>
          </select>
        </label>
      </form>
      {found.value !== null && letters.length === 0 && <p class="muted">No letter is called so.</p>}
      {letters.length > 0 && (
        <Table heads={['Case', 'State', 'To check', 'Decided', 'Outcome', 'Due', 'In hand']} acts="More of it">
          {letters.map((one) => (
            <tr key={one.letterId}>
              <td>
                <a href={`#/letter/${one.letterId}`}>{nameOf(one)}</a>
              </td>
              <td>{one.state}</td>
              <td>{one.doubt === 0 ? '' : one.doubt}</td>
              <td>{shown(one.decisionDate, 'date')}</td>
              <td>{one.outcome ?? ''}</td>
              <td>{shown(one.due, 'date')}</td>
              <td>{one.lock?.by ?? ''}</td>
              <td>
                <a href={`#/history/${one.letterId}`} aria-label={`History: ${nameOf(one)}`}>
                  History
                </a>{' '}
                <a href={`#/cut/${one.letterId.slice(0, 64)}`} aria-label={`Cut the file of ${nameOf(one)}`}>
                  Cut
                </a>{' '}
                {isLead() && one.state !== 'open' && (
                  <button type="button" aria-label={`Open again: ${nameOf(one)}`} onClick={() => (opening.value = one)}>
                    Open again
                  </button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {opening.value && (
        <Reopen letter={opening.value} onClose={() => (opening.value = null)} onDone={() => search()} />
      )}
      {found.value?.next && (
        <button type="button" onClick={() => search(found.value?.next ?? null)}>
          More
        </button>
      )}
    </main>
  )
}
