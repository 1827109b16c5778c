import type { FastifyInstance } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import type { Queue } from '../queue/index.ts'
import type { Store } from '../store/index.ts'
import type { Guard } from './guard.ts'
import { WEBHOOK } from './webhook.ts'

/** `/metrics`: how ledger and queue stand at this moment, for the whole installation. Each worker tells of its own work itself. */
export function metricsRoute(store: Store, queue: Queue | null, guard: Guard): (app: FastifyInstance) => Promise<void> {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
  const documents = gauge('imr_documents', 'Documents by state', ['state'])
  const held = gauge('imr_backlog_held', 'Backlog that waits for a schedule')
  const failures = gauge('imr_documents_failed', 'Failed documents by cause', ['cause'])
  const cases = gauge('imr_cases', 'Cases stored')
  const needReview = gauge('imr_cases_to_review', 'Cases that need a review')
  const pages = gauge('imr_pages', 'Pages of all documents')
  const pace = gauge('imr_pages_per_minute', 'Pages finished a minute, over the last ten minutes')
  const oldest = gauge('imr_oldest_waiting_seconds', 'Age of the oldest document that is neither done nor failed')
  const behind = gauge('imr_webhook_behind', 'Rows of the audit trail that the webhook was not told of yet')
  const refused = gauge('imr_webhook_attempts', 'How often the delivery in hand was not taken')
  const ofQueue = queue && {
    queue,
    jobs: gauge('imr_queue_jobs', 'Jobs in the queue', ['stage', 'state']),
    redisUp: gauge('imr_redis_up', '1 while Redis answers'),
  }

  return async (app) => {
    app.get('/metrics', { onRequest: guard }, async (_request, reply) => {
      const status = await store.status({ named: 0 })
      for (const [state, count] of Object.entries(status.documents)) documents.set({ state }, count)
      held.set(status.held)
      failures.reset()
      for (const { cause, count } of status.failures) failures.set({ cause }, count)
      cases.set(status.cases)
      needReview.set(status.needReview)
      pages.set(status.pages)
      pace.set(status.lately.pages / status.lately.minutes)
      oldest.set(status.oldestWaiting ? (Date.now() - Date.parse(status.oldestWaiting)) / 1000 : 0)
      const webhook = await store.telling(WEBHOOK)
      behind.set(webhook?.behind ?? 0)
      refused.set(webhook?.attempts ?? 0)
      if (ofQueue) await lookAt(ofQueue)
      return reply.type(registry.contentType).send(await registry.metrics())
    })
  }
}

async function lookAt({
  queue,
  jobs,
  redisUp,
}: {
  readonly queue: Queue
  readonly jobs: Gauge
  readonly redisUp: Gauge
}): Promise<void> {
  try {
    for (const [stage, counts] of Object.entries(await queue.counts()))
      for (const [state, count] of Object.entries(counts)) jobs.set({ stage, state }, count)
    redisUp.set(1)
  } catch {
    jobs.reset()
    redisUp.set(0)
  }
}
