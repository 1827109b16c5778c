import type * as openid from 'openid-client'
import type { Role } from '../model/index.ts'
import type { SignOnKept } from '../store/index.ts'
import { isLoopback } from './auth.ts'

/** Where people sign in elsewhere, as the operator says: an OpenID Connect provider. */
export type SignOnOptions = {
  readonly issuer: string
  readonly clientId: string
  /** null: a client without one. */
  readonly secret: string | null
  /** What is asked for, `openid` among it. */
  readonly scope: string
  /** The claim that names the user. */
  readonly nameClaim: string
  /** The claim that says what they may do, and what of it gives which roles. null: that is for admins here to say. */
  readonly roles: { readonly claim: string; readonly given: ReadonlyMap<string, readonly Role[]> } | null
  /** What people are shown it as. */
  readonly label: string
}

/** Whom the provider vouches for. */
export type Vouched = { readonly name: string; readonly roles: readonly Role[] | null }

/** Why nobody was vouched for: the provider cannot be reached, or what came from it does not hold. */
export class SignOnFailed extends Error {
  override readonly name = 'SignOnFailed'

  constructor(
    readonly code: 'away' | 'refused',
    cause: unknown,
  ) {
    super(`sign-on ${code}`, { cause })
  }
}

export interface SignOn {
  readonly label: string
  /** Where to send a browser, which will come back to `redirect`; and what to keep until then. @throws {SignOnFailed} */
  begin(redirect: string): Promise<{ readonly url: string; readonly kept: SignOnKept }>
  /** Who came back, to `url` with what the provider gave them. @throws {SignOnFailed} */
  finish(url: URL, kept: SignOnKept): Promise<Vouched>
}

/** How long the provider may take for an answer, in seconds. */
const PATIENCE_S = 10

/**
 * Signing in by authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636). Nothing is asked of the provider, nor is the library
 * loaded, before somebody signs in by it.
 */
export function signOnAt({ issuer, clientId, secret, scope, nameClaim, roles, label }: SignOnOptions): SignOn {
  let found: Promise<{ readonly client: typeof openid; readonly config: openid.Configuration }> | null = null

  async function discovered() {
    const client = await import('openid-client')
    const server = new URL(issuer)
    const config = await client.discovery(
      server,
      clientId,
      {},
      secret === null ? client.None() : client.ClientSecretBasic(secret),
      {
        timeout: PATIENCE_S,
        execute: [
          // Signatures are checked though the token comes from the provider itself: a proxy may stand between.
          client.enableNonRepudiationChecks,
          ...(server.protocol === 'http:' && isLoopback(server.hostname) ? [client.allowInsecureRequests] : []),
        ],
      },
    )
    return { client, config }
  }

  /** Once for all who come; a provider that was away is asked again. */
  const provider = () => {
    found ??= discovered().catch((cause) => {
      found = null
      throw new SignOnFailed('away', cause)
    })
    return found
  }

  return {
    label,

    async begin(redirect) {
      const { client, config } = await provider()
      const kept = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const url = client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirect, scope, state: kept.state, nonce: kept.nonce },
        ...{ code_challenge: await client.calculatePKCECodeChallenge(kept.verifier), code_challenge_method: 'S256' },
      })
      return { url: url.href, kept }
    },

    async finish(url, { state, nonce, verifier }) {
      const { client, config } = await provider()
      const claims = await client
        .authorizationCodeGrant(config, url, {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
        })
        .then(async (tokens) => {
          const own = tokens.claims()
          if (!own) throw new Error('no ID token')
          const wanted = [nameClaim, ...(roles ? [roles.claim] : [])]
          if (wanted.every((claim) => own[claim] !== undefined)) return own
          // Many providers put into the ID token only who it is, and tell the rest when asked.
          return { ...(await client.fetchUserInfo(config, tokens.access_token, own.sub)), ...own }
        })
        .catch((cause) => {
          throw new SignOnFailed(isAway(cause) ? 'away' : 'refused', cause)
        })
      return { name: nameIn(claims, nameClaim), roles: roles && rolesIn(claims[roles.claim], roles.given) }
    },
  }
}

type Claims = Readonly<Record<string, unknown>>

/** @throws {SignOnFailed} for claims that name nobody: an address that the provider has not verified may be anybody's. */
function nameIn(claims: Claims, nameClaim: string): string {
  const name = claims[nameClaim]
  if (typeof name !== 'string' || (nameClaim === 'email' && claims.email_verified !== true))
    throw new SignOnFailed('refused', new Error('no name'))
  return name.trim().toLowerCase()
}

function rolesIn(claim: unknown, given: ReadonlyMap<string, readonly Role[]>): readonly Role[] {
  const groups: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return [...new Set(groups.flatMap((group) => (typeof group === 'string' ? (given.get(group) ?? []) : [])))]
}

/** The network, not an answer, is what failed. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ['TimeoutError', 'AbortError'].includes(error.name) || error.message === 'fetch failed' || isAway(error.cause)
}
