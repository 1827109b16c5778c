import type { Kysely } from 'kysely'
import { type Anchor, type Edit, editSchema, type LetterId, type StoredEdit } from '../../model/index.ts'
import type { LetterEvent, LetterEventKind } from '../reviewing.ts'
import type { Tables } from '../sql/schema.ts'

export async function editsOf(db: Kysely<Tables>, letterId: LetterId): Promise<readonly StoredEdit[]> {
  const rows = await db
    .selectFrom('edits')
    .select(['revision', 'part', 'by', 'at', 'edit', 'anchor'])
    .where('letter_id', '=', letterId)
    .orderBy('revision')
    .orderBy('part')
    .execute()
  return rows.map(({ edit, anchor, ...row }) => ({
    ...row,
    edit: editSchema.parse(JSON.parse(edit)) as Edit,
    anchor: anchor === null ? null : (JSON.parse(anchor) as Anchor),
  }))
}

export async function eventsOf(db: Kysely<Tables>, letterId: LetterId): Promise<readonly LetterEvent[]> {
  const rows = await db
    .selectFrom('letter_events')
    .select(['revision', 'by', 'at', 'event', 'text'])
    .where('letter_id', '=', letterId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({ ...row, event: row.event as LetterEventKind }))
}
