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
  return { url: `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`, stop: () => app.close() }
}
