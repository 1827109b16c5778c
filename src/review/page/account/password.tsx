import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call } from '../api.tsx'
import { FormDialog } from '../dialog.tsx'
import { tell } from '../state.tsx'

export function OwnPassword({ onClose }: { readonly onClose: () => void }) {
  const [old, fresh, again] = [useSignal(''), useSignal(''), useSignal('')]
  return (
    <FormDialog
      title="Password"
      act="Change it"
      onClose={onClose}
      submit={async () => {
        await call('PUT', '/session/password', { body: { password: old.value, newPassword: fresh.value } })
        tell('Your password is changed. Your other sessions have ended.')
      }}
    >
      <PasswordField label="As it is now" value={old} autocomplete="current-password" />
      <PasswordField label="The new one: 12 characters or more" value={fresh} autocomplete="new-password" />
      <PasswordField label="The new one again" value={again} autocomplete="new-password" same={fresh.value} />
    </FormDialog>
  )
}

/** `same`: what it has to be; the form is not sent before it is. */
export function PasswordField({
  label,
  value,
  autocomplete,
  same,
}: {
  readonly label: string
  readonly value: Signal<string>
  readonly autocomplete: 'current-password' | 'new-password'
  readonly same?: string
}) {
  const field = useRef<HTMLInputElement>(null)
  const isOther = same !== undefined && value.value !== same
  useEffect(() => field.current?.setCustomValidity(isOther ? 'This is not the same as above.' : ''), [isOther])
  return (
    <label>
      {label}
      <input
        ref={field}
        type="password"
        required
        autocomplete={autocomplete}
        value={value}
        onInput={(e) => (value.value = e.currentTarget.value)}
      />
    </label>
  )
}
