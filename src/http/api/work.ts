import { z } from 'zod'
import { letterIdSchema, letterViewSchema } from '../../model/index.ts'
import { openLetter, placeLetters } from '../../review/index.ts'
import type { ListedLetter, Store, User } from '../../store/index.ts'
import { toldOfLetters } from './letter-writes.ts'
import { listedSchema } from './letters.ts'
import { Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const lockSchema = z.object({ token: z.string(), until: z.string() }).strict().meta({ id: 'LetterLock' })
const workers = ['reviewer', 'lead', 'physician'] as const
const params = z.object({ letter: letterIdSchema })
const token = z.string().min(1).max(200)
const headers = z.looseObject({ 'lock-token': token.optional() })
const SHOWN = 50
const personSchema = z
  .object({
    name: z.string(),
    /** Letters may be assigned to them. */
    takes: z.boolean(),
    inHand: z.array(listedSchema),
    /** Of those that somebody has to look at still. */
    assigned: z.array(listedSchema),
  })
  .strict()
  .meta({ id: 'WhoHasWhat' })

type Person = {
  readonly name: string
  readonly takes: boolean
  readonly inHand: readonly ListedLetter[]
  readonly assigned: readonly ListedLetter[]
}

/** The work: whose turn a letter is. */
export const workRoutes: readonly AnyRoute[] = [
  route({
    method: 'POST',
    path: '/work/next',
    roles: workers,
    summary: 'The next letter for the caller, locked for them: by due date, then doubt; nothing when none is left',
    body: z
      .object({
        /** Letters that the caller has in hand and does not want again. */
        except: z.array(letterIdSchema).max(50).default([]),
        /** A letter that the caller is done with, whose lock is given back. */
        release: z.object({ letterId: letterIdSchema, token }).strict().optional(),
        /** A letter that the caller leaves to somebody else, and why. */
        skip: z
          .object({ letterId: letterIdSchema, reason: z.string().trim().min(1).max(2000) })
          .strict()
          .optional(),
      })
      .strict(),
    answers: { 200: z.object({ letter: letterViewSchema.nullable(), lock: lockSchema.nullable() }).strict() },
    handle: async ({ context: { store, images }, body: { except, release, skip }, who, reply }) => {
      if (skip) await toldOfLetters(store.note(skip.letterId, who.name, { event: 'skipped', text: skip.reason }))
      if (release) await store.unlock(release.letterId, release.token)
      await placeLetters(store)
      const next = await store.nextLetter(who.name, except)
      if (!next) return { letter: null, lock: null }
      const { letterId, ...lock } = next
      const letter = await toldOfLetters(openLetter(store, letterId, who.name))
      await store.shown([letterId], who.name, 'letter')
      const { document } = letter.record
      images.prefetch(document.sha256, ...document.pageRange)
      return reply.type('application/json').send(JSON.stringify({ letter, lock }))
    },
  }),
  route({
    method: 'GET',
    path: '/work',
    roles: workers,
    summary: 'What the caller has in hand or is assigned, what is held, and what waits for anybody',
    answers: {
      200: z
        .object({ mine: z.array(listedSchema), held: z.array(listedSchema), waiting: z.array(listedSchema) })
        .strict(),
    },
    handle: async ({ context: { store }, who }) => {
      await placeLetters(store)
      const [inHand, assigned, held, waiting] = [
        await store.letters({ to: who.name, lockedBy: who.name, limit: SHOWN }),
        await store.letters({ to: who.name, assignee: who.name, needed: true, limit: SHOWN }),
        await store.letters({ to: who.name, state: 'held', limit: SHOWN }),
        await store.letters({ to: who.name, state: 'open', needed: true, limit: SHOWN }),
      ]
      const own = new Set(inHand.map((l) => l.letterId))
      const mine = [...inHand, ...assigned.filter((l) => !own.has(l.letterId))]
      const all = new Set([...mine, ...held, ...waiting].map((l) => l.letterId))
      await store.shown([...all], who.name, 'list')
      return { mine, held, waiting }
    },
  }),
  route({
    method: 'GET',
    path: '/work/people',
    roles: ['lead'],
    summary: 'Who has which letters in hand, or is assigned them; and to whom letters may be assigned',
    answers: { 200: z.array(personSchema) },
    handle: async ({ context: { store }, who }) => {
      const people: Person[] = []
      for (const user of await store.users()) {
        const [name, takes] = [user.name, takesLetters(user)]
        const inHand = await store.letters({ to: who.name, lockedBy: name, limit: SHOWN })
        const assigned = await store.letters({ to: who.name, assignee: name, needed: true, limit: SHOWN })
        // Who takes no more may have some still.
        if (takes || inHand.length > 0 || assigned.length > 0) people.push({ name, takes, inHand, assigned })
      }
      const all = new Set(people.flatMap(({ inHand, assigned }) => [...inHand, ...assigned].map((l) => l.letterId)))
      await store.shown([...all], who.name, 'list')
      return people
    },
  }),
  route({
    method: 'PUT',
    path: '/work/:letter/lock',
    roles: workers,
    summary: 'Takes a letter in hand, or keeps it: with its Lock-Token every 15 seconds, for a lock ends by itself',
    params,
    headers,
    answers: { 200: lockSchema },
    handle: async ({ context: { store }, params: { letter }, headers, who }) =>
      toldOfLetters(store.lock(letter, who.name, headers['lock-token'] ?? null)),
  }),
  route({
    method: 'DELETE',
    path: '/work/:letter/lock',
    roles: workers,
    summary: 'Gives a letter back',
    params,
    headers,
    answers: { 204: null },
    handle: async ({ context: { store }, params: { letter }, headers, reply }) => {
      const shown = headers['lock-token']
      if (shown === undefined) throw new Problem(428, 'no-lock', 'show the lock that is given back: Lock-Token')
      await store.unlock(letter, shown)
      return reply.status(204).send()
    },
  }),
  route({
    method: 'PUT',
    path: '/work/:letter/assignee',
    roles: ['lead'],
    summary: 'Assigns a letter to somebody, or to nobody in particular (null)',
    params,
    body: z.object({ assignee: z.string().trim().min(1).max(200).nullable() }).strict(),
    answers: { 204: null },
    handle: async ({ context: { store }, params: { letter }, body, who, reply }) => {
      await refuseStranger(store, body.assignee)
      await toldOfLetters(store.assign(letter, who.name, body.assignee))
      return reply.status(204).send()
    },
  }),
]

const takesLetters = ({ disabled, roles }: User) =>
  !disabled && roles.some((role) => (workers as readonly string[]).includes(role))

/** @throws {Problem} 422 for whom no letter can be assigned to: it would wait for nobody. */
async function refuseStranger(store: Store, assignee: string | null): Promise<void> {
  if (assignee === null) return
  const user = (await store.users()).find(({ name }) => name === assignee)
  if (user && takesLetters(user)) return
  throw new Problem(
    422,
    'no-reviewer',
    'this is nobody who reviews here: name a user who is not disabled and is reviewer, lead or physician',
  )
}
