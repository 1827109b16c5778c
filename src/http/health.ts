import type { FastifyInstance } from 'fastify'

/** Something a process works with: `check` rejects while it cannot be used. What is not `needed` is told of, no more. */
export type ReadyCheck = {
  readonly name: string
  readonly needed: boolean
  readonly check: () => Promise<unknown>
}

/** `/health/live`: the process answers. `/health/ready`: all that it needs can be used (200, else 503), and how each stands. */
export function healthRoutes(checks: readonly ReadyCheck[]): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.get('/health/live', async () => ({ status: 'ok' }))
    app.get('/health/ready', async (_request, reply) => {
      const found = await Promise.all(
        checks.map(async ({ name, needed, check }) => {
          const works = await check().then(
            () => true,
            () => false,
          )
          return { name, works, needed }
        }),
      )
      const isReady = found.every(({ works, needed }) => works || !needed)
      const told = Object.fromEntries(found.map(({ name, works }) => [name, works ? 'ok' : 'unavailable']))
      return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable', ...told })
    })
  }
}
