import { render } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { call } from './api.tsx'
import { keepLocks, leaveLetters } from './flow.tsx'
import { Letter } from './letter.tsx'
import { Records } from './records.tsx'
import { SignIn } from './sign-in.tsx'
import {
  chooseTheme,
  isCovered,
  isSignedIn,
  lookWhoIsHere,
  notice,
  place,
  session,
  showTheme,
  theme,
  watchIdleness,
} from './state.tsx'
import { WorkScreen } from './work.tsx'
import './base.css'
import './letter.css'

function App() {
  if (session.value === null) return <p class="waiting muted">…</p>
  const name = session.value.name
  if (!isSignedIn() && !isCovered.value)
    return (
      <main class="door">
        <SignIn again={session.value.state === 'locked' ? name : null} />
      </main>
    )
  const [screen = 'work', id = ''] = place.value.split('/')
  return (
    <>
      <div class="app" inert={isCovered.value}>
        <Bar screen={screen} />
        {screen === 'letter' ? <Letter id={id} /> : screen === 'records' ? <Records /> : <WorkScreen />}
        <p class={`notice ${notice.value?.kind ?? ''}`} role="status">
          {notice.value && (
            <>
              {notice.value.text}{' '}
              <button type="button" class="quiet" aria-label="Close the notice" onClick={() => (notice.value = null)}>
                ×
              </button>
            </>
          )}
        </p>
      </div>
      {isCovered.value && <Cover name={name} />}
    </>
  )
}

/** Over everything: what lies under it is not seen, and not lost. */
function Cover({ name }: { readonly name: string | null }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="cover" ref={dialog} aria-labelledby="sign-in" onCancel={(e) => e.preventDefault()}>
      <SignIn again={name ?? ''} />
    </dialog>
  )
}

function Bar({ screen }: { readonly screen: string }) {
  const places = [
    ['work', 'Work'],
    ['records', 'Records'],
  ] as const
  return (
    <header class="bar">
      <nav aria-label="Screens">
        {places.map(([to, name]) => (
          <a key={to} href={`#/${to}`} aria-current={screen === to ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <span class="space" />
      <label class="theme">
        <span class="sr">Theme</span>
        <select value={theme} onChange={(e) => chooseTheme(e.currentTarget.value as 'auto' | 'light' | 'dark')}>
          <option value="auto">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
      <span class="who">{session.value?.name}</span>
      <button
        type="button"
        class="quiet"
        onClick={async () => {
          leaveLetters()
          await call('DELETE', '/session').catch(() => {})
          location.hash = ''
          location.reload()
        }}
      >
        Sign out
      </button>
    </header>
  )
}

showTheme()
watchIdleness()
keepLocks()
lookWhoIsHere().catch(() => {
  session.value = { state: 'signed-out', detail: null, name: null, roles: [] }
})
const root = document.getElementById('page')
if (root) render(<App />, root)
