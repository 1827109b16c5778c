import { useSignal } from '@preact/signals'
import type { Role } from '../../../model/index.ts'
import { PasswordField } from '../account/password.tsx'
import { call } from '../api.tsx'
import { Choices } from '../choices.tsx'
import { FormDialog } from '../dialog.tsx'
import { useGiven, When } from '../given.tsx'
import { Table } from '../table.tsx'
import { ChangeUser } from './change-user.tsx'
import { may, type User } from './user.ts'

/** Who may sign in, and to do what. Nobody is deleted: the audit trail names them. */
export function Users() {
  const { value, again } = useGiven<readonly User[]>('/users')
  const isAdding = useSignal(false)
  const changing = useSignal<string | null>(null)
  const changed = value.value?.find(({ name }) => name === changing.value)
  return (
    <section>
      <div class="head">
        <h2>Users</h2>
        <span class="space" />
        <button type="button" class="main" onClick={() => (isAdding.value = true)}>
          Add a user
        </button>
      </div>
      <Table heads={['Name', 'Roles', 'May sign in', 'Second factor', 'Signed in last']} acts="Change">
        {value.value?.map((user) => (
          <tr key={user.name}>
            <td>
              <span class="long">{user.name}</span>
            </td>
            <td>{user.roles.join(', ')}</td>
            <td>
              <Standing user={user} />
            </td>
            <td>{user.secondFactor ? 'set' : <span class="muted">none</span>}</td>
            <td>{user.signedInAt === null ? <span class="muted">never</span> : <When at={user.signedInAt} />}</td>
            <td class="acts">
              <button type="button" aria-label={`Change ${user.name}`} onClick={() => (changing.value = user.name)}>
                Change
              </button>
            </td>
          </tr>
        ))}
      </Table>
      {isAdding.value && <AddUser onClose={() => (isAdding.value = false)} onAdded={again} />}
      {changed && <ChangeUser user={changed} again={again} onClose={() => (changing.value = null)} />}
    </section>
  )
}

function Standing({ user: { disabled, waitsUntil } }: { readonly user: User }) {
  if (disabled) return <span class="state wrong">no: disabled</span>
  if (waitsUntil === null) return <span class="state">yes</span>
  return (
    <span class="state doubt">
      not before <When at={waitsUntil} />
    </span>
  )
}

function AddUser({ onClose, onAdded }: { readonly onClose: () => void; readonly onAdded: () => Promise<void> }) {
  const [name, password] = [useSignal(''), useSignal('')]
  const roles = useSignal<readonly Role[]>(['reviewer'])
  return (
    <FormDialog
      title="Add a user"
      act="Add"
      onClose={onClose}
      submit={async () => {
        const body = { name: name.value.trim().toLowerCase(), roles: roles.value, password: password.value }
        await call('POST', '/users', { body })
        await onAdded()
      }}
    >
      <label>
        Name, one word
        <input required autocomplete="off" value={name} onInput={(e) => (name.value = e.currentTarget.value)} />
      </label>
      <Choices legend="Roles" of={may} chosen={roles} />
      <PasswordField label="First password: 12 characters or more" value={password} autocomplete="new-password" />
      <p class="muted">Tell it to them in person: they change it behind their name in the bar.</p>
    </FormDialog>
  )
}
