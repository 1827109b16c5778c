import { render } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { GlassBand } from './account/break-glass.tsx'
import { AccountMenu } from './account/menu.tsx'
import { keepLocks } from './letter/flow.tsx'
import { type Screen, screensFor } from './screens.tsx'
import { SignIn } from './sign-in.tsx'
import {
  isCovered,
  isSignedIn,
  lookWhoIsHere,
  nobody,
  notice,
  place,
  session,
  showTheme,
  watchIdleness,
} from './state.tsx'
import './base.css'
import './offices.css'
import './intake/intake.css'
import './letter/letter.css'
import './cut/cut.css'
import './sheet/sheet.css'
import './quality/quality.css'

function App() {
  if (session.value === null) return <p class="waiting muted">…</p>
  const name = session.value.name
  if (!isSignedIn() && !isCovered.value)
    return (
      <main class="door">
        <SignIn again={session.value.state === 'locked' ? name : null} />
      </main>
    )
  const [to = '', id = ''] = place.value.split('/')
  const shown = screensFor(session.value.roles)
  const screen = shown.find((one) => one.to === to) ?? shown[0]
  return (
    <>
      <div class="app" inert={isCovered.value}>
        <Bar screens={shown} here={screen} />
        <GlassBand />
        {screen ? <screen.show id={id} /> : <NothingHere />}
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

/** For who has a role that nothing here is made for. */
const NothingHere = () => (
  <main>
    <p class="muted">There is nothing on this page for your role. A lead or an admin can give you another.</p>
  </main>
)

function Bar({ screens, here }: { readonly screens: readonly Screen[]; readonly here: Screen | undefined }) {
  return (
    <header class="bar">
      <nav aria-label="Screens">
        {screens.map(
          ({ to, name }) =>
            name !== null && (
              <a key={to} href={`#/${to}`} aria-current={here?.to === to ? 'page' : undefined}>
                {name}
              </a>
            ),
        )}
      </nav>
      <span class="space" />
      <AccountMenu />
    </header>
  )
}

showTheme()
watchIdleness()
keepLocks()
lookWhoIsHere().catch(() => {
  session.value = nobody
})
const root = document.getElementById('page')
if (root) render(<App />, root)
