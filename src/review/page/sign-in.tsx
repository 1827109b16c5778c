import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call, wordsOf } from './api.tsx'
import { SignOn } from './sign-on.tsx'
import { isCovered, type Session, session } from './state.tsx'

/** Name, password and, when the server asks for one, the second factor. As a cover, it asks only for who was signed in. */
export function SignIn({ again = null }: { readonly again?: string | null }) {
  const name = useSignal(again ?? '')
  const password = useSignal('')
  const code = useSignal('')
  const asksCode = useSignal(session.value?.state === 'second-factor')
  const wrong = useSignal<string | null>(null)
  const isBusy = useSignal(false)
  const first = useRef<HTMLInputElement>(null)
  const second = useRef<HTMLInputElement>(null)
  useEffect(() => (asksCode.value ? second : first).current?.focus(), [asksCode.value])

  async function letIn(): Promise<Session> {
    if (asksCode.value) return call<Session>('POST', '/session/second-factor', { body: { code: code.value.trim() } })
    if (again !== null) {
      // A session that is only locked goes on, with a role that was taken for a while and without another code.
      const { state, name: whose } = await call<Session>('GET', '/session')
      if ((state === 'locked' || state === 'signed-in') && whose === again)
        return call<Session>('POST', '/session/password', { body: { password: password.value } })
    }
    return call<Session>('POST', '/session', { body: { name: name.value, password: password.value } })
  }

  async function submit(event: Event) {
    event.preventDefault()
    isBusy.value = true
    wrong.value = null
    try {
      const told = await letIn()
      // Under a cover all stays as it is until whoever it is has shown all that is asked for.
      if (told.state === 'signed-in' || again === null) session.value = told
      if (told.state === 'signed-in') isCovered.value = false
      asksCode.value = told.state === 'second-factor'
    } catch (error) {
      wrong.value = wordsOf(error)
    } finally {
      isBusy.value = false
    }
  }

  return (
    <form class="sign-in" onSubmit={submit} aria-labelledby="sign-in">
      <h1 id="sign-in">{again === null ? 'Sign in' : 'Locked'}</h1>
      <p class="muted">
        {again === null
          ? session.value?.state === 'no-users'
            ? session.value.detail
            : 'Letters hold patients’ data: only who works on them sees them.'
          : 'What you were doing is still here. Give your password to go on.'}
      </p>
      {!asksCode.value && (
        <>
          <label>
            Name
            <input
              ref={again === null ? first : null}
              autocomplete="username"
              required
              readOnly={again !== null}
              value={name}
              onInput={(e) => (name.value = e.currentTarget.value)}
            />
          </label>
          <label>
            Password
            <input
              ref={again === null ? null : first}
              type="password"
              autocomplete="current-password"
              required
              value={password}
              onInput={(e) => (password.value = e.currentTarget.value)}
            />
          </label>
        </>
      )}
      {asksCode.value && (
        <label>
          Code of your second factor
          <input
            ref={second}
            inputMode="numeric"
            autocomplete="one-time-code"
            required
            value={code}
            onInput={(e) => (code.value = e.currentTarget.value)}
          />
        </label>
      )}
      <p class="wrong" role="alert">
        {wrong}
      </p>
      <button type="submit" class="main" disabled={isBusy}>
        {again === null ? 'Sign in' : 'Go on'}
      </button>
      <SignOn again={again} />
      {again !== null && (
        <button type="button" class="quiet" onClick={() => location.reload()}>
          Sign in as somebody else
        </button>
      )}
    </form>
  )
}
