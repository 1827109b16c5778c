import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Role } from '../../model/index.ts'
import type { ApiContext } from './context.ts'
import type { Scope, Who } from './who.ts'

/** Who may call a route: people by their roles, programs by the scopes of their tokens; `anyone`: also who is not signed in. */
export type Access = 'anyone' | readonly (Role | Scope)[]

/** An answer that is no JSON: its media type, and what it is. */
export type Media = { readonly media: string; readonly description: string }

/** What an answer holds, by status; null: nothing. */
export type Answers = Readonly<Record<number, z.ZodType | Media | null>>

type Schema = z.ZodType
type Given<S> = S extends Schema ? z.output<S> : undefined

/** One request of somebody who may make it, its parts in the shape of the route's schemas. */
export type Call<P, Q, B, H, W = Who> = {
  readonly who: W
  readonly params: Given<P>
  readonly query: Given<Q>
  readonly body: Given<B>
  readonly headers: Given<H>
  readonly context: ApiContext
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Described<P, Q, B, H> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`: `/cases/:id`. */
  readonly path: string
  /** One sentence, for the API's own description. */
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly headers?: H
  readonly answers: Answers
  /** What the audit trail says of a call that was answered well: what was done, and to what (a letter's id, a document's sha256, `all`). */
  readonly notes?: {
    readonly action: 'seen' | 'exported'
    readonly subject: (call: { readonly params: Given<P>; readonly query: Given<Q> }) => string
    /** A word on it: a format. Never of a document. */
    readonly detail?: (call: { readonly params: Given<P>; readonly query: Given<Q> }) => string
  }
  /** Most calls from one address in a minute, where trying often is an attack. */
  readonly perMinute?: number
  /** The path is that of the server, not below `/api/v1`: pages that people look at. */
  readonly outside?: boolean
}

/**
 * What a route does. It gives the body of the answer, under the lowest status that its answers name unless it set another; text under
 * `reply.type('application/json')` goes out as it is; a {@link Problem} is thrown.
 */
type Handle<P, Q, B, H, W> = (call: Call<P, Q, B, H, W>) => Promise<unknown>

/** A route as it is registered. */
export type AnyRoute = Described<Schema, Schema, Schema, Schema> & {
  readonly roles: Access
  readonly handle: (call: Call<Schema, Schema, Schema, Schema, Who | null>) => Promise<unknown>
}

/** A route for those who have one of its roles, or a token with one of its scopes. */
export function route<P = undefined, Q = undefined, B = undefined, H = undefined>(
  described: Described<P, Q, B, H> & {
    readonly roles: readonly (Role | Scope)[]
    readonly handle: Handle<P, Q, B, H, Who>
  },
): AnyRoute {
  return described as unknown as AnyRoute
}

/** A route for everybody, signed in or not. */
export function openRoute<P = undefined, Q = undefined, B = undefined, H = undefined>(
  described: Described<P, Q, B, H> & { readonly handle: Handle<P, Q, B, H, Who | null> },
): AnyRoute {
  return { ...described, roles: 'anyone' } as unknown as AnyRoute
}
