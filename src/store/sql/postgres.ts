import { Socket } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from './schema.ts'

/** Connections a process may hold. A worker needs about two for each document it has in hand. */
const CONNECTIONS = 10
/** How long to wait for a connection, in milliseconds. */
const CONNECT_MS = 10_000
/** No statement of ours takes nearly so long, in milliseconds: one that does is ended by the server. */
const STATEMENT_MS = 60_000
/** How long a lock is waited for, in milliseconds; then the transaction is tried anew. */
const LOCK_MS = 10_000
/**
 * How long a transaction may stand still, in milliseconds: a process that is frozen in the middle of one would hold its rows
 * against all others. Shorter than others wait for the database.
 */
const IDLE_MS = 15_000

/** So much longer than a statement may take, in milliseconds, a server may be silent; then it is taken for gone. */
const SILENCE_MS = 10_000

export type PostgresLimits = {
  readonly statement_timeout: number
  readonly lock_timeout: number
  readonly idle_in_transaction_session_timeout: number
  /** See {@link SILENCE_MS}. */
  readonly silenceMs?: number
}

const standardLimits: PostgresLimits = {
  statement_timeout: STATEMENT_MS,
  lock_timeout: LOCK_MS,
  idle_in_transaction_session_timeout: IDLE_MS,
}

/** Opens a PostgreSQL database by its URL (`postgresql://user@host:5432/imr`). The first query connects. */
export function openPostgres(url: string, limits: PostgresLimits = standardLimits): Kysely<Tables> {
  const { silenceMs = SILENCE_MS, ...timeouts } = limits
  const statementMs = Number(/[?&]statement_timeout=(\d+)/.exec(url)?.[1] ?? timeouts.statement_timeout)
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'imr',
    ...timeouts,
    // A host that vanished without a word is noticed.
    keepAlive: true,
    // So is a server that stands still: it ends no statement, and its kernel answers for it.
    stream: () => attentiveSocket(statementMs > 0 && Number.isFinite(silenceMs) ? statementMs + silenceMs : 0),
  })
  // A connection that breaks while nobody uses it is replaced by the next query: no reason to end the process.
  pool.on('error', () => {})
  // Nor one that breaks between two statements of a transaction: the next of them says so.
  pool.on('connect', (client) => client.on('error', () => {}))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/** The same for what takes its time, as a table that is written anew: a server that is silent meanwhile is not taken for gone. */
export function openPatientPostgres(url: string): Kysely<Tables> {
  return openPostgres(url, { ...standardLimits, silenceMs: Number.POSITIVE_INFINITY })
}

/** A socket that breaks when nothing comes for `silenceMs`; 0: it waits for ever. */
function attentiveSocket(silenceMs: number): Socket {
  const socket = new Socket()
  const silent = () => Object.assign(new Error('the database is silent'), { code: 'ETIMEDOUT', syscall: 'read' })
  return socket.setTimeout(silenceMs, () => socket.destroy(silent()))
}
