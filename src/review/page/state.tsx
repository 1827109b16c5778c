import { effect, signal } from '@preact/signals'
import type { Role } from '../../model/index.ts'
import { call, whenSignedOut } from './api.tsx'

export type Session = {
  readonly state: string
  readonly detail: string | null
  readonly name: string | null
  readonly roles: readonly Role[]
  /** `session`: by a password; `local`: where this machine is enough. */
  readonly via: 'session' | 'token' | 'local' | null
  readonly hasSecondFactor: boolean
  /** A role taken by break-glass, and until when; null: none. */
  readonly glass: { readonly role: Role; readonly until: string } | null
  /** With nobody at the keys for so long, the page covers itself. */
  readonly idleMinutes: number
  /** What the other place is called where people may sign in; null: there is none. */
  readonly signOn: string | null
}

/** When the server did not say who is here. */
export const nobody: Session = {
  ...{ state: 'signed-out', detail: null, name: null, roles: [], via: null },
  ...{ hasSecondFactor: false, glass: null, idleMinutes: 15, signOn: null },
}

/** Who is signed in; null until the server has said. */
export const session = signal<Session | null>(null)
/** The page is covered: nobody touched it for long, or the session ended. What lies under it stays. */
export const isCovered = signal(false)
/** What is told at the foot of the page, until the next thing is. */
export const notice = signal<{ readonly text: string; readonly kind: 'done' | 'wrong' } | null>(null)

let clearing = 0
export function tell(text: string, kind: 'done' | 'wrong' = 'done'): void {
  notice.value = { text, kind }
  clearTimeout(clearing)
  // What went wrong stays until somebody has read it.
  if (kind === 'done') clearing = window.setTimeout(() => (notice.value = null), 4_000)
}

/** Waits until whoever sits here has shown who they are. */
export const uncovered = (): Promise<void> =>
  new Promise((resolve) => {
    let stop = () => {}
    stop = effect(() => {
      if (isCovered.value) return
      queueMicrotask(() => stop())
      resolve()
    })
  })

export async function lookWhoIsHere(): Promise<void> {
  session.value = await call<Session>('GET', '/session')
}

/** Looks again while somebody works: a session that waits for a password covers the page, and what lies under it stays. */
export async function lookAgain(): Promise<void> {
  const told = await call<Session>('GET', '/session')
  if (told.state === 'signed-in') session.value = told
  else isCovered.value = true
}

export const isSignedIn = () => session.value?.state === 'signed-in'

export const isLead = () => session.value?.roles.includes('lead') ?? false

/** Where on the page we are: after `#`, which is sent to no server. `work`, `letter/<id>`, `records`, `group`. */
export const place = signal(location.hash.slice(2) || 'work')
addEventListener('hashchange', () => {
  place.value = location.hash.slice(2) || 'work'
})
export const go = (to: string) => {
  location.hash = `#/${to}`
  place.value = to
}

export function watchIdleness(): void {
  let last = performance.now()
  for (const name of ['keydown', 'pointerdown', 'wheel'] as const)
    addEventListener(name, () => (last = performance.now()), { passive: true, capture: true })
  setInterval(() => {
    const idleMs = (session.value ?? nobody).idleMinutes * 60_000
    if (performance.now() - last > idleMs && isSignedIn()) isCovered.value = true
  }, 10_000)
  whenSignedOut(() => {
    isCovered.value = true
  })
}

type Theme = 'auto' | 'light' | 'dark'
const THEME = 'imr-theme'
export const theme = signal<Theme>((localStorage.getItem(THEME) as Theme | null) ?? 'auto')
export function chooseTheme(to: Theme): void {
  theme.value = to
  localStorage.setItem(THEME, to)
  showTheme()
}
export function showTheme(): void {
  document.documentElement.dataset.theme = theme.value
}
