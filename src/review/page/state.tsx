import { effect, signal } from '@preact/signals'
import type { Role } from '../../model/index.ts'
import { call, whenSignedOut } from './api.tsx'

export type Session = {
  readonly state: string
  readonly detail: string | null
  readonly name: string | null
  readonly roles: readonly Role[]
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

export const isSignedIn = () => session.value?.state === 'signed-in'

/** Where on the page we are: after `#`, which is sent to no server. `work`, `letter/<id>`, `records`, `group`. */
export const place = signal(location.hash.slice(2) || 'work')
addEventListener('hashchange', () => {
  place.value = location.hash.slice(2) || 'work'
})
export const go = (to: string) => {
  location.hash = `#/${to}`
  place.value = to
}

/** Nobody touched the page for so long, in milliseconds: it covers itself. */
const IDLE_MS = 15 * 60_000

export function watchIdleness(): void {
  let last = performance.now()
  for (const name of ['keydown', 'pointerdown', 'wheel'] as const)
    addEventListener(name, () => (last = performance.now()), { passive: true, capture: true })
  setInterval(() => {
    if (performance.now() - last > IDLE_MS && isSignedIn()) isCovered.value = true
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
