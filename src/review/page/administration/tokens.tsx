import { useSignal } from '@preact/signals'
import { call } from '../api.tsx'
import { Dialog, FormDialog, ToKeep, TwiceButton, useDoing, Wrong } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'
import { tell } from '../state.tsx'

const scopes = {
  read: 'letters, documents, pages',
  export: 'exports',
  write: 'hand in documents',
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
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Good for</th>
              <th scope="col">Made</th>
              <th scope="col">Used last</th>
              <th scope="col">Good until</th>
              <th scope="col">
                <span class="sr">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
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
        <Dialog title="The token" onClose={() => (made.value = null)}>
          <div class="asked">
            <p>It is shown this once: put it where the program keeps its secrets.</p>
            <ToKeep label="Token" text={made.value} />
          </div>
          <div class="buttons">
            <button type="button" class="main" onClick={() => (made.value = null)}>
              I have kept it
            </button>
          </div>
        </Dialog>
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
  const chosen = useSignal<readonly Scope[]>(['write'])
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
      <fieldset>
        <legend>Good for</legend>
        {(Object.keys(scopes) as Scope[]).map((scope) => (
          <label key={scope} class="choice">
            <input
              type="checkbox"
              checked={chosen.value.includes(scope)}
              required={chosen.value.length === 0}
              onChange={(e) =>
                (chosen.value = e.currentTarget.checked
                  ? [...chosen.value, scope]
                  : chosen.value.filter((one) => one !== scope))
              }
            />
            <span>
              <strong>{scope}</strong>: {scopes[scope]}
            </span>
          </label>
        ))}
      </fieldset>
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
