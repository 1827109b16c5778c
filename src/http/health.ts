import type { FastifyInstance } from 'fastify'
import type { Queue } from '../queue/index.ts'
import type { Store } from '../store/index.ts'

/** `/health/live`: the process answers. `/health/ready`: database and files can be used; Redis is told of, but is not needed. */
export function healthRoutes(store: Store, queue: Queue): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.get('/health/live', async () => ({ status: 'ok' }))
    app.get('/health/ready', async (_request, reply) => {
      const works = (check: Promise<unknown>) =>
        check.then(
          () => 'ok' as const,
          () => 'unavailable' as const,
        )
      const [ledger, redis] = await Promise.all([works(store.check()), works(queue.counts())])
      return reply.status(ledger === 'ok' ? 200 : 503).send({ status: ledger, store: ledger, redis })
    })
  }
}
