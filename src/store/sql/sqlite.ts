import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import Database from 'libsql'
import type { Tables } from './schema.ts'

/** How long to wait for another process's transaction, in milliseconds. */
const BUSY_MS = 30_000
/** How often to look whether it is over, in milliseconds. */
const LOOK_MS = 5
/**
 * How long SQLite itself may wait, in milliseconds: this process stands still meanwhile, its locks in Redis with it. With the
 * write-ahead log only reading ever waits so, and hardly ever.
 */
const STILL_MS = 1_000

/**
 * Opens the embedded database: write-ahead log, every commit on disk before it is answered (`synchronous = FULL`).
 * Several processes may have it open, and one process several times.
 */
export function openSqlite(path: string): Kysely<Tables> {
  const database = new Database(path)
  // Nothing else goes on yet in a process that opens its database.
  database.pragma(`busy_timeout = ${BUSY_MS}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  // What is deleted is overwritten: it may be a patient's.
  database.pragma('secure_delete = ON')
  database.pragma(`busy_timeout = ${STILL_MS}`)
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

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: (query) => this.#execute(connection, query),
      streamQuery: (query, chunk) => connection.streamQuery(query, chunk),
    }
  }

  /**
   * A statement that writes is a transaction, even if it is a single one: libsql leaves a prepared statement that was refused as
   * busy open, and nothing that is written later on this connection is ever committed.
   */
  async #execute<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#database.inTransaction || !writes.has(query.query.kind)) return connection.executeQuery<R>(query)
    await this.beginTransaction()
    try {
      const result = await connection.executeQuery<R>(query)
      this.#database.exec('commit')
      return result
    } catch (error) {
      await this.rollbackTransaction()
      throw error
    }
  }

  /** Some errors (a full disk) have rolled back already. */
  override async rollbackTransaction(): Promise<void> {
    if (this.#database.inTransaction) this.#database.exec('rollback')
  }

  /** SQLite's own waiting would hold up the whole process, and with it whoever in this process is to end the other transaction. */
  override async beginTransaction(): Promise<void> {
    const until = performance.now() + BUSY_MS
    for (;;) {
      this.#database.pragma('busy_timeout = 0')
      try {
        // Not as a prepared statement: see above.
        this.#database.exec('begin immediate')
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error
      } finally {
        this.#database.pragma(`busy_timeout = ${STILL_MS}`)
      }
      await sleep(LOOK_MS)
    }
  }
}

const writes: ReadonlySet<CompiledQuery['query']['kind']> = new Set([
  'InsertQueryNode',
  'UpdateQueryNode',
  'DeleteQueryNode',
])

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
