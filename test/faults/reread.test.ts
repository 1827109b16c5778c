import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { head, row, writeSection } from '../../bench/results-section.ts'
import { openPostgres } from '../../src/store/sql/postgres.ts'
import { openSqlite } from '../../src/store/sql/sqlite.ts'
import { version } from '../../src/version.ts'
import { ensureBuilt, imr, startImr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { putLetters, putScans } from '../fixtures/letter-files.ts'
import { newDatabase } from '../fixtures/servers.ts'
import { noneMarked } from './plant.ts'

/** As often as bench/RESULTS.md tells with IMR_FAULTS=full; a few times every day. */
const full = process.env.IMR_FAULTS === 'full'
const { letters, scans, kills } = full ? { letters: 900, scans: 100, kills: 20 } : { letters: 6, scans: 2, kills: 2 }
const MINUTES = 60_000
const OLDER = '0.0.9'

const postgres = inject('postgresUrl')
const engines = ['SQLite', ...(postgres === null ? [] : ['PostgreSQL'])]

beforeAll(ensureBuilt)

type Line = { readonly caseId: string; readonly made: { readonly imr: string } }

/** What is stored, by case: its version, and all the rest of it as text. */
function exported(text: string): ReadonlyMap<string, { readonly by: string; readonly rest: string }> {
  const lines = text.split('\n').filter(Boolean)
  const records = lines.map((line) => JSON.parse(line) as Line)
  expect(new Set(records.map((r) => r.caseId)).size).toBe(lines.length)
  return new Map(
    records.map(({ made, ...rest }) => [rest.caseId, { by: made.imr, rest: JSON.stringify([rest, made]) }]),
  )
}

/** Makes everything that is stored the work of an older version: its records say so, and one of their words is another. */
async function age(data: string, databaseUrl: string | null): Promise<void> {
  const db = databaseUrl === null ? openSqlite(join(data, 'imr.sqlite')) : openPostgres(databaseUrl)
  const [now, then] = [`"imr":"${version}"`, `"imr":"${OLDER}"`]
  await sql`update documents set made = replace(made, ${now}, ${then})`.execute(db)
  await sql`update cases set record = replace(replace(record, ${now}, ${then}), 'Upheld', 'Uphe1d')`.execute(db)
  await db.destroy()
}

describe.each(engines)('imr reread after a change of version, on %s,', (engine) => {
  it(
    `killed ${kills} times over ${letters + scans} documents, loses none and mixes nothing`,
    async () => {
      const folder = await testFolder()
      await putLetters(folder, letters)
      await putScans(folder, scans)
      const data = join(await testFolder(), 'data')
      const databaseUrl = engine === 'SQLite' ? null : await newDatabase(postgres ?? '')
      const env = { IMR_DATA: data, REDIS_URL: '', DATABASE_URL: databaseUrl ?? '', LC_KILLED: data }
      expect((await imr(['run', folder, '--quiet', '--out', join(data, '..', 'first.jsonl')], { env })).code).toBe(0)
      const quiet = exported((await imr(['export'], { env })).stdout)
      expect(quiet.size).toBe(letters + scans)
      await age(data, databaseUrl)
      const old = exported((await imr(['export'], { env })).stdout)

      // Each killed run goes on where the one before was killed; the first one asks for all that an older version read.
      let args = ['reread', '--before', version, '--here']
      let mixed = 0
      const wanted = Math.floor((letters + scans) / (kills + 2))
      for (let kill = 0; kill < kills; kill++) {
        const { process: child, ended } = startImr(args, { env })
        let ends = 0
        let over = false
        child.stderr?.on('data', (part: string) => {
          ends += part.split('\n').filter((line) => /^\[\d+\/\d+\]/.test(line)).length
        })
        child.on('close', () => {
          over = true
        })
        while (ends < wanted && !over) await sleep(5)
        await sleep(Math.random() * 200)
        child.kill('SIGKILL')
        await ended
        args = ['reread', '--here']
        const stored = exported((await imr(['export'], { env })).stdout)
        expect([...stored.keys()].sort()).toEqual([...quiet.keys()].sort())
        for (const [id, { by, rest }] of stored) if (rest !== (by === version ? quiet : old).get(id)?.rest) mixed++
      }
      await noneMarked({ LC_KILLED: data })
      expect(await imr(args, { env })).toMatchObject({ code: 0 })
      const last = exported((await imr(['export'], { env })).stdout)
      expect(last).toEqual(quiet)
      expect(mixed).toBe(0)
      const left = await imr(['reread', '--before', version, '--dry-run'], { env })
      expect(left.stdout).toBe('0 documents would be read again\n')
      told.push(row(engine, letters + scans, scans, kills, quiet.size - last.size, mixed))
      if (full)
        writeSection(
          'Reading again after a change of version',
          `\`imr reread\` with kill -9, \`npm run bench:faults\`. After every kill each record is wholly of one version or the other; at the end all are as a quiet run of this version gives them.\n\n${head('database', 'documents', 'of them scanned', 'kills', 'lost', 'mixed')}${told.join('')}`,
        )
    },
    60 * MINUTES,
  )
})

const told: string[] = []
