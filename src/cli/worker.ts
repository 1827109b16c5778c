import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Command } from 'commander'
import { Registry } from 'prom-client'
import { type EngineChoice, openEngine, readPart } from '../extract/index.ts'
import { loadGuidelines } from '../guidelines.ts'
import { listInputs, takeIn } from '../intake/index.ts'
import { decideCase } from '../pipeline.ts'
import {
  observe,
  openLog,
  openQueue,
  standardWorkLimits,
  startReconciler,
  startWorker,
  workerMetrics,
} from '../queue/index.ts'
import { startScheduler } from '../queue/schedule/index.ts'
import { version } from '../version.ts'
import { openNamedStore, queueOptions } from './environment.ts'
import { dataOption, engineOptions, positiveInteger, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly engine: EngineChoice
  readonly jobs?: number
  readonly documents?: number
  readonly grace: number
  readonly metrics?: string
}

export function workerCommand(): Command {
  const command = new Command('worker')
    .description('queue workers (BullMQ on $REDIS_URL, results in $DATABASE_URL)')
    .addOption(dataOption())
  for (const option of engineOptions()) command.addOption(option)
  return command
    .option('--documents <n>', 'documents in hand at once (default: OCR processes + 1)', positiveInteger)
    .option('--grace <seconds>', 'when it is to end: how long documents in hand may take', positiveInteger, 30)
    .option('--metrics <[host:]port>', 'serve /metrics, /health/live and /health/ready there (host: 127.0.0.1)')
    .addHelpText(
      'after',
      `
Environment: REDIS_URL (needed), DATABASE_URL (PostgreSQL; default: a file in --data), IMR_FILES (s3://bucket/prefix or a
shared folder), IMR_QUEUE_PREFIX, IMR_LOG (debug, info, warn, error). docs/operations.md tells more.

Ctrl-C or SIGTERM: takes no more, ends what is in hand within --grace, gives back the rest. A second one ends it at once:
nothing is lost then either, another worker takes over.

Examples:
  REDIS_URL=redis://127.0.0.1:6379 imr worker
  imr worker --jobs 4 --metrics 9464`,
    )
    .action(work)
}

async function work(options: Options): Promise<void> {
  const redis = queueOptions()
  const address = options.metrics === undefined ? null : addressOf(options.metrics)
  const log = openLog('imr-worker')
  const registry = new Registry()
  const observer = observe(log, workerMetrics(registry))
  const guidelines = loadGuidelines()
  const store = await openNamedStore(options.data)
  const engine = await openEngine(options.engine, options.jobs === undefined ? {} : { jobs: options.jobs })
  const queue = openQueue(redis)
  const worker = startWorker({
    redis,
    documents: options.documents ?? engine.concurrency + 1,
    store,
    queue,
    observer,
    read: (file, { signal, pages, maxPages }) =>
      readPart(file, { engine, signal, ...(pages ? { pages } : {}), ...(maxPages ? { maxPages } : {}) }),
    decide: (record) => decideCase(record, guidelines),
    reader: `imr ${version}, ${engine.name} ${engine.version}`,
    limits: standardWorkLimits,
  })
  const reconciler = startReconciler({ store, queue, observer, prefix: redis.prefix })
  const scheduler = startScheduler({
    store,
    queue,
    observer,
    takeIn: async (folders, signal) => {
      const { inputs } = await listInputs(folders, { archives: true })
      for (const input of inputs) {
        if (signal.aborted) return
        // Hurry would be no use: the documents wait in the ledger until the schedule lets them go.
        for await (const _ of takeIn(input, { store, queue: null, urgency: 'backlog' }));
      }
    },
  })
  const server = address ? await serveMetrics(address, registry, () => store.check()) : null
  log.info({ version, engine: engine.name, jobs: engine.concurrency }, 'started')

  const asked = await signalled()
  log.info({ signal: asked, graceSeconds: options.grace }, 'stopping')
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
  await Promise.all([worker.stop(options.grace * 1000), scheduler.stop()])
  await reconciler.stop()
  await queue.close()
  await engine.close()
  await store.close()
  server?.close()
  server?.closeAllConnections()
  log.info('stopped')
}

function signalled(): Promise<NodeJS.Signals> {
  return Promise.race(
    (['SIGINT', 'SIGTERM'] as const).map((signal) => once(process, signal).then(() => signal as NodeJS.Signals)),
  )
}

/** @throws {UsageError} for what is no port. */
function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d+)$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535)
    throw new UsageError(`--metrics ${text} is no port: write 9464 or 0.0.0.0:9464`)
  return { host, port: Number(port) }
}

async function serveMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  registry: Registry,
  ready: () => Promise<void>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, text: string, type = 'text/plain') =>
      response.writeHead(status, { 'content-type': type }).end(text)
    if (request.url === '/metrics') answer(200, await registry.metrics(), registry.contentType)
    else if (request.url === '/health/live') answer(200, 'ok\n')
    else if (request.url === '/health/ready')
      await ready().then(
        () => answer(200, 'ok\n'),
        () => answer(503, 'database or files cannot be used\n'),
      )
    else answer(404, 'not found\n')
  })
  server.listen(port, host)
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => {
      throw new UsageError(`--metrics ${host}:${port} cannot be used (${error.code}): choose another port`)
    }),
  ])
  return server
}
