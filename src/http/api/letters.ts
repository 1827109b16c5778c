import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import {
  chosenSchema,
  editSchema,
  fieldPathSchema,
  isoDateSchema,
  type LetterView,
  letterIdSchema,
  letterStateSchema,
  letterViewSchema,
} from '../../model/index.ts'
import {
  type Content,
  changeLetter,
  editLetter,
  openLetter,
  placeLetters,
  undoLetter,
  valueOfChosen,
} from '../../review/index.ts'
import type { ListedLetter } from '../../store/index.ts'
import { etagOf, letterParams, sentOf, toldOfLetters, writeHeaders, writeOf } from './letter-writes.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const view = letterViewSchema.meta({ id: 'LetterView' })
const hold = z.object({ by: z.string(), until: z.string() }).strict()
export const listedSchema = z
  .object({
    letterId: letterIdSchema,
    revision: z.int().nonnegative(),
    state: letterStateSchema,
    /** Why it is held or was rejected. */
    reason: z.string().nullable(),
    /** A person has to look at it. */
    needed: z.boolean(),
    due: isoDateSchema.nullable(),
    doubt: z.int().nonnegative(),
    assignee: z.string().nullable(),
    lock: hold.nullable(),
    fileName: z.string(),
    caseNumber: z.string().nullable(),
    decisionDate: z.string().nullable(),
    outcome: z.string().nullable(),
    receivedAt: z.string(),
  })
  .strict()
  .meta({ id: 'ListedLetter' })

/** A view as an answer: as it is, its revision for the next write. */
export const sendView = (reply: FastifyReply, letter: LetterView) =>
  reply.header('etag', etagOf(letter.revision)).type('application/json').send(JSON.stringify(letter))

export const cursorOf = ({ due, doubt, letterId }: Pick<ListedLetter, 'due' | 'doubt' | 'letterId'>) =>
  Buffer.from(JSON.stringify([due, doubt, letterId])).toString('base64url')
const cursorSchema = z.tuple([isoDateSchema.nullable(), z.int().nonnegative(), letterIdSchema])

/** @throws {Problem} 400 for what is no cursor of ours. */
export function behind(cursor: string) {
  try {
    const [due, doubt, letterId] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { due, doubt, letterId }
  } catch {
    throw new Problem(400, 'no-cursor', 'cursor is the `next` of the page before')
  }
}

const PAGE = 50
const watching = ['reviewer', 'lead', 'physician', 'read'] as const
const reason = z.string().trim().min(1).max(2000)
const writing = {
  roles: ['reviewer', 'lead'],
  params: letterParams,
  headers: writeHeaders,
  answers: { 200: view },
} as const

/** Letters, what is read of them, and what people decide about it. */
export const letterRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/cases',
    roles: watching,
    summary: 'Letters by due date, the most doubtful of a day first',
    query: z
      .object({
        state: letterStateSchema.optional(),
        needed: z.stringbool().optional(),
        due: isoDateSchema.optional(),
        doubt: z.coerce.number().int().nonnegative().optional(),
        assignee: z.string().max(200).optional(),
        q: z.string().max(200).optional(),
        cursor: z.string().max(500).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(PAGE),
      })
      .strict(),
    answers: { 200: z.object({ letters: z.array(listedSchema), next: z.string().nullable() }).strict() },
    handle: async ({ context: { store }, query, who }) => {
      await placeLetters(store)
      const { state, needed, due, doubt, assignee, q, cursor, limit } = query
      const letters = await store.letters({
        ...(state === undefined ? {} : { state }),
        ...(needed === undefined ? {} : { needed }),
        ...(due === undefined ? {} : { dueUntil: due }),
        ...(doubt === undefined ? {} : { doubt }),
        ...(assignee === undefined ? {} : { assignee }),
        ...(q === undefined ? {} : { text: q }),
        ...(cursor === undefined ? {} : { after: behind(cursor) }),
        to: who.name,
        limit,
      })
      await store.shown(
        letters.map((l) => l.letterId),
        who.name,
        'list',
      )
      const last = letters.at(-1)
      return { letters, next: last && letters.length === limit ? cursorOf(last) : null }
    },
  }),
  route({
    method: 'GET',
    path: '/cases/:id',
    roles: watching,
    summary: 'A letter with what people decided about it; its ETag is the revision that a write names',
    params: letterParams,
    answers: { 200: view },
    handle: async ({ context: { store }, params, who, reply }) => {
      const letter = await toldOfLetters(openLetter(store, params.id, who.name))
      await store.shown([params.id], who.name, 'letter')
      return sendView(reply, letter)
    },
  }),
  route({
    method: 'GET',
    path: '/cases/:id/read',
    roles: watching,
    summary: 'The record of a letter as it was read, without what people decided',
    params: letterParams,
    answers: { 200: { media: 'application/json', description: 'A case record' } },
    handle: async ({ context: { store }, params, who, reply }) => {
      const kept = await store.letter(params.id)
      if (!kept) throw notFound('letter')
      await store.shown([params.id], who.name, 'as-read')
      return reply.type('application/json').send(JSON.stringify(kept.record))
    },
  }),
  route({
    ...writing,
    method: 'POST',
    path: '/cases/:id/edits',
    summary: 'Decisions about places of a letter, as one revision: If-Match, Lock-Token, Idempotency-Key',
    body: z.object({ edits: z.array(editSchema).min(1).max(500) }).strict(),
    handle: async ({ context: { store }, params, headers, body, who, reply }) => {
      if (body.edits.some((e) => e.action === 'undo'))
        throw new Problem(422, 'not-an-edit', 'to take something back, POST to /cases/:id/undo')
      const write = writeOf(headers, who.name, body)
      return sendView(reply, await toldOfLetters(editLetter(store, params.id, write, body.edits as readonly Content[])))
    },
  }),
  ...(['undo', 'redo'] as const).map((way) =>
    route({
      ...writing,
      method: 'POST',
      path: `/cases/:id/${way}`,
      summary:
        way === 'undo'
          ? 'Takes back the revision that the view names as `undo`'
          : 'Takes back the undo that the view names as `redo`',
      body: z.object({ revision: z.int().positive() }).strict(),
      handle: async ({ context: { store }, params, headers, body, who, reply }) => {
        const write = writeOf(headers, who.name, { way, ...body })
        return sendView(reply, await toldOfLetters(undoLetter(store, params.id, write, { ...body, way })))
      },
    }),
  ),
  ...(['hold', 'reject'] as const).map((way) =>
    route({
      ...writing,
      method: 'POST',
      path: `/cases/:id/${way}`,
      summary:
        way === 'hold'
          ? 'Sets a letter aside with a question'
          : 'Ends the review of what should not be reviewed, with the reason',
      body: z.object({ reason }).strict(),
      handle: async ({ context: { store }, params, headers, body, who, reply }) => {
        const write = writeOf(headers, who.name, { way, ...body })
        return sendView(reply, await toldOfLetters(changeLetter(store, params.id, write, way, body.reason)))
      },
    }),
  ),
  route({
    ...writing,
    method: 'POST',
    path: '/cases/:id/complete',
    summary: 'Finishes a letter of which every doubtful place was looked at',
    handle: async ({ context: { store }, params, headers, who, reply }) => {
      const write = writeOf(headers, who.name, 'complete')
      return sendView(reply, await toldOfLetters(changeLetter(store, params.id, write, 'complete', null)))
    },
  }),
  route({
    ...writing,
    method: 'POST',
    path: '/cases/:id/reopen',
    summary: 'Opens a letter again, with the reason: a lead any, a reviewer one that is held',
    body: z.object({ reason }).strict(),
    handle: async ({ context: { store }, params, headers, body, who, reply }) => {
      const write = writeOf(headers, who.name, { way: 'reopen', ...body }, { locked: false })
      const from = who.roles.includes('lead') ? undefined : (['held'] as const)
      return sendView(reply, await toldOfLetters(changeLetter(store, params.id, write, 'reopen', body.reason, from)))
    },
  }),
  route({
    method: 'POST',
    path: '/cases/:id/value-of-words',
    roles: ['reviewer', 'lead'],
    summary:
      'The value that words chosen on a page are for a place, by the rules that read letters; null when they are none',
    params: letterParams,
    body: z
      .object({
        path: fieldPathSchema,
        /** The words, a row of the page each, in the order of reading. */
        evidence: chosenSchema.min(1),
      })
      .strict(),
    answers: { 200: z.object({ value: z.unknown() }).strict() },
    handle: async ({ context: { store }, params, body }) =>
      toldOfLetters(valueOfChosen(store, params.id, body.path, body.evidence)),
  }),
  route({
    method: 'POST',
    path: '/cases/:id/comments',
    roles: ['reviewer', 'lead'],
    summary: 'Adds a comment to a letter: once for an Idempotency-Key',
    params: letterParams,
    headers: writeHeaders,
    body: z.object({ text: z.string().trim().min(1).max(4000) }).strict(),
    answers: { 200: view },
    handle: async ({ context: { store }, params, headers, body, who, reply }) => {
      const sent = sentOf(headers, who.name, { way: 'comment', ...body })
      await toldOfLetters(store.note(params.id, who.name, { event: 'comment', text: body.text }, sent))
      return sendView(reply, await toldOfLetters(openLetter(store, params.id, who.name)))
    },
  }),
]
