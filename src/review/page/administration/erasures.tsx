import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../api.tsx'
import { KeepDialog, TwiceButton, useDoing, Wrong } from '../dialog.tsx'
import { When } from '../given.tsx'
import { tell } from '../state.tsx'
import { Table } from '../table.tsx'
import { Id, idOf } from './id.tsx'

type Erasure = {
  readonly documentId: string
  readonly reason: string
  readonly by: string
  readonly at: string
  readonly seq: number
}
type Erased = { readonly erasures: readonly Erasure[]; readonly before: number | null }
type Going = {
  readonly documentId: string
  readonly state: string
  readonly receivedAt: string
  readonly pages: number
  readonly letters: number
  readonly inHand: boolean
  readonly onHold: boolean
}
type Gone = { readonly removed: boolean; readonly versions: boolean; readonly leftBehind: readonly string[] }

const reasons = {
  request: 'somebody who may ask for it did',
  order: 'a court or an authority ordered it',
  mistake: 'it should never have come in',
  retention: 'its time is over',
} as const

/** Documents are forgotten by their ids; what was forgotten is listed. */
export function Erasures() {
  const erased = useSignal<Erased | null>(null)
  const left = useSignal<readonly string[]>([])
  const doing = useDoing()
  const list = (before: number | null = null) =>
    doing.run(async () => {
      const more = await call<Erased>('GET', before === null ? '/erasures' : `/erasures?before=${before}`)
      erased.value =
        before === null ? more : { ...more, erasures: [...(erased.value?.erasures ?? []), ...more.erasures] }
    })
  useEffect(() => void list(), [])
  const erasures = erased.value?.erasures ?? []
  return (
    <section>
      <h2>Forget a document</h2>
      <Forget
        onGone={(gone) => {
          left.value = gone.leftBehind
          list()
        }}
      />
      <Wrong doing={doing} />
      {erased.value !== null && erasures.length === 0 && <p class="muted">Nothing was forgotten yet.</p>}
      {erasures.length > 0 && (
        <Table heads={['Forgotten', 'Document', 'Why', 'By']}>
          {erasures.map((one) => (
            <tr key={one.seq}>
              <td>
                <When at={one.at} />
              </td>
              <td>
                <Id text={one.documentId} />
              </td>
              <td>{one.reason}</td>
              <td>{one.by}</td>
            </tr>
          ))}
        </Table>
      )}
      {erased.value?.before != null && (
        <div>
          <button type="button" onClick={() => list(erased.value?.before ?? null)}>
            Older ones
          </button>
        </div>
      )}
      {left.value.length > 0 && (
        <KeepDialog
          title="Yours to delete"
          label="Files with the same bytes"
          text={left.value.join('\n')}
          onClose={() => (left.value = [])}
        >
          <p>
            The document is forgotten. These files on the server’s machine hold it still: they are your own, and imr
            removes none of them. Nobody can tell these paths any more.
          </p>
        </KeepDialog>
      )}
    </section>
  )
}

/** Shows what would go before it goes, without a name or a word of it. */
function Forget({ onGone }: { readonly onGone: (gone: Gone) => unknown }) {
  const id = useSignal('')
  const going = useSignal<Going | null>(null)
  const reason = useSignal<keyof typeof reasons>('request')
  const doing = useDoing()
  const look = () =>
    doing.run(async () => {
      going.value = null
      going.value = await call<Going>('GET', `/erasures/${idOf(id.value)}`)
    })
  const forget = (documentId: string) =>
    doing.run(async () => {
      const gone = await call<Gone>('POST', '/erasures', { body: { documentId, reason: reason.value } })
      going.value = null
      id.value = ''
      const told = gone.versions
        ? 'It is forgotten. The bucket keeps earlier versions: a lifecycle rule has to end them.'
        : gone.removed
          ? 'It is forgotten.'
          : 'It is forgotten. Its bytes could not be removed yet: it is tried again each minute.'
      tell(told, gone.removed && !gone.versions ? 'done' : 'wrong')
      onGone(gone)
    })
  return (
    <>
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault()
          look()
        }}
      >
        <label class="wide">
          Document or letter, by its id
          <input
            required
            autocomplete="off"
            pattern="\s*[0-9a-f]{64}(-p?[0-9]+)?\s*"
            title="64 letters a to f and digits"
            value={id}
            onInput={(e) => {
              id.value = e.currentTarget.value
              going.value = null
            }}
          />
        </label>
        <button type="submit" disabled={doing.isBusy}>
          Look what would go
        </button>
      </form>
      <Wrong doing={doing} />
      {going.value && (
        <div class="line" role="status">
          <p>
            Received <When at={going.value.receivedAt} />, {going.value.state}:{' '}
            {going.value.pages === 1 ? 'one page' : `${going.value.pages} pages`},{' '}
            {going.value.letters === 1 ? 'one letter' : `${going.value.letters} letters`}
            {going.value.inHand && ', being read just now'}.
          </p>
          {going.value.onHold ? (
            <p class="state doubt">A legal hold keeps it.</p>
          ) : (
            <>
              <label>
                Why
                <select value={reason} onChange={(e) => (reason.value = e.currentTarget.value as keyof typeof reasons)}>
                  {Object.entries(reasons).map(([name, words]) => (
                    <option key={name} value={name}>
                      {words}
                    </option>
                  ))}
                </select>
              </label>
              <TwiceButton
                sure="Its bytes, words and records go for good"
                disabled={doing.isBusy.value}
                act={() => going.value && forget(going.value.documentId)}
              >
                Forget it
              </TwiceButton>
            </>
          )}
        </div>
      )}
    </>
  )
}
