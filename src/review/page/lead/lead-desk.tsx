import { useSignal } from '@preact/signals'
import { call } from '../api.tsx'
import { type Doing, useDoing, Wrong } from '../dialog.tsx'
import { useGiven } from '../given.tsx'
import { type ListedLetter, nameOf } from '../listed.ts'
import { tell } from '../state.tsx'
import { Table } from '../table.tsx'
import { shown } from '../values.ts'
import { AnswerHold } from './reopen.tsx'

type Letters = readonly ListedLetter[]
type Person = {
  readonly name: string
  /** Letters may be assigned to them. */
  readonly takes: boolean
  readonly inHand: Letters
  readonly assigned: Letters
}

/** What a lead has to see to: questions, who has what, and to whom the rest goes. */
export function LeadDesk({
  held,
  waiting,
  again,
}: {
  readonly held: Letters
  readonly waiting: Letters
  readonly again: () => Promise<void>
}) {
  const { value: people, again: count } = useGiven<readonly Person[]>('/work/people')
  const doing = useDoing()
  const look = async () => void (await Promise.all([again(), count()]))
  const assign = (letters: Letters, assignee: string | null) =>
    doing.run(async () => {
      try {
        for (const { letterId } of letters) await call('PUT', `/work/${letterId}/assignee`, { body: { assignee } })
        const to = assignee === null ? 'anybody’s' : `${assignee}’s`
        tell(letters.length === 1 ? `The letter is ${to} now.` : `${letters.length} letters are ${to} now.`)
      } finally {
        await look()
      }
    })
  return (
    <div class="lead">
      <Held letters={held} again={look} />
      <Wrong doing={doing} />
      {people.value && (
        <>
          <WhoHasWhat people={people.value} doing={doing} free={(letter) => assign([letter], null)} />
          <ToAssign
            letters={waiting}
            to={people.value.filter(({ takes }) => takes).map(({ name }) => name)}
            doing={doing}
            assign={assign}
          />
        </>
      )}
    </div>
  )
}

const Way = ({ letter }: { readonly letter: ListedLetter }) => (
  <a href={`#/letter/${letter.letterId}`}>{nameOf(letter)}</a>
)

/** Letters that wait for an answer. */
function Held({ letters, again }: { readonly letters: Letters; readonly again: () => Promise<void> }) {
  const answering = useSignal<ListedLetter | null>(null)
  return (
    <section>
      <h2>On hold</h2>
      {letters.length === 0 && <p class="muted">No letter waits for an answer.</p>}
      {letters.length > 0 && (
        <Table heads={['Letter', 'Question', 'Assigned to', 'Due']} acts="Answer">
          {letters.map((letter) => (
            <tr key={letter.letterId}>
              <td>
                <Way letter={letter} />
              </td>
              <td>{letter.reason}</td>
              <td>{letter.assignee ?? ''}</td>
              <td>
                <span class="due">{shown(letter.due, 'date')}</span>
              </td>
              <td>
                <button
                  type="button"
                  aria-label={`Answer: ${nameOf(letter)}`}
                  onClick={() => (answering.value = letter)}
                >
                  Answer
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {answering.value && (
        <AnswerHold letter={answering.value} onClose={() => (answering.value = null)} onDone={again} />
      )}
    </section>
  )
}

function WhoHasWhat({
  people,
  doing,
  free,
}: {
  readonly people: readonly Person[]
  readonly doing: Doing
  readonly free: (letter: ListedLetter) => unknown
}) {
  return (
    <section>
      <h2>Who has what</h2>
      <Table heads={['Who', 'In hand now', 'Assigned']}>
        {people.map(({ name, takes, inHand, assigned }) => (
          <tr key={name}>
            <td>
              {name}
              {!takes && <span class="muted"> (takes none any more)</span>}
            </td>
            <td>
              <ul>
                {inHand.map((letter) => (
                  <li key={letter.letterId}>
                    <Way letter={letter} />
                  </li>
                ))}
              </ul>
            </td>
            <td>
              <ul>
                {assigned.map((letter) => (
                  <li key={letter.letterId}>
                    <Way letter={letter} />
                    <button
                      type="button"
                      disabled={doing.isBusy}
                      aria-label={`Take back: ${nameOf(letter)} from ${name}`}
                      onClick={() => free(letter)}
                    >
                      Take back
                    </button>
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}

/** What waits, to be assigned: who is assigned a letter gets it first, and nobody else does. */
function ToAssign({
  letters,
  to,
  doing,
  assign,
}: {
  readonly letters: Letters
  readonly to: readonly string[]
  readonly doing: Doing
  readonly assign: (letters: Letters, assignee: string | null) => Promise<boolean>
}) {
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  const who = useSignal('')
  const some = letters.filter(({ letterId }) => chosen.value.has(letterId))
  if (letters.length === 0) return null
  const isAll = some.length === letters.length
  return (
    <section>
      <h2>What waits, by due date</h2>
      <form
        class="line"
        onSubmit={async (event) => {
          event.preventDefault()
          if (await assign(some, who.value)) chosen.value = new Set()
        }}
      >
        <label>
          Assign what is chosen to
          <select required value={who} onChange={(e) => (who.value = e.currentTarget.value)}>
            <option value="">…</option>
            {to.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="main" disabled={some.length === 0 || doing.isBusy.value}>
          {some.length === 1 ? 'Assign 1 letter' : `Assign ${some.length} letters`}
        </button>
        <button
          type="button"
          onClick={() => (chosen.value = new Set(isAll ? [] : letters.map(({ letterId }) => letterId)))}
        >
          {isAll ? 'Choose none' : 'Choose all'}
        </button>
      </form>
      <Table heads={['Choose', 'Letter', 'To check', 'Due', 'Assigned to']}>
        {letters.map((letter) => (
          <tr key={letter.letterId}>
            <td>
              <input
                type="checkbox"
                aria-label={`Choose ${nameOf(letter)}`}
                checked={chosen.value.has(letter.letterId)}
                onChange={(e) => {
                  const now = new Set(chosen.value)
                  if (e.currentTarget.checked) now.add(letter.letterId)
                  else now.delete(letter.letterId)
                  chosen.value = now
                }}
              />
            </td>
            <td>
              <Way letter={letter} />
            </td>
            <td>{letter.doubt}</td>
            <td>
              <span class="due">{shown(letter.due, 'date')}</span>
            </td>
            <td>{letter.assignee ?? ''}</td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
