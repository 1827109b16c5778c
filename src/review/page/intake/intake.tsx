import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../api.tsx'
import { useDoing, Wrong } from '../dialog.tsx'
import { leaveLetters } from '../letter/flow.tsx'
import { tell } from '../state.tsx'
import { Table } from '../table.tsx'
import { shown } from '../values.ts'
import { useWatching } from '../watching.ts'
import { Arrivals, type Filter } from './arrivals.tsx'
import { figuresOf, type Standing } from './document.ts'
import { HandIn } from './hand-in.tsx'
import { arrivals } from './handed.ts'

/** How often the documents are counted while some are being read, and while none is, in milliseconds. */
const BUSY_MS = 2_000
const QUIET_MS = 15_000

/** What comes in: handed in here or elsewhere, how it stands, what failed and why. */
export function Intake() {
  const standing = useSignal<Standing | null>(null)
  const filter = useSignal<Filter>({ state: '', cause: '', from: '', to: '' })
  const look = async () => {
    standing.value = await call<Standing>('GET', '/documents/standing', { isBackground: true })
  }
  useEffect(leaveLetters, [])
  const { underWay } = figuresOf(standing.value)
  useWatching(look, underWay > 0 ? BUSY_MS : QUIET_MS)
  return (
    <main class="office intake">
      <h1 class="sr">Intake</h1>
      <HandIn />
      {standing.value && <Figures standing={standing.value} filter={filter} />}
      <Arrivals filter={filter} standing={standing} look={look} />
    </main>
  )
}

function Figures({ standing, filter }: { readonly standing: Standing; readonly filter: Signal<Filter> }) {
  const { waiting, inHand, done, failed } = figuresOf(standing)
  const doing = useDoing()
  const retry = (cause: string) =>
    doing.run(async () => {
      const { retried } = await call<{ readonly retried: number }>('POST', '/documents/retry', { body: { cause } })
      if (retried === 0) tell('Nothing is left of these files here: hand them in again.', 'wrong')
      else tell(retried === 1 ? 'One document is read again.' : `${retried} documents are read again.`)
      arrivals.value++
    })
  return (
    <section>
      <dl class="figures">
        {[
          ['Wait', waiting],
          ['Being read', inHand],
          ['Read', done],
          ['Failed', failed],
        ].map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="number">{count}</dd>
          </div>
        ))}
      </dl>
      <Wrong doing={doing} />
      {standing.failures.length > 0 && (
        <Table heads={['Failed because', 'Documents']} acts="What can be done">
          {standing.failures.map(({ cause, count }) => (
            <tr key={cause}>
              <td>{shown(cause, 'choice')}</td>
              <td>{count}</td>
              <td class="acts">
                <button
                  type="button"
                  aria-label={`Show: ${shown(cause, 'choice')}`}
                  onClick={() => (filter.value = { ...filter.value, state: 'failed', cause })}
                >
                  Show
                </button>{' '}
                <button
                  type="button"
                  disabled={doing.isBusy}
                  aria-label={`Read all again: ${shown(cause, 'choice')}`}
                  onClick={() => retry(cause)}
                >
                  Read all again
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}
