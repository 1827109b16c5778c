import { once } from 'node:events'
import { join } from 'node:path'
import { startReaderAlone } from '../../workers/reader-alone.ts'
import { type EngineChoice, OcrFailure } from '../extract/index.ts'
import { ServerRefused, startServer } from '../http/index.ts'
import { openLog, openQueue } from '../queue/index.ts'
import type { Store } from '../store/index.ts'
import { queueOptions } from './environment.ts'
import { signOnOptions } from './sign-on.ts'
import { UsageError } from './usage.ts'

export type Serving = {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly url?: string
  readonly trustProxy?: readonly string[]
  readonly webhook?: string
  readonly idleMinutes: number
  readonly engine: EngineChoice
  readonly jobs?: number
  readonly grace: number
}

/**
 * Serves a store until SIGINT or SIGTERM, and closes it. With $REDIS_URL the workers read what comes in; without, this process does. `begun` hears of the address.
 * @throws {UsageError} for what the server refuses, and when no pages can be read here.
 */
export async function serveStore(
  store: Store,
  { data, host, port, url, trustProxy = [], webhook, idleMinutes, engine, jobs, grace }: Serving,
  begun: (url: string) => Promise<void>,
): Promise<void> {
  const signOn = signOnOptions(process.env, url)
  const log = openLog('imr-serve')
  const queue = process.env.REDIS_URL ? openQueue(queueOptions()) : null
  const reader = queue ? undefined : await startReaderAlone({ store, log, engine, jobs }).catch(refusal)
  try {
    const server = await startServer({
      store,
      queue,
      ...(reader ? { reader } : {}),
      log,
      host,
      port,
      token: process.env.IMR_API_TOKEN || null,
      operatorPassword: process.env.IMR_OPERATOR_PASSWORD || null,
      spool: join(data, 'uploads'),
      publicUrl: url ?? null,
      trustedProxies: trustProxy,
      webhook: webhook ? { url: webhook, secret: process.env.IMR_WEBHOOK_SECRET ?? '' } : null,
      signOn,
      idleMinutes,
    })
    await begun(server.url)
    log.info({ reads: reader !== undefined }, 'listening')
    const replaced = reader ? [once(reader.replaced, 'abort')] : []
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), ...replaced])
    log.info('stopping')
    process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
    await server.stop()
    await reader?.stop(grace * 1000)
    log.info('stopped')
    if (reader?.replaced.aborted)
      throw new Error(
        'another version was put in the place of this program while it ran: start it again; nothing is lost',
      )
  } catch (error) {
    await reader?.stop(0)
    return refusal(error)
  } finally {
    await queue?.close()
  }
}

function refusal(error: unknown): never {
  if (error instanceof ServerRefused || error instanceof OcrFailure) throw new UsageError(error.message)
  throw error
}
