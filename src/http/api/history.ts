import { z } from 'zod'
import type { Access, Store, Told } from '../../store/index.ts'
import { letterParams } from './letter-writes.ts'
import { notFound } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const accessSchema = z
  .object({
    /** null: others, whom only a lead sees by name. */
    actor: z.string().nullable(),
    /** So many of them. */
    actors: z.int().positive(),
    action: z.string(),
    count: z.int().positive(),
    first: z.string(),
    last: z.string(),
  })
  .strict()
  .meta({ id: 'AccessToLetter' })

/** What befell the document that a letter is in. Its other rows tell of work in between, and of who looked at it. */
const befell: ReadonlySet<string> = new Set([
  ...['received', 'finished', 'failed', 'cut', 'retried'],
  ...['read-again', 'decide-again', 'not-read-again'],
])

/** A process goes by more than one word; people and programs by one. */
const isProcess = (actor: string) => actor.includes(' ') || actor === 'imr'

/** What became of a letter, and who had to do with it. */
export const historyRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/cases/:id/history',
    roles: ['reviewer', 'lead', 'physician', 'read'],
    summary: 'What people did to a letter, and when its document came and was read, each oldest first',
    params: letterParams,
    answers: {
      200: {
        media: 'application/json',
        description: 'name; edits and events, each with who and when; readings of the document',
      },
    },
    handle: async ({ context: { store }, params, who, reply }) => {
      const kept = await store.letter(params.id)
      if (!kept) throw notFound('letter')
      await store.shown([params.id], who.name, 'history')
      const { edits, events, record } = kept
      const rows = await store.auditOf(record.document.sha256)
      const readings = rows.filter(({ action }) => befell.has(action)).map(readingOf)
      const name = record.header.caseNumber.value ?? record.document.fileName
      return reply.type('application/json').send(JSON.stringify({ name, edits, events, readings }))
    },
  }),
  route({
    method: 'GET',
    path: '/cases/:id/access',
    roles: ['reviewer', 'lead'],
    summary:
      'Who saw, changed or took out a letter, how often, first and last; by name for leads, for others their own alone',
    params: letterParams,
    answers: { 200: z.array(accessSchema) },
    handle: async ({ context: { store }, params: { id }, who }) => {
      await letterIsThere(store, id)
      await store.shown([id], who.name, 'history')
      const all = (await store.accessTo(id)).filter(({ actor }) => !isProcess(actor))
      return who.roles.includes('lead') ? all.map(named) : withoutNames(all, who.name)
    },
  }),
]

async function letterIsThere(store: Store, id: Parameters<Store['letter']>[0]): Promise<void> {
  if (!(await store.letter(id))) throw notFound('letter')
}

const readingOf = ({ at, actor, action, detail }: Pick<Told, 'at' | 'actor' | 'action' | 'detail'>) => ({
  at,
  by: isProcess(actor) ? null : actor,
  what: action,
  detail,
})

const named = (one: Access) => ({ ...one, actors: 1 })

/** What others did, together by what it was. */
function withoutNames(all: readonly Access[], own: string): readonly z.output<typeof accessSchema>[] {
  const others = new Map<string, z.output<typeof accessSchema>>()
  for (const { actor, action, count, first, last } of all) {
    if (actor === own) continue
    const before = others.get(action)
    others.set(action, {
      ...{ actor: null, action, actors: (before?.actors ?? 0) + 1, count: (before?.count ?? 0) + count },
      first: before && before.first < first ? before.first : first,
      last: before && before.last > last ? before.last : last,
    })
  }
  return [...all.filter(({ actor }) => actor === own).map(named), ...others.values()]
}
