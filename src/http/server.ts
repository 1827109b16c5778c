import { isIP } from 'node:net'
import cookie from '@fastify/cookie'
import multipart from '@fastify/multipart'
import Fastify, { type FastifyInstance } from 'fastify'
import { standardLimits } from '../extract/index.ts'
import type { Role } from '../model/index.ts'
import type { Logger, Queue } from '../queue/index.ts'
import { type Store, StoreUnavailable } from '../store/index.ts'
import { authenticator } from './api/authenticate.ts'
import { sendProblem } from './api/errors.ts'
import { hasTls, type Site } from './api/origin.ts'
import { builtPage, pageRoutes } from './api/page.ts'
import { notFound } from './api/problem.ts'
import { API, api } from './api/register.ts'
import { apiRoutes } from './api/routes.ts'
import { isLoopback } from './auth.ts'
import { linger, type Patience, standardPatience } from './body.ts'
import { documentRoutes } from './documents.ts'
import { type AccessGuard, oldGuard } from './guard.ts'
import { healthRoutes } from './health.ts'
import { listen, type RunningServer, ServerRefused } from './listen.ts'
import { metricsRoute } from './metrics.ts'
import { pageImages } from './page-images.ts'
import { keepPlaced } from './place-keeper.ts'
import { queueBoard } from './queue-board.ts'
import { keepSealed } from './seal-keeper.ts'
import { searchableCopies } from './searchable-copies.ts'
import { type SignOnOptions, signOnAt } from './sign-on.ts'
import { tellWebhook, type WebhookOptions } from './webhook.ts'

/** What reads uploads in the server's own process, as far as the server knows it. */
export type Reader = { readonly queue: Pick<Queue, 'wake'>; readonly check: () => Promise<unknown> }

export type ServerOptions = {
  readonly store: Store
  /** null: there is no Redis, and `reader` reads what comes in. */
  readonly queue: Queue | null
  /** What reads in this process what comes in. */
  readonly reader?: Reader
  readonly log: Logger
  readonly host: string
  readonly port: number
  /** The installation's own token for programs; null: it has none. */
  readonly token: string | null
  /** Opens the queue dashboard to the user `operator`; null: there is none. */
  readonly operatorPassword: string | null
  /** Size of one document, in bytes. */
  readonly maxBytes?: number
  /** Size of one request, in bytes. Default: four times that of a document. */
  readonly requestBytes?: number
  readonly patience?: Patience
  /** Where people reach it: `https://imr.example.org` with TLS in front, or `http://` and a loopback address. Default: where it listens. */
  readonly publicUrl?: string | null
  /** Addresses or networks (CIDR) of proxies whose word on who calls is believed (`X-Forwarded-For`). Default: with an https `publicUrl`, one on this machine. */
  readonly trustedProxies?: readonly string[]
  /** Whom anybody on this machine is taken for without signing in: for trying out, with samples alone. Default: nobody. */
  readonly local?: { readonly name: string; readonly roles: readonly Role[] } | null
  /** A session in which nothing was done for so long asks for the password again. Default: 15. */
  readonly idleMinutes?: number
  /** Where people sign in elsewhere, too; it needs `publicUrl`, where they come back to. Default: here alone. */
  readonly signOn?: SignOnOptions | null
  /** Another system that is told what changes; null: none is. */
  readonly webhook?: WebhookOptions | null
  /** Gives the time; default: the clock. */
  readonly now?: () => Date
  /** The folder with the review page as it was built; default: that of this build. */
  readonly page?: string
  /** Where uploads that must be looked at as a whole (archives) lie for the moment. */
  readonly spool: string
}

/** Characters of the secrets: shorter ones are guessed, those of a program sooner than those that a person types in. */
const LEAST_TOKEN = 16
const LEAST_PASSWORD = 12
const LEAST_SECRET = 24
/** When to ask again while the store is away (Retry-After), in seconds. It was waited for half a minute already. */
const AWAY_S = 30
/** How long somebody may look away before the page asks who is there, in minutes. */
const IDLE_MINUTES = 15
/** A request holds so many times the bytes of the largest document, and no more. */
const REQUEST_FILES = 4

/**
 * The HTTP face: uploads, what became of them, health, metrics, the queue dashboard. Nothing it logs or counts holds a file name
 * or a word of a document.
 * @throws {ServerRefused} when it would listen to strangers without a token or with one that is guessed, or the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, token, queue, reader } = options
  if (token === null && !isLoopback(host))
    throw new ServerRefused(
      `without a token everybody who reaches ${host} could read patients' records: set IMR_API_TOKEN, or listen on 127.0.0.1`,
    )
  for (const [name, secret, least] of [
    ['IMR_API_TOKEN', token, LEAST_TOKEN],
    ['IMR_OPERATOR_PASSWORD', options.operatorPassword, LEAST_PASSWORD],
  ] as const)
    if (secret !== null && secret.length < least)
      throw new ServerRefused(
        `${name} has fewer than ${least} characters and can be guessed: make one with openssl rand -hex 24`,
      )
  refuseWrongUrl(options.publicUrl ?? null)
  refuseWrongWebhook(options.webhook ?? null)
  const proxies = trustedProxies(options)
  const patience = options.patience ?? standardPatience
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: 1_000_000,
    forceCloseConnections: 'idle',
    // Anybody can send the headers in which a proxy tells who calls: they are believed of proxies that are named.
    trustProxy: proxies.length > 0 ? [...proxies] : false,
    requestTimeout: patience.requestMs,
    // A dead client would otherwise keep what it has begun to send until the next restart.
    http: { headersTimeout: patience.headersMs, connectionsCheckingInterval: Math.min(patience.headersMs, 30_000) },
  })
  const maxBytes = options.maxBytes ?? standardLimits.fileBytes
  const requestBytes = options.requestBytes ?? REQUEST_FILES * maxBytes
  await app.register(multipart, {
    throwFileSizeLimit: false,
    // One byte more than is taken: what is cut off there is seen to be too large.
    limits: { fileSize: maxBytes + 1, files: 1000, fields: 10 },
  })
  // Any other body is the document itself: streamed, never held in memory.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addHook('onResponse', async (request, reply) => {
    linger(request.raw)
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
    const isAway = error instanceof StoreUnavailable
    const status = isAway ? 503 : (error.statusCode ?? 500)
    if (status >= 500)
      options.log.error({ error: error.name, ...(isAway ? { code: error.code } : {}) }, 'request failed')
    if (isAway) reply.header('retry-after', AWAY_S)
    const message = status >= 500 ? 'the server could not do this: try again later' : error.message
    return reply.status(status).send({ error: message })
  })
  app.setNotFoundHandler((request, reply) =>
    request.url.startsWith(`${API}/`)
      ? sendProblem(reply, notFound('route'))
      : reply.status(404).send({ error: 'there is no such route' }),
  )
  await app.register(cookie)
  const site: Site = { origin: options.publicUrl ?? null, isPublic: !isLoopback(host) }
  const idleMs = (options.idleMinutes ?? IDLE_MINUTES) * 60_000
  // Behind a proxy everybody seems to be on this machine.
  const isAlone = isLoopback(host) && !hasTls(site)
  const doors = { store: options.store, site, idleMs, token, local: isAlone ? (options.local ?? null) : null }
  const authenticate = authenticator(doors)
  const guard: AccessGuard = (...access) => oldGuard({ isAlone: isAlone && token === null, site, authenticate, access })
  await app.register(
    healthRoutes([
      { name: 'store', needed: true, check: () => options.store.check() },
      // Without Redis nothing is lost: it only wakes the workers.
      ...(queue ? [{ name: 'redis', needed: false, check: () => queue.counts() }] : []),
      ...(reader ? [{ name: 'ocr', needed: true, check: () => reader.check() }] : []),
    ]),
  )
  await app.register(
    metricsRoute(
      options.store,
      queue, // It tells of no document: any token will do.
      guard('admin', 'read', 'export', 'write'),
    ),
  )
  await app.register(
    documentRoutes({
      ...options,
      queue: queue ?? reader?.queue ?? null,
      maxBytes,
      requestBytes,
      silenceMs: patience.silenceMs,
      guard,
    }),
  )
  const images = pageImages(options.store)
  app.addHook('onClose', () => images.stop())
  await app.register(
    api({
      context: {
        store: options.store,
        images,
        copies: searchableCopies(options.store),
        log: options.log,
        now: options.now ?? (() => new Date()),
        authenticate,
        site,
        signOn: options.signOn ? signOnAt(options.signOn) : null,
        idleMs,
      },
      routes: [...apiRoutes, ...pageRoutes(options.page ?? builtPage)],
    }),
  )
  if (options.operatorPassword !== null && queue) await app.register(queueBoard(queue, options.operatorPassword))
  let endSealing = async () => {}
  let endPlacing = async () => {}
  let endTelling = async () => {}
  app.addHook('onListen', async () => {
    endSealing = keepSealed(options.store, options.log)
    endPlacing = keepPlaced(options.store, options.log)
    if (options.webhook) endTelling = tellWebhook(options.store, options.webhook, options.log)
  })
  app.addHook('onClose', () => Promise.all([endSealing(), endPlacing(), endTelling()]))
  return listen(app, { host, port, remedy: 'choose another --port or --host' })
}

/** @throws {ServerRefused} for what is no address and no network. */
function trustedProxies({ trustedProxies: named, publicUrl }: ServerOptions): readonly string[] {
  if (named === undefined || named.length === 0) return publicUrl?.startsWith('https:') ? ['127.0.0.1', '::1'] : []
  for (const one of named) {
    const [address = '', bits, ...more] = one.split('/')
    const most = isIP(address) === 4 ? 32 : 128
    const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most)
    if (isIP(address) === 0 || !isNetwork || more.length > 0)
      throw new ServerRefused(
        `--trust-proxy ${one} is no address of a proxy: name it as 10.0.0.5, or its network as 10.0.0.0/24`,
      )
  }
  return named
}

/** @throws {ServerRefused} for an address to which what changed would go in the clear, and a secret that is guessed. */
function refuseWrongWebhook(webhook: WebhookOptions | null): void {
  if (webhook === null) return
  const at = URL.canParse(webhook.url) ? new URL(webhook.url) : null
  const isSafe =
    at?.protocol === 'https:' || (at?.protocol === 'http:' && isLoopback(at.hostname.replace(/^\[|\]$/g, '')))
  if (!isSafe) throw new ServerRefused('--webhook must be an https address, or http on the loopback address')
  if (webhook.secret.length < LEAST_SECRET)
    throw new ServerRefused(
      `IMR_WEBHOOK_SECRET has fewer than ${LEAST_SECRET} characters and can be guessed: make one with openssl rand -hex 24`,
    )
}

/** @throws {ServerRefused} for an address that passwords would be sent to in the clear. */
function refuseWrongUrl(url: string | null): void {
  if (url === null) return
  const at = URL.canParse(url) ? new URL(url) : null
  const isSafe =
    at?.protocol === 'https:' || (at?.protocol === 'http:' && isLoopback(at.hostname.replace(/^\[|\]$/g, '')))
  if (!isSafe || at?.origin !== url)
    throw new ServerRefused(
      `--url ${url} is not where people could sign in safely: name an https address without a path (https://imr.example.org), or http://127.0.0.1:PORT`,
    )
}
