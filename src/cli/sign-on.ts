import { readFileSync } from 'node:fs'
import type { SignOnOptions } from '../http/index.ts'
import { type Role, roleSchema } from '../model/index.ts'
import { UsageError } from './usage.ts'

/**
 * Where people sign in elsewhere, as IMR_OIDC_* say; null when none of them is set. `url`: where people reach the server.
 * @throws {UsageError} for what cannot work, or not safely.
 */
export function signOnOptions(env: NodeJS.ProcessEnv, url: string | undefined): SignOnOptions | null {
  const issuer = env.IMR_OIDC_ISSUER
  const clientId = env.IMR_OIDC_CLIENT_ID
  if (!Object.keys(env).some((name) => name.startsWith('IMR_OIDC_') && env[name])) return null
  if (!issuer || !clientId)
    throw new UsageError('to sign in elsewhere both IMR_OIDC_ISSUER and IMR_OIDC_CLIENT_ID are needed')
  const at = URL.canParse(issuer) ? new URL(issuer) : null
  const isHere = at !== null && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(at.hostname)
  if (at?.protocol !== 'https:' && !(at?.protocol === 'http:' && isHere))
    throw new UsageError('IMR_OIDC_ISSUER must be an https address, as the provider names itself')
  if (!url)
    throw new UsageError(
      'to sign in elsewhere people have to come back: name the address at which they reach this server, --url or IMR_URL',
    )
  const scope = env.IMR_OIDC_SCOPE || 'openid profile email'
  if (!scope.split(' ').includes('openid')) throw new UsageError('IMR_OIDC_SCOPE must have the word openid in it')
  return {
    ...{ issuer, clientId, scope, secret: secretOf(env) },
    nameClaim: env.IMR_OIDC_NAME_CLAIM || 'preferred_username',
    roles: env.IMR_OIDC_ROLES
      ? { claim: env.IMR_OIDC_ROLES_CLAIM || 'groups', given: given(env.IMR_OIDC_ROLES) }
      : null,
    label: env.IMR_OIDC_LABEL || at.hostname,
  }
}

function secretOf({
  IMR_OIDC_CLIENT_SECRET: secret,
  IMR_OIDC_CLIENT_SECRET_FILE: file,
}: NodeJS.ProcessEnv): string | null {
  if (secret && file)
    throw new UsageError('IMR_OIDC_CLIENT_SECRET and IMR_OIDC_CLIENT_SECRET_FILE are both set: keep one')
  if (!file) return secret || null
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'error'
    throw new UsageError(`the file of IMR_OIDC_CLIENT_SECRET_FILE cannot be read (${code})`)
  }
}

/** `imr-reviewers=reviewer; imr-leads=lead,reviewer`: what stands in the claim may hold "=" itself, as names of a directory do. */
function given(text: string): ReadonlyMap<string, readonly Role[]> {
  const pairs = text.split(';').filter((pair) => pair.trim() !== '')
  return new Map(
    pairs.map((pair) => {
      const end = pair.lastIndexOf('=')
      const group = pair.slice(0, Math.max(0, end)).trim()
      const roles = pair
        .slice(end + 1)
        .split(',')
        .map((role) => roleSchema.safeParse(role.trim()))
      if (group === '' || roles.some((role) => !role.success))
        throw new UsageError(
          `IMR_OIDC_ROLES is a list like "imr-reviewers=reviewer; imr-leads=lead,reviewer"; the roles are ${roleSchema.options.join(', ')}`,
        )
      return [group, roles.flatMap((role) => role.data ?? [])]
    }),
  )
}
