import { Agent, request } from 'node:http'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { listen } from '../../src/http/listen.ts'

it('a server that is told to end waits for what is in hand, and not for a client that keeps its line after that', async () => {
  const app = Fastify({ forceCloseConnections: 'idle' })
  const told: { stopped: Promise<void> | null } = { stopped: null }
  app.get('/', async () => {
    told.stopped = server.stop()
    // This line is not idle when all idle ones are closed.
    await expect.poll(() => app.server.listening).toBe(false)
    return 'the last answer'
  })
  const server = await listen(app, { host: '127.0.0.1', port: 0, remedy: 'none' })
  // A client may keep its line for ever.
  app.server.keepAliveTimeout = 0
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request(server.url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve(text))
    })
    asked.on('error', reject).end()
  })
  expect(answer).toBe('the last answer')
  await told.stopped
})
