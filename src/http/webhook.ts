import { createHmac } from 'node:crypto'
import type { Logger } from '../queue/index.ts'
import type { Store, Telling } from '../store/index.ts'

export type WebhookOptions = {
  /** Where deliveries are posted to: https, or http on the loopback address. */
  readonly url: string
  /** What they are signed by. */
  readonly secret: string
}

/** By this name the store knows how far it was told. */
export const WEBHOOK = 'webhook'
/** How often it is looked whether anything changed, in milliseconds. */
const LOOK_MS = 2_000
/** How long an answer is waited for, and how long a delivery is one process's. */
const ANSWER_MS = 15_000
const LEASE_MS = 60_000
/** Rows of the trail that one delivery may be about. */
const MOST = 500
/** The wait after a delivery that was not taken: twice the one before, up to a quarter of an hour; it is never given up. */
const FIRST_MS = 1_000
const LONGEST_MS = 900_000

/** By Standard Webhooks (v1): HMAC-SHA256 over `id.timestamp.body`, in base64. */
export const signatureOf = (
  secret: string,
  { id, timestamp, body }: Readonly<Record<'id' | 'timestamp' | 'body', string>>,
) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`

/**
 * Tells another system what changed, as it changes and in its order; a delivery that is not taken comes again under the same id, and what comes behind it waits. Gives
 * what ends it.
 */
export function tellWebhook(
  store: Pick<Store, keyof Telling>,
  { url, secret }: WebhookOptions,
  log: Logger,
  { lookMs = LOOK_MS, firstMs = FIRST_MS }: { readonly lookMs?: number; readonly firstMs?: number } = {},
): () => Promise<void> {
  const stop = new AbortController()
  let tries = 0

  /** Whether there may be more to tell at once. */
  async function tellNext(): Promise<boolean> {
    const delivery = await store.takeDelivery(WEBHOOK, { ms: LEASE_MS, most: MOST })
    if (!delivery) return false
    const { id, events } = delivery
    const trouble = await posted(id, JSON.stringify({ id, events }))
    if (trouble === null) {
      tries = 0
      await store.delivered(WEBHOOK, delivery)
      return true
    }
    const ms = Math.min(LONGEST_MS, firstMs * 2 ** tries++)
    log.warn({ trouble, tries, againInMs: ms }, 'the webhook did not take what changed: it is told again')
    await store.undelivered(WEBHOOK, delivery, { ms, trouble })
    return false
  }

  /** null: it was taken. Else a status, or the name of an error. */
  async function posted(id: string, body: string): Promise<string | null> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        // Nobody may send it on to where nobody asked for it.
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), stop.signal]),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signatureOf(secret, { id, timestamp, body }),
        },
      })
      await answer.body?.cancel()
      return answer.ok ? null : String(answer.status)
    } catch (error) {
      return error instanceof Error ? error.name : 'error'
    }
  }

  async function look(): Promise<void> {
    try {
      while (!stop.signal.aborted && (await tellNext()));
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : 'error' }, 'the webhook could not be told')
    }
  }

  let going = look()
  let isLooking = true
  const looked = () => {
    isLooking = false
  }
  going.then(looked)
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    going = look()
    going.then(looked)
  }, lookMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    stop.abort()
    await going
  }
}
