import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** Something a process works with: `check` rejects while it cannot be used. What is not `needed` is told of, no more. */
export type ReadyCheck = {
  readonly name: string
  readonly needed: boolean
  readonly check: () => Promise<unknown>
}

/** How long what was found is told again, in milliseconds: whoever asks needs no token, and each look asks database and files. */
const FRESH_MS = 1_000

/** What has not answered by then cannot be used, in milliseconds: shorter than whoever asks is wont to wait. */
const ANSWER_MS = 4_000

/** `/health/live`: the process answers. `/health/ready`: all that it needs can be used (200, else 503), and how each stands. */
export function healthRoutes(checks: readonly ReadyCheck[]): (app: FastifyInstance) => Promise<void> {
  const look = freshFor(FRESH_MS, () =>
    Promise.all(
      checks.map(async ({ name, needed, check }) => {
        const answered = check().then(
          () => true,
          () => false,
        )
        const works = await Promise.race([answered, sleep(ANSWER_MS, false, { ref: false })])
        return { name, works, needed }
      }),
    ),
  )
  return async (app) => {
    app.get('/health/live', async () => ({ status: 'ok' }))
    app.get('/health/ready', async (_request, reply) => {
      const found = await look()
      const isReady = found.every(({ works, needed }) => works || !needed)
      const told = Object.fromEntries(found.map(({ name, works }) => [name, works ? 'ok' : 'unavailable']))
      return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable', ...told })
    })
  }
}

/** Asks once for all who ask within that time. */
function freshFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly at: number } | null = null
  return () => {
    if (last === null || performance.now() - last.at >= ms) last = { answer: ask(), at: performance.now() }
    return last.answer
  }
}
