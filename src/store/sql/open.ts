import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from './database.ts'

/** The database that a URL names; without one, that of the folder `data`. Only the engine that is asked for is loaded. */
export async function openDatabase(data: string, databaseUrl: string | undefined): Promise<Database> {
  if (databaseUrl) {
    const { openPatientPostgres, openPostgres } = await import('./postgres.ts')
    const kysely = openPostgres(databaseUrl)
    const scrub: Database['scrub'] = async (options) => {
      const { scrubPostgres } = await import('./scrub-postgres.ts')
      const patient = openPatientPostgres(databaseUrl)
      await scrubPostgres(patient, options).finally(() => patient.destroy())
    }
    return { engine: 'postgres', kysely, scrub }
  }
  const path = join(data, 'imr.sqlite')
  // SQLite would make it as wide as the umask lets it; its log and its index are made with the mode of this file.
  await open(path, 'a', 0o600).then((file) => file.close())
  const kysely = (await import('./sqlite.ts')).openSqlite(path)
  return { engine: 'sqlite', kysely, scrub: async () => (await import('./scrub-sqlite.ts')).scrubSqlite(path) }
}
