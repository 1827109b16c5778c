import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The server may not listen as it was asked to. The message says what to do. */
export class ServerRefused extends Error {
  override readonly name = 'ServerRefused'
}

export type RunningServer = {
  readonly url: string
  /** Takes no more calls, and waits for those in hand. */
  stop(): Promise<void>
}

/** Has a server listen; `remedy` is what to choose when it cannot. @throws {ServerRefused} when the address or port cannot be had. */
export async function listen(
  app: FastifyInstance,
  { host, port, remedy }: { readonly host: string; readonly port: number; readonly remedy: string },
): Promise<RunningServer> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'error'
    throw new ServerRefused(`${host}:${port} cannot be listened on (${code}): ${remedy}`)
  }
  const at = app.server.address() as AddressInfo
  return { url: `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`, stop: () => end(app) }
}

/** How often it is looked for lines that nobody speaks on any more, while the server ends, in milliseconds. */
const LOOK_MS = 50

/**
 * Idle lines are closed when it begins to end. One whose last answer was on its way then is idle a moment later, and would be waited for as long as clients
 * may keep a line: more than a minute.
 */
async function end(app: FastifyInstance): Promise<void> {
  const look = setInterval(() => app.server.closeIdleConnections(), LOOK_MS)
  try {
    await app.close()
  } finally {
    clearInterval(look)
  }
}
