import type { Role } from '../../model/index.ts'
import { isFromThisMachine, sameSecret } from '../auth.ts'
import { type Authenticate, scopes, type Unknown, type Who } from './who.ts'

export type Doors = {
  /** The installation's own token for programs; null: it has none. */
  readonly token: string | null
  /** Whom anybody on this machine is taken for without signing in; null: nobody. */
  readonly local: { readonly name: string; readonly roles: readonly Role[] } | null
}

const noUsers: Unknown = {
  code: 'no-users',
  detail: 'nobody can sign in yet: add a first user with imr users add NAME --role admin',
}
const wrongToken: Unknown = { code: 'wrong-token', detail: 'this token is not, or no longer, good here' }

/** Who makes a request: a program by its token, or somebody on this machine where that is enough. */
export function authenticator({ token, local }: Doors): Authenticate {
  return async (request) => {
    const [, shown] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (shown !== undefined) {
      const isOurs = token !== null && sameSecret(shown, token)
      return isOurs ? ({ name: 'IMR_API_TOKEN', roles: [], via: 'token', scopes } satisfies Who) : wrongToken
    }
    if (local && isFromThisMachine(request)) return { ...local, via: 'local', scopes: [] }
    return noUsers
  }
}
