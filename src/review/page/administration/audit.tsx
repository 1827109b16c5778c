import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../api.tsx'
import { useDoing, Wrong } from '../dialog.tsx'
import { When } from '../given.tsx'
import { Table } from '../table.tsx'
import { Id } from './id.tsx'
import { Seals } from './seals.tsx'

type Row = {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly from: string | null
  readonly to: string | null
  readonly detail: string | null
}
type Rows = { readonly rows: readonly Row[]; readonly before: number | null }
type Access = {
  readonly actor: string
  readonly action: string
  readonly count: number
  readonly first: string
  readonly last: string
}

const CASE = '[0-9a-f]{64}(-p?[0-9]+)?'

/** Who did what: rows of the trail, who had to do with one case, and whether all of it is as it was sealed. */
export function Audit() {
  const [user, subject, action] = [useSignal(''), useSignal(''), useSignal('')]
  const found = useSignal<Rows | null>(null)
  const access = useSignal<readonly Access[] | null>(null)
  const doing = useDoing()
  const filter = () => {
    const named = { user: user.value.trim(), case: subject.value.trim(), action: action.value.trim() }
    return Object.fromEntries(Object.entries(named).filter(([, text]) => text !== ''))
  }
  const list = (before: number | null = null) =>
    doing.run(async () => {
      const query = new URLSearchParams({ ...filter(), ...(before === null ? {} : { before: String(before) }) })
      const more = await call<Rows>('GET', `/audit?${query}`)
      access.value = null
      found.value = before === null ? more : { ...more, rows: [...(found.value?.rows ?? []), ...more.rows] }
    })
  const report = () =>
    doing.run(async () => {
      access.value = await call<readonly Access[]>(
        'GET',
        `/audit/access?${new URLSearchParams({ case: subject.value.trim() })}`,
      )
    })
  useEffect(() => void list(), [])
  const rows = found.value?.rows ?? []
  const actions = [...new Set([...usual, ...rows.map((row) => row.action)])].sort()
  return (
    <>
      <Seals />
      <section>
        <h2>Who did what</h2>
        <form
          class="line"
          onSubmit={(event) => {
            event.preventDefault()
            list()
          }}
        >
          <label>
            By whom
            <input value={user} onInput={(e) => (user.value = e.currentTarget.value)} />
          </label>
          <label>
            What
            <input list="actions" value={action} onInput={(e) => (action.value = e.currentTarget.value)} />
            <datalist id="actions">
              {actions.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </label>
          <label class="wide">
            Document or letter, by its id
            <input
              pattern={CASE}
              title="64 letters a to f and digits, as the history of a letter names it"
              value={subject}
              onInput={(e) => (subject.value = e.currentTarget.value)}
            />
          </label>
          <button type="submit" class="main" disabled={doing.isBusy}>
            Show
          </button>
          <button
            type="button"
            disabled={doing.isBusy.value || !new RegExp(`^${CASE}$`).test(subject.value.trim())}
            onClick={report}
          >
            Who had to do with it
          </button>
        </form>
        <Wrong doing={doing} />
        {access.value ? <AccessReport rows={access.value} /> : <Trail rows={rows} />}
        {found.value?.before != null && access.value === null && (
          <div>
            <button type="button" onClick={() => list(found.value?.before ?? null)}>
              Older ones
            </button>
          </div>
        )}
      </section>
    </>
  )
}

/** What admins look for, before it was found. */
const usual = ['break-glass', 'exported', 'seen', 'sign-in-failed', 'signed-in', 'token-added', 'user-roles']

function Trail({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return <p class="muted">Nothing of that kind is in the trail.</p>
  return (
    <Table heads={['When', 'Who', 'What', 'To what', 'More']}>
      {rows.map((row) => (
        <tr key={row.seq}>
          <td>
            <When at={row.at} />
          </td>
          <td>
            <span class="long">{row.actor}</span>
          </td>
          <td>
            <span class="what">{row.action}</span>
          </td>
          <td>
            <Id text={row.subject} />
          </td>
          <td>
            <span class="long">{moreOf(row)}</span>
          </td>
        </tr>
      ))}
    </Table>
  )
}

const moreOf = ({ from, to, detail }: Row) =>
  [from !== null || to !== null ? `${from ?? '·'} → ${to ?? '·'}` : null, detail].filter(Boolean).join(': ')

function AccessReport({ rows }: { readonly rows: readonly Access[] }) {
  if (rows.length === 0) return <p class="muted">Nobody had to do with it.</p>
  return (
    <Table heads={['Who', 'What', 'How often', 'First', 'Last']}>
      {rows.map((row) => (
        <tr key={`${row.actor} ${row.action}`}>
          <td>
            <span class="long">{row.actor}</span>
          </td>
          <td>
            <span class="what">{row.action}</span>
          </td>
          <td>{row.count}</td>
          <td>
            <When at={row.first} />
          </td>
          <td>
            <When at={row.last} />
          </td>
        </tr>
      ))}
    </Table>
  )
}
