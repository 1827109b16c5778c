import type { Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../schema.ts'

/** One step of the schema. A step that has been released is never edited: a new one follows, in a file of its own. */
export type Migration = {
  readonly number: number
  readonly name: string
  readonly up: (db: Transaction<Tables>, engine: Database['engine']) => Promise<void>
}
