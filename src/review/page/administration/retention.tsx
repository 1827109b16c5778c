import { useSignal } from '@preact/signals'
import { call } from '../api.tsx'
import { FormDialog, TwiceButton, useDoing, Wrong } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'
import { tell } from '../state.tsx'
import { Table } from '../table.tsx'
import { Erasures } from './erasures.tsx'
import { Id, idOf } from './id.tsx'

type Policy = {
  readonly keep: string
  readonly nextRun: string
  readonly timeZone: string
  readonly due: number
  readonly unread: number
  readonly onHold: number
}
type Hold = {
  readonly id: string
  readonly documentId: string | null
  readonly claim: string | null
  readonly reason: string
  readonly by: string
  readonly at: string
  readonly releasedBy: string | null
  readonly releasedAt: string | null
}

/** How documents leave, and what must not. */
export function Retention() {
  return (
    <>
      <ByAge />
      <Holds />
      <Erasures />
    </>
  )
}

const documents = (count: number) => (count === 1 ? 'one document' : `${count} documents`)

function ByAge() {
  const { value } = useGiven<{ readonly policy: Policy | null }>('/retention')
  if (value.value === null) return null
  const { policy } = value.value
  return (
    <section>
      <h2>By their age</h2>
      <p>
        {policy === null ? (
          <>
            No policy is set: documents are kept until somebody forgets them. <code>imr retention set --keep 7y</code>{' '}
            sets one.
          </>
        ) : (
          <>
            Documents are kept for {policy.keep}. The next run is {policy.nextRun.replace('T', ' ')} ({policy.timeZone}
            ): {documents(policy.due)} would go now
            {policy.onHold > 0 && `, ${documents(policy.onHold)} as old stay for a legal hold`}
            {policy.unread > 0 && `, ${documents(policy.unread)} as old were never read, and stay`}.
          </>
        )}
      </p>
    </section>
  )
}

function Holds() {
  const { value, again } = useGiven<readonly Hold[]>('/holds')
  const isPlacing = useSignal(false)
  const doing = useDoing()
  const release = ({ id }: Hold) =>
    doing.run(async () => {
      await call('DELETE', `/holds/${id}`)
      tell('The hold keeps nothing any more.')
      await again()
    })
  return (
    <section>
      <div class="head">
        <h2>Legal holds</h2>
        <span class="space" />
        <button type="button" class="main" onClick={() => (isPlacing.value = true)}>
          Place a hold
        </button>
      </div>
      <Wrong doing={doing} />
      {value.value?.length === 0 && <p class="muted">Nothing is on a legal hold.</p>}
      {value.value !== null && value.value.length > 0 && (
        <Table heads={['Placed', 'By', 'On', 'Why', 'How it stands']} acts="Release">
          {value.value.map((hold) => (
            <tr key={hold.id}>
              <td>
                <When at={hold.at} />
              </td>
              <td>{hold.by}</td>
              <td>{hold.documentId === null ? `claim ${hold.claim}` : <Id text={hold.documentId} />}</td>
              <td>
                <span class="long">{hold.reason}</span>
              </td>
              <td>
                {hold.releasedAt === null ? (
                  <span class="state good">stands</span>
                ) : (
                  <span class="muted">
                    released by {hold.releasedBy} <When at={hold.releasedAt} />
                  </span>
                )}
              </td>
              <td class="acts">
                {hold.releasedAt === null && (
                  <TwiceButton sure="Release it: it may be forgotten then" act={() => release(hold)}>
                    Release
                  </TwiceButton>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {isPlacing.value && <PlaceHold onClose={() => (isPlacing.value = false)} onPlaced={again} />}
    </section>
  )
}

function PlaceHold({ onClose, onPlaced }: { readonly onClose: () => void; readonly onPlaced: () => Promise<void> }) {
  const [on, text, reason] = [useSignal<'document' | 'claim'>('claim'), useSignal(''), useSignal('')]
  const isClaim = on.value === 'claim'
  return (
    <FormDialog
      title="Place a legal hold"
      act="Place it"
      onClose={onClose}
      submit={async () => {
        const what = isClaim ? { claim: text.value.trim() } : { documentId: idOf(text.value) }
        await call('POST', '/holds', { body: { ...what, reason: reason.value.trim() } })
        await onPlaced()
      }}
    >
      <p class="muted">
        While it stands, what it is on is forgotten by nobody and for no age. On a claim it keeps every document with a
        letter of it, those that come later included.
      </p>
      <label>
        On
        <select
          value={on}
          onChange={(e) => {
            on.value = e.currentTarget.value as 'document' | 'claim'
            text.value = ''
          }}
        >
          <option value="claim">all that is of a claim</option>
          <option value="document">one document</option>
        </select>
      </label>
      <label>
        {isClaim ? 'Claim number' : 'Document or letter, by its id'}
        <input
          required
          autocomplete="off"
          maxLength={100}
          {...(isClaim ? {} : { pattern: '\\s*[0-9a-f]{64}(-p?[0-9]+)?\\s*', title: '64 letters a to f and digits' })}
          value={text}
          onInput={(e) => (text.value = e.currentTarget.value)}
        />
      </label>
      <label>
        Why
        <textarea
          rows={2}
          required
          maxLength={1000}
          value={reason}
          onInput={(e) => (reason.value = e.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}
