import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** How long a client is listened to. */
export type Patience = {
  /** How long no byte of a body may come while one is waited for, in milliseconds. */
  readonly silenceMs: number
  /** How long a request may take to come, from its first byte to its last, in milliseconds. */
  readonly requestMs: number
  /** How long its headers may take, in milliseconds. */
  readonly headersMs: number
}

/** 500 MB in an hour are some 140 kB a second: less than any line that a scanner hangs on. */
export const standardPatience: Patience = { silenceMs: 60_000, requestMs: 3_600_000, headersMs: 30_000 }

/** No byte came for too long: the client is dead, or means to hold what it has. */
export class SilentClient extends Error {
  readonly statusCode = 408
}

/** The request as a whole is larger than is taken. */
export class RequestTooLarge extends Error {
  readonly statusCode = 413
}

/**
 * What comes from a client, bit by bit. Whoever stops listening leaves the rest where it is: the connection is still needed, for
 * the answer and for what follows.
 * @throws {SilentClient}; what `signal` was aborted with, once it is.
 */
export async function* attentively<T>(
  source: AsyncIterable<T>,
  { silenceMs, signal }: { readonly silenceMs: number; readonly signal: AbortSignal },
): AsyncGenerator<T> {
  const parts = (isReadable(source) ? source.iterator({ destroyOnReturn: false }) : source)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const part: IteratorResult<T> = await withinEarshot(parts.next(), silenceMs, signal)
      if (part.done) return
      yield part.value
    }
  } finally {
    // Not waited for: of a client that is silent it may never come.
    parts.return?.().catch(() => {})
  }
}

const isReadable = (source: object): source is Readable => 'iterator' in source

function withinEarshot<T>(next: Promise<T>, silenceMs: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      finish()
    }
    const stop = () => end(() => reject(signal.reason))
    const timer = setTimeout(
      () => end(() => reject(new SilentClient('nothing came for too long: send it again'))),
      silenceMs,
    )
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    next.then(
      (value) => end(() => resolve(value)),
      (error) => end(() => reject(error)),
    )
  })
}

/** How much of what nobody wants is read and thrown away, in bytes, and for how long, in milliseconds. */
const LINGER_BYTES = 16_000_000
const LINGER_MS = 5_000
const LOOK_MS = 25

/**
 * After an answer that did not wait for the whole body: lets some more of it come, so that the client gets to the answer, and ends
 * the connection of one that goes on and on.
 */
export function linger(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  const { socket } = request
  const [start, since] = [socket.bytesRead, performance.now()]
  // Node throws away what nobody reads, and tells nobody how much.
  const look = setInterval(() => {
    const isOver = request.complete || request.destroyed
    const isTooMuch = socket.bytesRead - start > LINGER_BYTES || performance.now() - since > LINGER_MS
    if (isOver || isTooMuch) clearInterval(look)
    if (isTooMuch && !isOver) request.destroy()
  }, LOOK_MS)
  request.on('error', () => {})
  request.unpipe()
  request.resume()
}
