import { once } from 'node:events'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ServerRefused, startServer } from '../http/index.ts'
import { openLog, openQueue } from '../queue/index.ts'
import { openNamedStore, queueOptions } from './environment.ts'
import { dataOption, positiveInteger, UsageError } from './usage.ts'

type Options = {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly url?: string
  readonly idleMinutes: number
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('the HTTP API: uploads, results, health, metrics, queue dashboard')
    .addOption(dataOption())
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0: any free one', port, 8080)
    .addOption(
      new Option(
        '--url <url>',
        'where people reach it: https://imr.example.org with TLS in front, or http://127.0.0.1:PORT; without it they sign in at the loopback address only',
      ).env('IMR_URL'),
    )
    .option(
      '--idle-minutes <n>',
      'a session with nobody at the keys for so long asks for the password again',
      positiveInteger,
      15,
    )
    .addHelpText(
      'after',
      `
Environment: REDIS_URL (needed), DATABASE_URL, IMR_FILES; IMR_API_TOKEN (callers show it, 16 characters or more; needed to
listen on anything but the loopback address), IMR_OPERATOR_PASSWORD (12 or more; opens the dashboard at /queues to the user
"operator"). Answers tell of each file; docs/operations.md says what they mean.

Examples:
  imr serve
  curl --data-binary @letter.pdf -H 'Idempotency-Key: 4711' http://127.0.0.1:8080/documents
  curl http://127.0.0.1:8080/metrics`,
    )
    .action(serve)
}

function port(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new InvalidArgumentError('It must be a port.')
  return number
}

async function serve({ data, host, port: at, url, idleMinutes }: Options): Promise<void> {
  const redis = queueOptions()
  const log = openLog('imr-serve')
  const store = await openNamedStore(data)
  const queue = openQueue(redis)
  try {
    const server = await startServer({
      store,
      queue,
      log,
      host,
      port: at,
      token: process.env.IMR_API_TOKEN || null,
      operatorPassword: process.env.IMR_OPERATOR_PASSWORD || null,
      spool: join(data, 'uploads'),
      publicUrl: url ?? null,
      idleMinutes,
    })
    process.stdout.write(`${server.url}\n`)
    log.info('listening')
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    await server.stop()
    log.info('stopped')
  } catch (error) {
    if (error instanceof ServerRefused) throw new UsageError(error.message)
    throw error
  } finally {
    await queue.close()
    await store.close()
  }
}
