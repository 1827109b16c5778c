import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import { holdOffWriters } from '../audit/seals.ts'
import { patiently, transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import type { ChangeEvent, Telling } from '../telling.ts'
import type { Ledger } from './context.ts'

const ofLetters: Readonly<Record<string, ChangeEvent['type']>> = {
  'letter-edited': 'letter.changed',
  'letter-undone': 'letter.changed',
  'letter-held': 'letter.held',
  'letter-rejected': 'letter.rejected',
  'letter-completed': 'letter.completed',
  'letter-reopened': 'letter.reopened',
}

/** See {@link Telling}. */
export function telling({ database, time, expiry }: Ledger): Telling {
  const db = database.kysely
  return {
    takeDelivery: (name, { ms, most }) =>
      transact(database, async (tx) => {
        const row = await lockedRow(tx, name)
        const now = time()
        if (row.next_at > now || (row.lease !== null && (row.lease_until ?? '') > now)) return null
        const told = Number(row.told)
        // What was begun is sent again as it was: whoever took it and could not say so knows it by its id.
        const until = row.until === null ? await untilOf(tx, told, most) : Number(row.until)
        const events = await eventsOf(tx, told, until)
        const token = randomUUID()
        const idle = events.length === 0
        await tx
          .updateTable('webhooks')
          .set({
            told: idle ? until : told,
            until: idle ? null : until,
            lease: idle ? null : token,
            lease_until: idle ? null : expiry(ms),
          })
          .where('name', '=', name)
          .execute()
        return idle ? null : { id: `${told + 1}-${until}`, events, token }
      }),

    delivered: (name, { token }) =>
      transact(database, async (tx) => {
        const row = await lockedRow(tx, name)
        // Another process has it by now, and tells it again.
        if (row.lease !== token || row.until === null) return
        await tx
          .updateTable('webhooks')
          .set({ told: row.until, until: null, attempts: 0, trouble: null, lease: null, lease_until: null })
          .where('name', '=', name)
          .execute()
      }),

    undelivered: (name, { token }, { ms, trouble }) =>
      transact(database, async (tx) => {
        const row = await lockedRow(tx, name)
        if (row.lease !== token) return
        await tx
          .updateTable('webhooks')
          .set({ attempts: row.attempts + 1, next_at: expiry(ms), trouble, lease: null, lease_until: null })
          .where('name', '=', name)
          .execute()
      }),

    telling: (name) =>
      patiently(async () => {
        const row = await db.selectFrom('webhooks').selectAll().where('name', '=', name).executeTakeFirst()
        if (!row) return null
        const behind = await db
          .selectFrom('audit')
          .select((eb) => eb.fn.countAll().as('count'))
          .where('seq', '>', Number(row.told))
          .executeTakeFirst()
        return { behind: Number(behind?.count ?? 0), attempts: row.attempts, trouble: row.trouble }
      }),
  }

  /** How far the trail goes, of so many rows at most, with nothing that may still come in below. */
  async function untilOf(tx: Transaction<Tables>, told: number, most: number): Promise<number> {
    const more = await tx.selectFrom('audit').select('seq').where('seq', '>', told).limit(1).executeTakeFirst()
    // Writers are held off for what there is to tell alone.
    if (!more) return told
    await holdOffWriters(database, tx)
    const rows = await tx.selectFrom('audit').select('seq').where('seq', '>', told).orderBy('seq').limit(most).execute()
    return Number(rows.at(-1)?.seq ?? told)
  }

  async function lockedRow(tx: Transaction<Tables>, name: string) {
    const find = () =>
      tx
        .selectFrom('webhooks')
        .selectAll()
        .where('name', '=', name)
        .$if(database.engine === 'postgres', (q) => q.forUpdate())
        .executeTakeFirst()
    const found = await find()
    if (found) return found
    await holdOffWriters(database, tx)
    const last = await tx
      .selectFrom('audit')
      .select((eb) => eb.fn.max('seq').as('seq'))
      .executeTakeFirst()
    await tx
      .insertInto('webhooks')
      .values({
        ...{ name, told: Number(last?.seq ?? 0), until: null, attempts: 0, next_at: time() },
        ...{ trouble: null, lease: null, lease_until: null },
      })
      .onConflict((c) => c.doNothing())
      .execute()
    const made = await find()
    if (!made) throw new Error('it was just made')
    return made
  }
}

async function eventsOf(tx: Transaction<Tables>, after: number, until: number): Promise<readonly ChangeEvent[]> {
  const rows = await tx
    .selectFrom('audit')
    .select(['at', 'action', 'subject', 'to_state'])
    .where('seq', '>', after)
    .where('seq', '<=', until)
    .orderBy('seq')
    .execute()
  return rows.flatMap(({ at, action, subject, to_state }): ChangeEvent[] => {
    const documentId = subject.slice(0, 64)
    if (!/^[0-9a-f]{64}(?:-p\d+)?$/.test(subject)) return []
    const ofLetter = ofLetters[action]
    if (ofLetter) return subject.length > 64 ? [{ type: ofLetter, documentId, letterId: subject, at }] : []
    const type =
      action === 'forgotten'
        ? 'document.forgotten'
        : action === 'cut'
          ? 'document.cut'
          : to_state === 'done'
            ? 'document.read'
            : to_state === 'failed'
              ? 'document.failed'
              : null
    return type && subject.length === 64 ? [{ type, documentId, letterId: null, at }] : []
  })
}
