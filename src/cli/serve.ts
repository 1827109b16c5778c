import { Command, InvalidArgumentError, Option } from 'commander'
import { openNamedStore } from './environment.ts'
import { type Serving, serveStore } from './serving.ts'
import { dataOption, engineOptions, positiveInteger } from './usage.ts'

export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'the review page and the HTTP API: uploads, results, health, metrics; without Redis it reads uploads itself',
    )
    .addOption(dataOption())
  for (const option of servingOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      `
Without REDIS_URL this process reads what is uploaded, as imr run does. With it, workers do (imr worker).

Environment: REDIS_URL, DATABASE_URL, IMR_FILES; IMR_API_TOKEN (good for all that programs call, 16 characters or more; needed
to listen on anything but the loopback address), IMR_OPERATOR_PASSWORD (12 or more; opens the dashboard of the queue at /queues to the
user "operator"), IMR_OIDC_* (people sign in by the organisation's own accounts: docs/people.md). Answers tell of each file; docs/operations.md says what they mean.

Ctrl-C or SIGTERM: takes no more, ends what is in hand within --grace, gives back the rest: the next one goes on with it.

Examples:
  imr serve
  imr tokens add scanner --scope write > scanner.token
  curl --data-binary @letter.pdf -H 'Idempotency-Key: 4711' -H "Authorization: Bearer $(cat scanner.token)" http://127.0.0.1:8080/documents`,
    )
    .action(async (options: Serving) => {
      const store = await openNamedStore(options.data)
      try {
        await serveStore(store, options, async (url) => {
          process.stdout.write(`${url}\n`)
          if (!(await store.hasUsers()))
            process.stderr.write(
              'nobody can sign in yet: imr users add NAME --role admin reviewer makes the first user (imr demo makes some, over samples)\n',
            )
        })
      } finally {
        await store.close()
      }
    })
}

/** What `imr serve` and `imr demo` have in common. */
export function servingOptions(): readonly Option[] {
  return [
    new Option('--host <address>', 'address to listen on').default('127.0.0.1'),
    new Option('--port <n>', 'port to listen on; 0: any free one').argParser(port).default(8080),
    new Option(
      '--url <url>',
      'where people reach it: https://imr.example.org with TLS in front, or http://127.0.0.1:PORT; without it they sign in at the loopback address only',
    ).env('IMR_URL'),
    new Option(
      '--trust-proxy <addresses>',
      'proxies, by address or network, separated by commas, that are believed who calls (X-Forwarded-For); with an https --url one on this machine is',
    )
      .env('IMR_TRUST_PROXY')
      .argParser((text) => text.split(',').flatMap((one) => one.trim() || [])),
    new Option(
      '--webhook <url>',
      'another system that is told what changes, by ids alone, signed by IMR_WEBHOOK_SECRET (docs/exports.md); without it nobody is',
    ).env('IMR_WEBHOOK'),
    new Option('--idle-minutes <n>', 'a session with nobody at the keys for so long asks for the password again')
      .argParser(positiveInteger)
      .default(15),
    ...engineOptions(),
    new Option('--grace <seconds>', 'when it is to end, without Redis: how long documents in hand may take')
      .argParser(positiveInteger)
      .default(30),
  ]
}

function port(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new InvalidArgumentError('It must be a port.')
  return number
}
