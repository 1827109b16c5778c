import { setTimeout as sleep } from 'node:timers/promises'
import { type Driver, Kysely, SqliteDialect, SqliteDriver } from 'kysely'
import Database from 'libsql'
import type { Tables } from './schema.ts'

/** How long to wait for another process's transaction, in milliseconds. */
const BUSY_MS = 30_000
/** How often to look whether it is over, in milliseconds. */
const LOOK_MS = 5

/**
 * Opens the embedded database: write-ahead log, every commit on disk before it is answered (`synchronous = FULL`).
 * Several processes may have it open, and one process several times.
 */
export function openSqlite(path: string): Kysely<Tables> {
  const database = new Database(path)
  database.pragma(`busy_timeout = ${BUSY_MS}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  // What is deleted is overwritten: it may be a patient's.
  database.pragma('secure_delete = ON')
  return new Kysely<Tables>({ dialect: new ImmediateSqliteDialect(database) })
}

/**
 * Transactions begin as writers. A transaction that first reads and then writes is refused at once, without waiting, when
 * another process wrote in between (SQLite: "BEGIN IMMEDIATE", SQLITE_BUSY_SNAPSHOT).
 */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    super({ database })
    this.#database = database
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#database)
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #database: Database.Database

  constructor(database: Database.Database) {
    super({ database })
    this.#database = database
  }

  /** SQLite's own waiting would hold up the whole process, and with it whoever in this process is to end the other transaction. */
  override async beginTransaction(): Promise<void> {
    const until = performance.now() + BUSY_MS
    for (;;) {
      this.#database.pragma('busy_timeout = 0')
      try {
        // Not as a prepared statement: libsql leaves one that was refused open, and no later transaction can commit.
        this.#database.exec('begin immediate')
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error
      } finally {
        this.#database.pragma(`busy_timeout = ${BUSY_MS}`)
      }
      await sleep(LOOK_MS)
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
