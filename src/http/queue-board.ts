import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import basicAuth from '@fastify/basic-auth'
import type { FastifyInstance } from 'fastify'
import type { Queue } from '../queue/index.ts'
import { Attempts, WAIT_S } from './attempts.ts'
import { sameSecret } from './auth.ts'

const USER = 'operator'

/** The queue dashboard at `/queues`, behind a login. Jobs hold nothing but ids. */
export function queueBoard(queue: Queue, password: string): (app: FastifyInstance) => Promise<void> {
  const attempts = new Attempts()
  return async (app) => {
    await app.register(basicAuth, {
      authenticate: { realm: 'imr queues' },
      validate: async (user, shown, request) => {
        if (user === USER && sameSecret(shown, password)) return
        attempts.note(request.ip)
        throw new Error('wrong user or password')
      },
    })
    app.addHook('onRequest', async (request, reply) => {
      if (!attempts.hasToWait(request.ip)) return undefined
      const error = `too many wrong passwords: try again in ${WAIT_S} seconds`
      return reply.status(429).header('retry-after', WAIT_S).send({ error })
    })
    const board = new FastifyAdapter()
    createBullBoard({
      // To look at only: what becomes of documents is decided in the ledger (imr retry).
      queues: [queue.jobs.extract, queue.jobs.decide].map((jobs) => new BullMQAdapter(jobs, { readOnlyMode: true })),
      serverAdapter: board,
    })
    board.setBasePath('/queues')
    // Before the routes: they take the hooks that are there when they are made.
    app.addHook('onRequest', app.basicAuth)
    await app.register(board.registerPlugin(), { prefix: '/queues' })
  }
}
