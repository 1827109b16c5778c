import { z } from 'zod'

/** What an error answers, by RFC 9457. `code` is stable and what programs go by; `detail` says what to do. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    /** What is wrong with the request, each with its place in it. */
    errors: z.array(z.object({ place: z.string(), message: z.string() })).optional(),
  })
  .loose()
  .meta({ id: 'Problem' })

export const PROBLEM_TYPE = 'application/problem+json'

/** What the statuses are called (RFC 9110, section 15). */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  423: 'Locked',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export type Extra = {
  readonly headers?: Readonly<Record<string, string>>
  readonly more?: Readonly<Record<string, unknown>>
}

/**
 * A request that cannot be done, for a reason its sender can do something about: throw it anywhere under a route. `code` is a word of the API
 * (`wrong-revision`), `message` tells what to do and holds nothing that the caller may not see, `more` goes into the answer beside them.
 */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: Extra = {},
  ) {
    super(message)
  }

  /** The body of the answer. */
  get body(): object {
    const { status, code, message, extra } = this
    const title = titles[status] ?? 'Error'
    return { type: `urn:imr:problem:${code}`, title, status, code, detail: message, ...extra.more }
  }
}

/** The answer for what is not there and for what the caller may not see: the two are not told apart. */
export const notFound = (what: string): Problem => new Problem(404, 'not-found', `there is no such ${what}`)
