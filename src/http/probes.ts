import Fastify from 'fastify'
import type { Registry } from 'prom-client'
import { healthRoutes, type ReadyCheck } from './health.ts'
import { listen, type RunningServer } from './listen.ts'

export type ProbesOptions = {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  readonly checks: readonly ReadyCheck[]
}

/**
 * What a worker shows of itself: `/metrics`, `/health/live` and `/health/ready`. Nothing of a document is in it.
 * @throws {ServerRefused} when the port is taken.
 */
export async function startProbes({ host, port, registry, checks }: ProbesOptions): Promise<RunningServer> {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  await app.register(healthRoutes(checks))
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  return listen(app, { host, port, remedy: 'choose another address for --metrics' })
}
