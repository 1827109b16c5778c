import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { QueueOptions } from '../queue/index.ts'
import { openStore, type Store, type StoreLocation } from '../store/index.ts'
import { UsageError } from './usage.ts'
import { wideFolder } from './wide-folder.ts'

/**
 * Where the store lies: in the folder `data`, unless $DATABASE_URL names a PostgreSQL database and $IMR_FILES a place for the
 * received files (`s3://bucket/prefix`, or a folder that all hosts share).
 * @throws {UsageError} for a database that is not PostgreSQL.
 */
export function storeLocation(data: string): StoreLocation {
  const { DATABASE_URL: databaseUrl, IMR_FILES: files } = process.env
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new UsageError(
      'DATABASE_URL names no PostgreSQL database: write postgresql://user:password@host:5432/name, or unset it to use the folder of --data',
    )
  return { data, databaseUrl: databaseUrl || undefined, files: files || undefined }
}

/**
 * Opens the store that options and environment name, and warns when others may look into its folder.
 * @throws {UsageError} when PostgreSQL cannot be reached or does not let us in.
 */
export async function openNamedStore(data: string): Promise<Store> {
  const location = storeLocation(data)
  try {
    const store = await openWorkStore(location)
    const wide = await wideFolder(data)
    if (wide) process.stderr.write(`warning: ${wide}\n`)
    return store
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!location.databaseUrl || !/^(E[A-Z]+|28\w{3}|3D000|08\w{3}|57P\d\d)$/.test(code)) throw error
    throw new UsageError(
      `the database of DATABASE_URL cannot be used (${code}): check that it runs, that its address, user and password are right, and that the database exists`,
    )
  }
}

/** A store that gives letters their places in the list of work as they are read. What speaks of that is loaded here, not by each command. */
export async function openWorkStore(location: string | StoreLocation): Promise<Store> {
  const { standingOf } = await import('../review/index.ts')
  return openStore(location, { standingOf })
}

/** Refuses a store that is not there: to look at one must not make one. @throws {UsageError} */
export async function openExistingStore(data: string): Promise<Store> {
  if (!storeLocation(data).databaseUrl)
    await stat(join(data, 'imr.sqlite')).catch(() => {
      throw new UsageError(
        `there is no store in ${data} yet: imr run PATH... makes one, --data or $IMR_DATA names another`,
      )
    })
  return openNamedStore(data)
}

/** The queue of $REDIS_URL and $IMR_QUEUE_PREFIX. @throws {UsageError} when none is named. */
export function queueOptions(): QueueOptions {
  const { REDIS_URL: url, IMR_QUEUE_PREFIX: prefix } = process.env
  if (!url)
    throw new UsageError(
      'REDIS_URL is not set: name the Redis that wakes the workers, for instance REDIS_URL=redis://127.0.0.1:6379 (without one, imr run reads files at once)',
    )
  if (!/^rediss?:\/\//.test(url))
    throw new UsageError('REDIS_URL must look like redis://host:6379 or rediss://host:6379')
  return { url, ...(prefix ? { prefix } : {}) }
}
