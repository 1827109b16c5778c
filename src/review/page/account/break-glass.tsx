import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Role } from '../../../model/index.ts'
import { call } from '../api.tsx'
import { FormDialog } from '../dialog.tsx'
import { momentOf } from '../given.tsx'
import { lookAgain, type Session, session } from '../state.tsx'

const roles: readonly Role[] = ['reviewer', 'lead', 'physician', 'operator']
const reasons = {
  deadline: 'A date is about to be missed',
  'colleague-away': 'Who should do it is away',
  complaint: 'Somebody complains, and has to be answered',
  incident: 'Something went wrong, and has to be looked into',
} as const

/** A role for half an hour, at once, for a reason that is written down. */
export function BreakGlass({ onClose }: { readonly onClose: () => void }) {
  const own = session.value?.roles ?? []
  const open = roles.filter((role) => !own.includes(role))
  const role = useSignal<Role | ''>(open[0] ?? '')
  const reason = useSignal<keyof typeof reasons | ''>('')
  return (
    <FormDialog
      title="Break glass"
      act="Take the role for half an hour"
      onClose={onClose}
      submit={async () => {
        const body = { role: role.value, reason: reason.value }
        session.value = await call<Session>('POST', '/session/break-glass', { body })
      }}
    >
      <p>
        When somebody needs more for once and nobody can be asked. The audit trail keeps who, which role, why and until
        when, and an admin looks through it.
      </p>
      <label>
        Role
        <select required value={role} onChange={(e) => (role.value = e.currentTarget.value as Role)}>
          {open.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>Why</legend>
        {Object.entries(reasons).map(([name, words]) => (
          <label key={name} class="choice">
            <input
              type="radio"
              name="reason"
              required
              checked={reason.value === name}
              onChange={() => (reason.value = name as keyof typeof reasons)}
            />
            {words}
          </label>
        ))}
      </fieldset>
    </FormDialog>
  )
}

/** Over every screen while a role lasts that was taken by break-glass. */
export function GlassBand() {
  const glass = session.value?.glass
  const until = glass?.until
  useEffect(() => {
    if (until === undefined) return undefined
    const look = setTimeout(() => lookAgain().catch(() => {}), Math.max(0, Date.parse(until) - Date.now()) + 1_000)
    return () => clearTimeout(look)
  }, [until])
  if (!glass) return null
  return (
    <p class="glass" role="status">
      <strong>Break-glass:</strong> you have the role {glass.role} until {momentOf(glass.until).slice(-5)}. What you do
      is looked at.
    </p>
  )
}
