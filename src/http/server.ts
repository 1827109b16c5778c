import multipart from '@fastify/multipart'
import Fastify, { type FastifyInstance } from 'fastify'
import { standardLimits } from '../extract/index.ts'
import type { Logger, Queue } from '../queue/index.ts'
import type { Store } from '../store/index.ts'
import { apiToken, isLoopback } from './auth.ts'
import { documentRoutes } from './documents.ts'
import { healthRoutes } from './health.ts'
import { listen, type RunningServer, ServerRefused } from './listen.ts'
import { metricsRoute } from './metrics.ts'
import { queueBoard } from './queue-board.ts'

export type ServerOptions = {
  readonly store: Store
  readonly queue: Queue
  readonly log: Logger
  readonly host: string
  readonly port: number
  /** Who calls the API shows this; null: only programs on this machine may call. */
  readonly token: string | null
  /** Opens the queue dashboard to the user `operator`; null: there is none. */
  readonly operatorPassword: string | null
  /** Size of one document, in bytes. */
  readonly maxBytes?: number
  /** Where uploads that must be looked at as a whole (archives) lie for the moment. */
  readonly spool: string
}

/**
 * The HTTP face: uploads, what became of them, health, metrics, the queue dashboard. Nothing it logs or counts holds a file name
 * or a word of a document.
 * @throws {ServerRefused} when it would listen to strangers without a token, or the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, token } = options
  if (token === null && !isLoopback(host))
    throw new ServerRefused(
      `without a token everybody who reaches ${host} could read patients' records: set IMR_API_TOKEN, or listen on 127.0.0.1`,
    )
  const app: FastifyInstance = Fastify({ logger: false, bodyLimit: 1_000_000, forceCloseConnections: 'idle' })
  const maxBytes = options.maxBytes ?? standardLimits.fileBytes
  await app.register(multipart, { limits: { fileSize: maxBytes, files: 1000, fields: 10 } })
  // Any other body is the document itself: streamed, never held in memory.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addHook('onResponse', async (request, reply) => {
    options.log.info(
      {
        method: request.method,
        // The pattern, not the address: an address may name what it likes.
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) options.log.error({ error: error.name }, 'request failed')
    const message = status >= 500 ? 'the server could not do this: try again later' : error.message
    return reply.status(status).send({ error: message })
  })
  const guard = apiToken(token)
  await app.register(
    healthRoutes([
      { name: 'store', needed: true, check: () => options.store.check() },
      // Without Redis nothing is lost: it only wakes the workers.
      { name: 'redis', needed: false, check: () => options.queue.counts() },
    ]),
  )
  await app.register(metricsRoute(options.store, options.queue, guard))
  await app.register(documentRoutes({ ...options, maxBytes, guard }))
  if (options.operatorPassword !== null) await app.register(queueBoard(options.queue, options.operatorPassword))
  return listen(app, { host, port, remedy: 'choose another --port or --host' })
}
