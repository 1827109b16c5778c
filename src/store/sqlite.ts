import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely'
import Database from 'libsql'
import type { Tables } from './schema.ts'

/** How long a writer waits for another process's transaction, in milliseconds. */
const BUSY_MS = 30_000

/**
 * Opens the embedded database: write-ahead log, every commit on disk before it is answered (`synchronous = FULL`).
 * Several processes may have it open.
 */
export function openSqlite(path: string): Kysely<Tables> {
  const database = new Database(path)
  database.pragma(`busy_timeout = ${BUSY_MS}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  return new Kysely<Tables>({ dialect: new ImmediateSqliteDialect({ database }) })
}

/**
 * Transactions begin as writers. A transaction that first reads and then writes is refused at once, without waiting, when
 * another process wrote in between (SQLite: "BEGIN IMMEDIATE", SQLITE_BUSY_SNAPSHOT).
 */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#config)
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}
