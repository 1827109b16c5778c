import { useSignal } from '@preact/signals'
import type { Role } from '../../../model/index.ts'
import { PasswordField } from '../account/password.tsx'
import { call } from '../api.tsx'
import { Choices } from '../choices.tsx'
import { Dialog, TwiceButton, useDoing, Wrong } from '../dialog.tsx'
import { lookAgain, session, tell } from '../state.tsx'
import { may, type User } from './user.ts'

/** All that an admin changes of somebody; each thing is done at once. */
export function ChangeUser({
  user,
  again,
  onClose,
}: {
  readonly user: User
  readonly again: () => Promise<void>
  readonly onClose: () => void
}) {
  const roles = useSignal<readonly Role[]>(user.roles)
  const password = useSignal('')
  const doing = useDoing()
  const path = `/users/${encodeURIComponent(user.name)}`
  const isOwn = user.name === session.value?.name
  const done = (told: string, act: () => Promise<unknown>) =>
    doing.run(async () => {
      await act()
      tell(told)
      await (isOwn ? lookAgain() : undefined)
      await again()
    })
  const change = (told: string, body: object) => done(told, () => call('PATCH', path, { body }))
  const hasOther = roles.value.length !== user.roles.length || roles.value.some((role) => !user.roles.includes(role))
  return (
    <Dialog title={user.name} onClose={onClose}>
      <div class="asked">
        <form
          class="asked"
          onSubmit={(event) => {
            event.preventDefault()
            change(`${user.name} has other roles now.`, { roles: roles.value })
          }}
        >
          <Choices legend="Roles" of={may} chosen={roles} />
          <div>
            <button type="submit" class="main" disabled={!hasOther || doing.isBusy.value}>
              Give these roles
            </button>
          </div>
        </form>
        <form
          class="line"
          onSubmit={async (event) => {
            event.preventDefault()
            const isDone = await change(`${user.name} has another password, and their sessions have ended.`, {
              password: password.value,
            })
            if (isDone) password.value = ''
          }}
        >
          <PasswordField label="Another password" value={password} autocomplete="new-password" />
          <button type="submit" disabled={doing.isBusy}>
            Give it, end sessions
          </button>
        </form>
        <Wrong doing={doing} />
        <div class="buttons">
          {user.waitsUntil !== null && (
            <button
              type="button"
              onClick={() =>
                done(`${user.name} may try passwords again at once.`, () => call('POST', `${path}/unlock`))
              }
            >
              Unlock
            </button>
          )}
          {user.secondFactor && (
            <TwiceButton
              sure="Take it away: the password alone opens then"
              act={() => done(`${user.name} has no second factor.`, () => call('DELETE', `${path}/second-factor`))}
            >
              Reset second factor
            </TwiceButton>
          )}
          <TwiceButton
            sure="End all their sessions"
            act={() => done(`All sessions of ${user.name} have ended.`, () => call('DELETE', `${path}/sessions`))}
          >
            End sessions
          </TwiceButton>
          {user.disabled ? (
            <button type="button" onClick={() => change(`${user.name} may sign in again.`, { disabled: false })}>
              Enable
            </button>
          ) : (
            <TwiceButton
              sure="Shut them out, end sessions"
              act={() => change(`${user.name} may not sign in any more.`, { disabled: true })}
            >
              Disable
            </TwiceButton>
          )}
          <span class="space" />
          <button type="button" class="quiet" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  )
}
