import type { FastifyRequest } from 'fastify'
import type { Role } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { isFromThisMachine, sameSecret } from '../auth.ts'
import { sessionTokenIn } from './cookie.ts'
import type { Site } from './origin.ts'
import { type Authenticate, scopes, type Unknown, type Who } from './who.ts'

export type Doors = {
  readonly store: Store
  readonly site: Site
  /** A session in which nothing was done for so long asks for the password again, in milliseconds. */
  readonly idleMs: number
  /** The installation's own token for programs; null: it has none. */
  readonly token: string | null
  /** Whom anybody on this machine is taken for without signing in; null: nobody. */
  readonly local: { readonly name: string; readonly roles: readonly Role[] } | null
}

const noUsers: Unknown = {
  code: 'no-users',
  detail: 'nobody can sign in yet: add a first user with imr users add NAME --role admin',
}
const signedOut: Unknown = { code: 'signed-out', detail: 'sign in' }
const wrongToken: Unknown = { code: 'wrong-token', detail: 'this token is not, or no longer, good here' }
const waitsFor = {
  locked: { code: 'locked', detail: 'nothing was done for a while: give your password to go on' },
  'second-factor': { code: 'second-factor', detail: 'give the code of your second factor' },
} as const

/** What a page asks by itself, with nobody at the keys, has this header: it keeps no session open. */
export const isBackground = ({ headers }: FastifyRequest): boolean => headers['imr-background'] !== undefined

/** Who makes a request: a program by its token, somebody who is signed in, or somebody on this machine where that is enough. */
export function authenticator({ store, site, idleMs, token, local }: Doors): Authenticate {
  return async (request) => {
    const [, shown] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (shown !== undefined) return program(shown)
    const session = sessionTokenIn(request, site)
    const found = session ? await store.session(session, { idleMs, background: isBackground(request) }) : null
    if (found?.state === 'open') return { name: found.name, roles: found.roles, via: 'session', scopes: [] }
    if (found) return { ...waitsFor[found.state], name: found.name }
    if (local && isFromThisMachine(request)) return { ...local, via: 'local', scopes: [] }
    return (await store.hasUsers()) ? signedOut : noUsers
  }

  async function program(shown: string): Promise<Who | Unknown> {
    if (token !== null && sameSecret(shown, token)) return { name: 'IMR_API_TOKEN', roles: [], via: 'token', scopes }
    const found = await store.tokenOf(shown)
    return found ? { name: `token:${found.name}`, roles: [], via: 'token', scopes: found.scopes } : wrongToken
  }
}
