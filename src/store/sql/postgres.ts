import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from './schema.ts'

/** Connections a process may hold. A worker needs about two for each document it has in hand. */
const CONNECTIONS = 10
/** How long to wait for a connection, in milliseconds. */
const CONNECT_MS = 10_000

/** Opens a PostgreSQL database by its URL (`postgresql://user@host:5432/imr`). The first query connects. */
export function openPostgres(url: string): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'imr',
    // A host that vanished without a word is noticed.
    keepAlive: true,
  })
  // A connection that breaks while nobody uses it is replaced by the next query: no reason to end the process.
  pool.on('error', () => {})
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}
