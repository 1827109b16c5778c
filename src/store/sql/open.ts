import { join } from 'node:path'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { scrubPostgres, scrubSqlite } from './scrub.ts'
import { openSqlite } from './sqlite.ts'

/** The database that a URL names; without one, that of the folder `data`. */
export function openDatabase(data: string, databaseUrl: string | undefined): Database {
  if (databaseUrl) {
    const kysely = openPostgres(databaseUrl)
    return { engine: 'postgres', kysely, scrub: (options) => scrubPostgres(kysely, options) }
  }
  const path = join(data, 'imr.sqlite')
  return { engine: 'sqlite', kysely: openSqlite(path), scrub: () => scrubSqlite(path) }
}
