import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { type ServerOptions, startServer } from '../../src/http/index.ts'
import { openLog, openQueue } from '../../src/queue/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { newDatabase } from '../fixtures/servers.ts'

export const redisUrl = inject('redisUrl')
const postgres = inject('postgresUrl')
process.env.IMR_LOG = 'silent'
export const TOKEN = 'a-token-that-nobody-guesses'
export const PASSWORD = 'a-password-like-that'

export const engines: readonly (readonly [string, () => Promise<string | undefined>])[] = [
  ['SQLite', async () => undefined],
  ...(postgres ? [['PostgreSQL', () => newDatabase(postgres)] as const] : []),
]

/** A server on what others may use, too: it ends with the test, before they do. */
export async function serverOn(
  { store, queue, data }: Pick<ServerOptions, 'store' | 'queue'> & { readonly data: string },
  given: Partial<ServerOptions> = {},
) {
  const server = await startServer({
    store,
    queue,
    log: openLog('test'),
    host: '127.0.0.1',
    port: 0,
    token: null,
    operatorPassword: null,
    spool: join(data, 'uploads'),
    ...given,
  })
  onTestFinished(() => server.stop())
  return server
}

export async function aServer(
  given: Partial<ServerOptions> & { databaseUrl?: string | undefined; redis?: string } = {},
) {
  const data = join(await testFolder(), 'data')
  const store = await openStore(
    { data, databaseUrl: given.databaseUrl },
    { passwordCost: 10, ...(given.now ? { now: given.now } : {}) },
  )
  const url = given.redis ?? redisUrl ?? ''
  const queue = openQueue({ url, prefix: `s${Math.random().toString(36).slice(2)}` })
  onTestFinished(async () => {
    await queue.close()
    await store.close()
  })
  const server = await serverOn({ store, queue, data }, given)
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, query = '') =>
    fetch(`${server.url}/documents${query}`, { method: 'POST', body, headers })
  return {
    server,
    store,
    queue,
    data,
    post,
    get: (path: string, headers = {}) => fetch(`${server.url}${path}`, { headers }),
  }
}

export const bytes = (text: string) => new Blob([`%PDF-1.4 ${text}`], { type: 'application/pdf' })

/** What the ledger holds in each state. */
export const inLedger = async (store: Awaited<ReturnType<typeof aServer>>['store']) => (await store.status()).documents
