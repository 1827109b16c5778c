import { useEffect } from 'preact/hooks'
import { call } from './api.tsx'
import { isCovered, place, type Session, session } from './state.tsx'

/** Why the server sent somebody back without a session. */
const whys: Readonly<Record<string, string>> = {
  away: 'The place where you sign in does not answer. Try again in a moment.',
  refused: 'You were not let in: what came back does not hold. Try again.',
  over: 'That took too long, or was done before. Try again.',
  unknown: 'You are known there, but have no role here: ask an admin.',
}

/** The way to sign in by an account of the organisation, where there is one. Under a cover it opens a window of its own: what is here stays. */
export function SignOn({ again }: { readonly again: string | null }) {
  const label = session.value?.signOn ?? null
  const [, why = ''] = /^sign-on\/(\w+)$/.exec(place.value) ?? []
  useEffect(() => {
    if (again === null || label === null) return
    const look = async () => {
      const told = await call<Session>('GET', '/session').catch(() => null)
      if (told?.state !== 'signed-in' || told.name !== again) return
      session.value = told
      isCovered.value = false
    }
    addEventListener('focus', look)
    return () => removeEventListener('focus', look)
  }, [again, label])
  if (label === null) return null
  return (
    <>
      {whys[why] !== undefined && (
        <p class="wrong" role="alert">
          {whys[why]}
        </p>
      )}
      <a class="button" href="/api/v1/sign-on" target={again === null ? undefined : '_blank'} rel="noreferrer">
        Sign in with {label}
      </a>
      {again !== null && <p class="muted">It opens a window of its own; come back to this one then.</p>}
    </>
  )
}
