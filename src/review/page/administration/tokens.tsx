import { useSignal } from '@preact/signals'
import { call } from '../api.tsx'
import { Choices } from '../choices.tsx'
import { FormDialog, KeepDialog, TwiceButton, useDoing, Wrong } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'
import { tell } from '../state.tsx'
import { Table } from '../table.tsx'

const scopes = {
  read: 'letters, documents, pages',
  export: 'exports: no call asks for it yet',
  write: 'to hand in documents, and ask how they stand',
} as const
type Scope = keyof typeof scopes

type Token = {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdBy: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly revokedAt: string | null
  readonly usedAt: string | null
}

/** By what programs are known. */
export function Tokens() {
  const { value, again } = useGiven<readonly Token[]>('/tokens')
  const isMaking = useSignal(false)
  const made = useSignal<string | null>(null)
  const doing = useDoing()
  const revoke = ({ id, name }: Token) =>
    doing.run(async () => {
      await call('DELETE', `/tokens/${id}`)
      tell(`The token ${name} is good for nothing any more.`)
      await again()
    })
  return (
    <section>
      <div class="head">
        <h2>Tokens of programs</h2>
        <span class="space" />
        <button type="button" class="main" onClick={() => (isMaking.value = true)}>
          Make a token
        </button>
      </div>
      <Wrong doing={doing} />
      {value.value?.length === 0 && <p class="muted">No program has a token.</p>}
      {value.value !== null && value.value.length > 0 && (
        <Table heads={['Name', 'Good for', 'Made', 'Used last', 'Good until']} acts="Revoke">
          {value.value.map((token) => (
            <tr key={token.id}>
              <td>
                <span class="long">{token.name}</span>
              </td>
              <td>{token.scopes.join(', ')}</td>
              <td>
                <When at={token.createdAt} /> by {token.createdBy}
              </td>
              <td>{token.usedAt === null ? <span class="muted">never</span> : <When at={token.usedAt} />}</td>
              <td>
                <Standing token={token} />
              </td>
              <td class="acts">
                {token.revokedAt === null && !isOver(token) && (
                  <TwiceButton sure="Revoke it for good" act={() => revoke(token)}>
                    Revoke
                  </TwiceButton>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {isMaking.value && (
        <MakeToken
          onClose={() => (isMaking.value = false)}
          onMade={(token) => {
            made.value = token
            again()
          }}
        />
      )}
      {made.value !== null && (
        <KeepDialog title="The token" label="Token" text={made.value} onClose={() => (made.value = null)}>
          <p>It is shown this once: put it where the program keeps its secrets.</p>
        </KeepDialog>
      )}
    </section>
  )
}

const isOver = ({ expiresAt }: Token) => Date.parse(expiresAt) <= Date.now()

function Standing({ token }: { readonly token: Token }) {
  if (token.revokedAt !== null)
    return (
      <span class="state wrong">
        revoked <When at={token.revokedAt} />
      </span>
    )
  return isOver(token) ? (
    <span class="state wrong">
      over since <When at={token.expiresAt} />
    </span>
  ) : (
    <When at={token.expiresAt} />
  )
}

const DAYS = { usual: 90, most: 366 } as const

function MakeToken({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (token: string) => void }) {
  const name = useSignal('')
  const chosen = useSignal<readonly Scope[]>(['read'])
  const days = useSignal(String(DAYS.usual))
  return (
    <FormDialog
      title="Make a token"
      act="Make it"
      onClose={onClose}
      submit={async () => {
        const body = { name: name.value.trim(), scopes: chosen.value, days: Number(days.value) }
        const { token } = await call<{ readonly token: string }>('POST', '/tokens', { body })
        onMade(token)
      }}
    >
      <label>
        Name of the program, one word
        <input
          required
          pattern="[\w.@\-]{1,64}"
          title="letters, digits and . _ @ -"
          value={name}
          onInput={(e) => (name.value = e.currentTarget.value)}
        />
      </label>
      <Choices legend="Good for" of={scopes} chosen={chosen} />
      <label>
        Good for so many days
        <input
          type="number"
          required
          min={1}
          max={DAYS.most}
          value={days}
          onInput={(e) => (days.value = e.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}
