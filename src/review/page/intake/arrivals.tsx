import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, wordsOf } from '../api.tsx'
import { useDoing, Wrong } from '../dialog.tsx'
import { When } from '../given.tsx'
import { session, tell } from '../state.tsx'
import { Table } from '../table.tsx'
import { shown } from '../values.ts'
import { useWatching } from '../watching.ts'
import { type Arrived, isUnderWay, type Standing, type State, standingOf, totalOf } from './document.ts'
import { arrivals } from './handed.ts'

/** What is listed: of each that is empty, all. */
export type Filter = {
  readonly state: string
  readonly cause: string
  readonly from: string
  readonly to: string
}
type Found = { readonly documents: readonly Arrived[]; readonly next: string | null }

/** How often what is being read is looked at, in milliseconds, and how many documents at once. */
const LOOK_MS = 2_000
const WATCHED = 200

/** What came in, the newest first; what is being read is watched. */
export function Arrivals({
  filter,
  standing,
  look,
}: {
  readonly filter: Signal<Filter>
  readonly standing: Signal<Standing | null>
  /** Counts anew. */
  readonly look: () => Promise<unknown>
}) {
  const found = useSignal<Found | null>(null)
  /** So many had come when the list was made. */
  const counted = useSignal<number | null>(null)
  const asked = useRef(0)
  const doing = useDoing()

  async function list(cursor: string | null = null) {
    const turn = ++asked.current
    const given = Object.entries(filter.value).filter(([, text]) => text !== '')
    const query = new URLSearchParams({ ...Object.fromEntries(given), ...(cursor === null ? {} : { cursor }) })
    try {
      // Counted first: what comes in between is told of once too often, and never missed.
      await look()
      const count = totalOf(standing.value)
      const more = await call<Found>('GET', `/documents?${query}`)
      if (turn !== asked.current) return
      if (cursor === null) counted.value = count
      found.value =
        cursor === null ? more : { ...more, documents: [...(found.value?.documents ?? []), ...more.documents] }
    } catch (error) {
      tell(wordsOf(error), 'wrong')
    }
  }
  useEffect(() => void list(), [filter.value, arrivals.value])

  const documents = found.value?.documents ?? []
  const underWay = documents.filter(isUnderWay).slice(0, WATCHED)
  async function watch() {
    const body = { documents: underWay.map((one) => one.documentId) }
    const { documents: states } = await call<{ readonly documents: readonly State[] }>('POST', '/documents/states', {
      body,
      isBackground: true,
    })
    const now = new Map(states.map((one) => [one.documentId, one]))
    if (found.value)
      found.value = {
        ...found.value,
        documents: found.value.documents.map((one) => ({ ...one, ...now.get(one.documentId) })),
      }
  }
  useWatching(watch, underWay.length > 0 ? LOOK_MS : null)

  const retry = ({ documentId, fileName }: Arrived) =>
    doing.run(async () => {
      await call('POST', `/documents/${documentId}/retry`)
      tell(`${fileName} is read again.`)
      await list()
    })
  const more = (totalOf(standing.value) ?? 0) - (counted.value ?? Number.POSITIVE_INFINITY)
  return (
    <section>
      <div class="head">
        <h2>What came in</h2>
        <span class="space" />
        {more > 0 && (
          <button type="button" onClick={() => list()}>
            {more === 1 ? 'One more has come: show it' : `${more} more have come: show them`}
          </button>
        )}
      </div>
      <Choose filter={filter} causes={standing.value?.failures.map(({ cause }) => cause) ?? []} />
      <Wrong doing={doing} />
      {found.value !== null && documents.length === 0 && <p class="muted">Nothing of that kind has come in.</p>}
      {documents.length > 0 && (
        <Table heads={['Came', 'File', 'How it stands', 'Pages', 'Letters']} acts="What can be done">
          {documents.map((one) => (
            <tr key={one.documentId}>
              <td>
                <When at={one.receivedAt} />
              </td>
              <td>
                <span class="long">{one.fileName}</span>
              </td>
              <td>
                <span class={`state ${standingOf(one).kind}`}>{standingOf(one).text}</span>
                {one.message !== null && <p class="muted">{one.message}</p>}
              </td>
              <td>{one.pageCount ?? ''}</td>
              <td>
                <Letters of={one} />
              </td>
              <td class="acts">
                {one.canRetry && (
                  <button type="button" aria-label={`Read again: ${one.fileName}`} onClick={() => retry(one)}>
                    Read again
                  </button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {found.value?.next && (
        <div>
          <button type="button" onClick={() => list(found.value?.next ?? null)}>
            Older ones
          </button>
        </div>
      )}
    </section>
  )
}

/** Its letters: a way to each for who may look at letters. */
function Letters({ of: { letters, fileName } }: { readonly of: Arrived }) {
  if (!session.value?.roles.some((role) => role === 'reviewer' || role === 'lead'))
    return <>{letters.length === 0 ? '' : letters.length}</>
  return (
    <>
      {letters.map((id, i) => (
        <a key={id} class="number" href={`#/letter/${id}`} aria-label={`Letter ${i + 1} of ${fileName}`}>
          {i + 1}
        </a>
      ))}
    </>
  )
}

function Choose({ filter, causes }: { readonly filter: Signal<Filter>; readonly causes: readonly string[] }) {
  const { state, cause, from, to } = filter.value
  const choose = (change: Partial<Filter>) => {
    filter.value = { ...filter.value, ...change }
  }
  const known = [...new Set([...causes, ...(cause === '' ? [] : [cause])])]
  return (
    <form class="line" onSubmit={(e) => e.preventDefault()}>
      <label>
        How it stands
        <select
          value={state}
          onChange={(e) =>
            choose({ state: e.currentTarget.value, ...(e.currentTarget.value === 'failed' ? {} : { cause: '' }) })
          }
        >
          <option value="">any</option>
          <option value="waiting">not read yet</option>
          <option value="done">read</option>
          <option value="failed">failed</option>
        </select>
      </label>
      <label>
        Failed because
        <select
          value={cause}
          onChange={(e) =>
            choose({ cause: e.currentTarget.value, ...(e.currentTarget.value === '' ? {} : { state: 'failed' }) })
          }
        >
          <option value="">of anything</option>
          {known.map((one) => (
            <option key={one} value={one}>
              {shown(one, 'choice')}
            </option>
          ))}
        </select>
      </label>
      <label>
        Came on this day (UTC) or later
        <input type="date" value={from} onChange={(e) => choose({ from: e.currentTarget.value })} />
      </label>
      <label>
        On this day or before
        <input type="date" value={to} onChange={(e) => choose({ to: e.currentTarget.value })} />
      </label>
    </form>
  )
}
