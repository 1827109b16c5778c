import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../api.tsx'
import { Dialog, KeepDialog, ToKeep, useDoing, Wrong } from '../dialog.tsx'
import { lookAgain, session } from '../state.tsx'
import { Qr } from './qr.tsx'

type Begun = { readonly secret: string; readonly uri: string }

/** A secret for an app, a code that shows that the app has it, and the codes for the day on which it is lost. */
export function SecondFactor({ onClose }: { readonly onClose: () => void }) {
  const begun = useSignal<Begun | null>(null)
  const codes = useSignal<readonly string[] | null>(null)
  const code = useSignal('')
  const doing = useDoing()
  const isSet = session.value?.hasSecondFactor === true
  useEffect(() => {
    if (!isSet)
      doing.run(async () => {
        begun.value = await call<Begun>('POST', '/session/second-factor/enrolment')
      })
  }, [])

  if (codes.value)
    return (
      <KeepDialog
        title="Codes for the day on which the app is lost"
        label="Recovery codes"
        text={codes.value.join('\n')}
        kept="I have kept them"
        onClose={onClose}
      >
        <p>
          From now on signing in asks for a code. Each of these is good once in its place. They are shown this once:
          print them, or keep them where you keep passwords, not on the device with the app.
        </p>
      </KeepDialog>
    )
  if (isSet)
    return (
      <Dialog title="Second factor" onClose={onClose}>
        <div class="asked">
          <p>You have one: signing in asks for a code of your app.</p>
          <p>
            Another app or device: ask an admin to take this one away, then set it here anew. An app that is lost: sign
            in with a recovery code, and ask the same.
          </p>
        </div>
        <div class="buttons">
          <button type="button" class="main" onClick={onClose}>
            Close
          </button>
        </div>
      </Dialog>
    )
  return (
    <Dialog title="Second factor" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          doing.run(async () => {
            const body = { code: code.value.trim() }
            const { recoveryCodes } = await call<{ readonly recoveryCodes: readonly string[] }>(
              'PUT',
              '/session/second-factor/enrolment',
              { body },
            )
            codes.value = recoveryCodes
            await lookAgain()
          })
        }}
      >
        <div class="asked">
          <p>An app for one-time codes reads this; any of them will do. Then give a code that it shows.</p>
          {begun.value && (
            <div class="enrol">
              <Qr text={begun.value.uri} label="QR code of the secret, for the app" />
              <div>
                <p class="muted">Or type it in: by time, 6 digits, 30 seconds</p>
                <ToKeep label="Secret" text={begun.value.secret.replace(/(.{4})(?!$)/g, '$1 ')} />
              </div>
            </div>
          )}
          <label>
            Code that the app shows
            <input
              inputMode="numeric"
              autocomplete="one-time-code"
              required
              disabled={begun.value === null}
              value={code}
              onInput={(e) => (code.value = e.currentTarget.value)}
            />
          </label>
        </div>
        <Wrong doing={doing} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.isBusy.value || begun.value === null}>
            Use it from now on
          </button>
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  )
}
