import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { Logger } from '../../queue/index.ts'
import { BUSY_S, PasswordsBusy, PeopleRefused, StoreRefused, StoreUnavailable } from '../../store/index.ts'
import { PROBLEM_TYPE, Problem } from './problem.ts'

/** When to ask again while the store is away (Retry-After), in seconds. It was waited for half a minute already. */
const AWAY_S = '30'

/** Answers what was thrown under a route; what is nobody's fault but ours is logged, by its name alone. */
export function answerErrors(
  log: Logger,
): (error: Error, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, _request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500) log.error({ error: error.name, code: problem.code }, 'request failed')
    return sendProblem(reply, problem)
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .headers(problem.extra.headers ?? {})
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem.body))
}

const peopleStatus: Readonly<Partial<Record<PeopleRefused['code'], number>>> = {
  'no-such-user': 404,
  'name-taken': 409,
  'last-admin': 409,
  'second-factor-set': 409,
}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error)
  if (error instanceof PeopleRefused) return new Problem(peopleStatus[error.code] ?? 422, error.code, error.message)
  if (error instanceof PasswordsBusy)
    return new Problem(503, 'busy', error.message, { headers: { 'retry-after': String(BUSY_S) } })
  if (error instanceof StoreUnavailable)
    return new Problem(503, 'store-away', 'the store cannot be used just now: try again later', {
      headers: { 'retry-after': AWAY_S },
    })
  if (error instanceof StoreRefused)
    return new Problem(422, 'not-storable', 'the store does not take this: shorten or mend what was sent')
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  if (status === 429) return new Problem(429, 'too-often', 'too many tries: wait a minute')
  // Fastify's own words about a request that it could not take.
  if (status >= 400 && status < 500) return new Problem(status, 'bad-request', error.message)
  return new Problem(500, 'failed', 'the server could not do this: try again later')
}

type Validation = {
  readonly validation: readonly { readonly instancePath?: string; readonly message?: string | undefined }[]
  readonly validationContext?: string | undefined
}

function invalid({ validation, validationContext = 'request' }: Validation): Problem {
  const errors = validation.map(({ instancePath = '', message = 'is wrong' }) => ({
    place: `${validationContext}${instancePath}`,
    message,
  }))
  const [first] = errors
  return new Problem(400, 'invalid', first ? `${first.place}: ${first.message}` : 'the request is wrong', {
    more: { errors },
  })
}
