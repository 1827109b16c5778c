import { useSignal } from '@preact/signals'
import { useGiven } from '../given.tsx'
import { isLead } from '../state.tsx'
import { Table } from '../table.tsx'
import { shown } from '../values.ts'
import { askedOf } from './answer.ts'
import { type Estimate, Estimates, inFigures, percent } from './estimates.tsx'

type Rows = readonly { readonly name: string; readonly errors: Estimate }[]
type Told = {
  readonly from: string
  readonly to: string
  readonly straightThrough: Estimate | null
  readonly accuracy: {
    readonly letters: Estimate
    readonly byField: Rows
    readonly byLayout: Rows
    readonly byScan: Rows
    readonly byVersion: Rows
  } | null
  readonly changed: Rows
  readonly causes: readonly { readonly cause: string; readonly count: number }[]
  readonly throughput: readonly {
    readonly day: string
    readonly completed: number
    readonly held: number
    readonly rejected: number
  }[]
  readonly backlog: readonly { readonly due: string; readonly count: number }[]
  readonly standings: { readonly open: number; readonly held: number; readonly completed: number }
}

const dueNames: Readonly<Record<string, string>> = {
  overdue: 'overdue',
  today: 'today',
  'this-week': 'within a week',
  later: 'later',
  'no-date': 'no date',
}
const causeNames: Readonly<Record<string, string>> = {
  misread: 'misread',
  'wrong-place': 'read at a wrong place',
  misunderstood: 'misunderstood',
  'letter-is-wrong': 'the letter itself is wrong',
  other: 'another',
  untold: 'not told',
}

/** How review goes: to leads of everybody, to reviewers of their own work. */
export function Overview() {
  const [from, to] = [useSignal(''), useSignal('')]
  const query = new URLSearchParams({
    ...(from.value === '' ? {} : { from: from.value }),
    ...(to.value === '' ? {} : { to: to.value }),
  })
  const { value } = useGiven<Told>(`/quality?${query}`)
  const told = value.value
  return (
    <section>
      <div class="head">
        <h2>{isLead() ? 'How review goes' : 'Your work'}</h2>
        <span class="space" />
        <form class="line" onSubmit={(event) => event.preventDefault()}>
          <label>
            From
            <input
              type="date"
              value={from.value || told?.from}
              onChange={(event) => (from.value = event.currentTarget.value)}
            />
          </label>
          <label>
            To
            <input
              type="date"
              value={to.value || told?.to}
              onChange={(event) => (to.value = event.currentTarget.value)}
            />
          </label>
        </form>
      </div>
      {told && <Figures told={told} />}
    </section>
  )
}

function Figures({ told }: { readonly told: Told }) {
  const { straightThrough, accuracy, changed, causes, throughput, backlog, standings } = told
  const finished = throughput.reduce((all, { completed }) => all + completed, 0)
  const waiting = backlog.reduce((all, { count }) => all + count, 0)
  return (
    <>
      <dl class="figures">
        <div>
          <dt>Finished</dt>
          <dd class="number">{finished}</dd>
          <dd class="muted">letters, on {throughput.length} days</dd>
        </div>
        <div>
          <dt>Waiting for a look</dt>
          <dd class="number">{waiting}</dd>
          <dd class="muted">and {standings.held} held</dd>
        </div>
        {straightThrough && (
          <div>
            <dt>Accepted without a look</dt>
            <dd class="number">{straightThrough.share === null ? '—' : percent(straightThrough.share)}</dd>
            <dd class="muted">{inFigures(straightThrough)}</dd>
          </div>
        )}
        {accuracy && (
          <div>
            <dt>Of these wrong, by blind checks</dt>
            <dd class="number">{accuracy.letters.share === null ? '—' : percent(accuracy.letters.share)}</dd>
            <dd class="muted">
              {accuracy.letters.share === null ? 'none was checked then' : inFigures(accuracy.letters)}
            </dd>
          </div>
        )}
      </dl>
      <Bars
        title="Finished, day by day"
        by="Day"
        rows={throughput.map(({ day, completed, held, rejected }) => ({
          name: shown(day, 'date'),
          count: completed,
          more: [held > 0 ? `${held} held` : '', rejected > 0 ? `${rejected} rejected` : ''].filter(Boolean).join(', '),
        }))}
      />
      <Bars
        title="Waiting, by the date they are due"
        by="Due"
        rows={backlog.map(({ due, count }) => ({ name: dueNames[due] ?? due, count, isLate: due === 'overdue' }))}
      />
      <Bars
        title="Why values were corrected"
        by="Cause"
        rows={causes.map(({ cause, count }) => ({ name: causeNames[cause] ?? cause, count }))}
      />
      {changed.length > 0 && (
        <Estimates
          title="Changed, of what was looked at in review"
          by="Field"
          counts="Changed"
          rows={changed.map(({ name, errors }) => ({ name: askedOf({ path: name }), errors }))}
        />
      )}
      {accuracy && accuracy.byField.length > 0 && (
        <>
          <Estimates
            title="Wrong in blind checks, by field"
            by="Field"
            rows={accuracy.byField.map(({ name, errors }) => ({ name: askedOf({ path: name }), errors }))}
          />
          <Estimates title="By layout" by="Layout" rows={accuracy.byLayout} />
          <Estimates title="By how the page came" by="Page" rows={accuracy.byScan} />
          <Estimates title="By version that read it" by="Version" rows={accuracy.byVersion} />
        </>
      )}
    </>
  )
}

type Bar = { readonly name: string; readonly count: number; readonly more?: string; readonly isLate?: boolean }

/** Counts below each other, each as a bar beside its figure: the picture is the table. */
function Bars({ title, by, rows }: { readonly title: string; readonly by: string; readonly rows: readonly Bar[] }) {
  if (rows.length === 0) return null
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return (
    <section>
      <h3>{title}</h3>
      <Table heads={[by, 'Letters', `0 to ${most}`]}>
        {rows.map(({ name, count, more, isLate }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>{count}</td>
            <td>
              <div class="interval">
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <path d="M0 4H100" class="scale" />
                  <path d={`M0 4H${(count / most) * 100}`} class={isLate ? 'range late' : 'range'} />
                </svg>
                <span>{more}</span>
              </div>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
