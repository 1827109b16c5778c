import { useSignal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useRef } from 'preact/hooks'
import { call } from '../api.tsx'
import { type KeyScreen, screenKeys } from '../commands.ts'
import { Help } from '../help.tsx'
import { leaveLetters } from '../letter/flow.tsx'
import { chooseTheme, place, session, theme } from '../state.tsx'
import { BreakGlass } from './break-glass.tsx'
import { OwnPassword } from './password.tsx'
import { SecondFactor } from './second-factor.tsx'

type Asked = FunctionComponent<{ readonly onClose: () => void }>

/** What is about whoever is signed in: behind their name in the bar. */
export function AccountMenu() {
  const asked = useSignal<Asked | null>(null)
  const menu = useRef<HTMLElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const here = session.value
  if (here === null) return null
  const open = (what: Asked) => () => {
    menu.current?.hidePopover()
    asked.value = what
  }
  const Shown = asked.value
  return (
    <>
      <button type="button" class="who" ref={button} popovertarget="account">
        {here.name} <span aria-hidden="true">▾</span>
      </button>
      <section id="account" popover="auto" ref={menu} aria-label="Your account">
        <p class="muted">
          {here.roles.join(', ')}
          {here.via === 'local' && ', without signing in: from this machine alone'}
        </p>
        {here.via === 'session' && (
          <>
            <button type="button" class="item" onClick={open(OwnPassword)}>
              Password …
            </button>
            <button type="button" class="item" onClick={open(SecondFactor)}>
              Second factor …
            </button>
            <button type="button" class="item" onClick={open(BreakGlass)}>
              Break glass …
            </button>
          </>
        )}
        <button type="button" class="item" onClick={open(KeysHere)}>
          Keys …
        </button>
        <label class="item">
          Theme
          <select value={theme} onChange={(e) => chooseTheme(e.currentTarget.value as 'auto' | 'light' | 'dark')}>
            <option value="auto">as the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
          </select>
        </label>
        <button type="button" class="item" onClick={signOut}>
          Sign out
        </button>
      </section>
      {Shown && (
        <Shown
          onClose={() => {
            asked.value = null
            button.current?.focus()
          }}
        />
      )}
    </>
  )
}

/** The keys of the screen that is shown; where it has none of its own, those of the letter. */
function KeysHere({ onClose }: { readonly onClose: () => void }) {
  const [to = ''] = place.value.split('/')
  return <Help screen={to in screenKeys ? (to as KeyScreen) : 'letter'} onClose={onClose} />
}

async function signOut() {
  leaveLetters()
  await call('DELETE', '/session').catch(() => {})
  location.hash = ''
  location.reload()
}
