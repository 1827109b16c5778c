import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CaseRecord, type Edit, letterIdOf } from '../../src/model/index.ts'
import { type Content, changeLetter, editLetter, openLetter, placeLetters, undoLetter } from '../../src/review/index.ts'
import { LOCK_MS, openStore, type Store, type Write } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { engines } from '../fixtures/work.ts'
import { aLetter } from '../review/a-letter.ts'

/** As often as bench/RESULTS.md tells with IMR_FAULTS=full; a few times every day. */
const full = process.env.IMR_FAULTS === 'full'
const INTERLEAVINGS = Number(process.env.IMR_INTERLEAVINGS ?? (full ? 10_000 : 40))
const KILLS = full ? 100 : 4
const MINUTES = 60_000
/** The audit trail is sealed after so many letters. */
const SEALED_EVERY = full ? 40 : 10

const readings: readonly CaseRecord[] = [aLetter(), aLetter(['scan', 'therapy', 'brace']), aLetter(['brace'])]
const people: readonly ['ann', 'bob'] = ['ann', 'bob']

/** What somebody, or the world, does next. `look`: takes a fresh look first; who does not writes on what they last saw. */
type Step =
  | {
      readonly do: 'edit' | 'undo' | 'redo' | 'complete' | 'lock' | 'unlock'
      readonly who: 0 | 1
      readonly look: boolean
      readonly place: number
    }
  | { readonly do: 'read'; readonly reading: number }
  | { readonly do: 'again'; readonly who: 0 | 1 }
  | { readonly do: 'later' }
  | { readonly do: 'restart' }
const who = fc.constantFrom<0 | 1>(0, 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom<'edit' | 'undo' | 'redo' | 'complete' | 'lock' | 'unlock'>(
        'edit',
        'edit',
        'edit',
        'undo',
        'redo',
        'complete',
        'lock',
        'unlock',
      ),
      who,
      look: fc.boolean(),
      place: fc.nat(60),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant<'read'>('read'), reading: fc.nat(readings.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'again'>('again'), who }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'later' }, { do: 'restart' }) },
)

/** What two people saw and were told, beside the store: what must hold whatever they do. */
type Told = { readonly revision: number; readonly by: string; readonly edits: readonly Edit[] }

describe.each(engines)('two people and a reader on one letter, in a store on %s', (_, location) => {
  async function aLetterIn(store: Store, folder: string, n: number) {
    const path = join(folder, `${n}.pdf`)
    await writeFile(path, `letter ${n}`)
    const { sha256 } = await store.receive({ path, fileName: 'letter.pdf' })
    return { sha256, id: letterIdOf({ document: { ...aLetter().document, sha256 } }) }
  }

  async function read(store: Store, sha256: string, record: CaseRecord): Promise<void> {
    await store.again({ documents: [sha256] }, { stage: 'extract', urgency: 'standard' })
    const lease = await store.claim(sha256)
    if (!lease) throw new Error('it is in hand')
    const own = { ...record, caseId: `${sha256}-1`, document: { ...record.document, sha256 } }
    await store.finish(lease, { records: [own], failure: null })
  }

  it(
    `lose and overwrite nothing in ${INTERLEAVINGS} interleavings of writes, undo, re-reads, lost locks and restarts`,
    async () => {
      const folder = await testFolder()
      const clock = { now: new Date('2026-03-02T08:00:00Z') }
      const place = { data: join(folder, 'data'), ...(await location()) }
      const open = () => openStore(place, { now: () => clock.now })
      let store = await open()
      let letters = 0
      const refusals = new Set<string>()
      let accepted = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
          const { sha256, id } = await aLetterIn(store, folder, ++letters)
          await read(store, sha256, readings[0] ?? aLetter())
          const told: Told[] = []
          const tokens: (string | null)[] = [null, null]
          const seen = await Promise.all(people.map((p) => openLetter(store, id, p)))
          const last: { write: Write; edits: readonly Content[] }[] = []
          let [keys, holder, until] = [0, null as string | null, 0]
          const attempt = async (
            by: string,
            on: number,
            work: (write: Write) => Promise<{ revision: number }>,
            edits: readonly Edit[],
          ) => {
            const write: Write = {
              by,
              on,
              lock: tokens[by === 'ann' ? 0 : 1] ?? '',
              key: `${by}${++keys}`,
              digest: `${keys}`,
            }
            const before = (await store.letter(id))?.revision ?? 0
            try {
              await work(write)
            } catch (error) {
              refusals.add(error instanceof Error ? error.name : '')
              // What was refused has left no trace: at most the re-read has reopened the letter.
              expect((await store.letter(id))?.edits.map((e) => e.revision).at(-1) ?? 0).toBeLessThanOrEqual(before)
              return
            }
            accepted++
            // It was made on what its writer saw, by who had the letter in hand.
            expect([before === on, holder === by && until > clock.now.getTime()]).toEqual([true, true])
            told.push({ revision: on + 1, by, edits })
            if (edits.length > 0) last[by === 'ann' ? 0 : 1] = { write, edits: edits as readonly Content[] }
          }
          for (const s of steps) {
            if (s.do === 'read') await read(store, sha256, readings[s.reading] ?? aLetter())
            else if (s.do === 'later') clock.now = new Date(clock.now.getTime() + LOCK_MS + 1)
            else if (s.do === 'restart') {
              await store.close()
              store = await open()
            } else if (s.do === 'again') {
              const sent = last[s.who]
              const before = await store.letter(id)
              if (sent) await editLetter(store, id, sent.write, sent.edits).catch((error) => refusals.add(error.name))
              expect((await store.letter(id))?.edits.length).toBe(before?.edits.length)
            } else {
              const by = people[s.who]
              if (s.look) seen[s.who] = await openLetter(store, id, by)
              const view = seen[s.who]
              if (!view) continue
              const takes = s.do === 'lock' || (s.do === 'edit' && s.look)
              if (takes)
                await store.lock(id, by, null).then(
                  (lock) => {
                    expect(holder === null || holder === by || until <= clock.now.getTime()).toBe(true)
                    tokens[s.who] = lock.token
                    ;[holder, until] = [by, Date.parse(lock.until)]
                  },
                  (error) => refusals.add(error.name),
                )
              if (s.do === 'unlock') {
                if (await store.unlock(id, tokens[s.who] ?? '')) holder = null
              } else if (s.do === 'edit') {
                const field = view.fields.filter((f) => f.path.includes('.'))[s.place % 30]
                if (!field) continue
                const edit: Content = { action: 'confirm', path: field.path, seen: field.seen }
                await attempt(by, view.revision, (write) => editLetter(store, id, write, [edit]), [edit])
              } else if (s.do === 'complete')
                await attempt(by, view.revision, (write) => changeLetter(store, id, write, 'complete', null), [])
              else if (s.do === 'undo' || s.do === 'redo') {
                const way = s.do
                const revision = view[way]
                if (revision !== null)
                  await attempt(by, view.revision, (write) => undoLetter(store, id, write, { revision, way }), [])
              }
            }
          }
          const kept = await store.letter(id)
          for (const { revision, by, edits } of told.filter((t) => t.edits.length > 0))
            expect(kept?.edits.filter((e) => e.revision === revision).map((e) => [e.by, e.edit])).toEqual(
              edits.map((edit) => [by, edit]),
            )
          expect(new Set(told.map((t) => t.revision)).size).toBe(told.length)
          expect(kept?.revision ?? 0).toBeGreaterThanOrEqual(Math.max(0, ...told.map((t) => t.revision)))
          await openLetter(store, id, 'ann')
          if (letters % SEALED_EVERY === 0) await store.seal('test')
        }),
        { numRuns: INTERLEAVINGS },
      )
      // The trail of all of it is whole, by each of the seals that were made on the way.
      await store.seal('test')
      const { seals, unsealed, broken } = await store.verifySeals()
      expect({ seals: seals > INTERLEAVINGS / SEALED_EVERY - 1, unsealed, broken }).toEqual({
        seals: true,
        unsealed: 0,
        broken: [],
      })
      // They did get in each other's way, and got something done.
      expect([...refusals]).toEqual(expect.arrayContaining(['LetterLocked', 'RevisionConflict']))
      expect(accepted).toBeGreaterThan(INTERLEAVINGS / 4)
      await store.close()
    },
    (full ? 120 : 4) * MINUTES,
  )

  it(
    `keep all that was told written when ${KILLS} of their processes are killed in the middle of it`,
    async () => {
      const folder = await testFolder()
      const place = { data: join(folder, 'data'), ...(await location()) }
      const store = await openStore(place)
      const { sha256, id } = await aLetterIn(store, folder, 1)
      await read(store, sha256, readings[0] ?? aLetter())
      await placeLetters(store)
      const told: { by: string; revision: number; paths: string[] }[] = []
      const script = fileURLToPath(new URL('../fixtures/reviewer-process.ts', import.meta.url))
      const begin = (by: string) => {
        const child = spawn(
          process.execPath,
          ['--import', 'tsx', script, place.data, place.databaseUrl ?? '', id, by],
          { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
        )
        if (!child.stdout) throw new Error('it says nothing')
        let lines = 0
        createInterface({ input: child.stdout }).on('line', (line) => {
          lines++
          told.push(JSON.parse(line))
        })
        return { child, lines: () => lines }
      }
      for (let kill = 0; kill < KILLS; kill += 2) {
        const both = people.map(begin)
        // Whoever is killed leaves a lock behind: the other one waits for it, as long as a lock holds.
        while (both.every(({ lines }) => lines() < 3)) await sleep(5)
        await read(store, sha256, readings[kill % 3] ?? aLetter())
        await sleep(Math.random() * 60)
        for (const { child } of both) {
          child.kill('SIGKILL')
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
          await sleep(Math.random() * 20)
        }
        const left = await store.letter(id)
        if (left?.lock)
          await openStore(place, { now: () => new Date(Date.now() + LOCK_MS) }).then(async (later) => {
            await later.unlock(id, (await later.lock(id, 'lea', null)).token)
            await later.close()
          })
      }
      const kept = await store.letter(id)
      for (const { by, revision, paths } of told) {
        const own = kept?.edits.filter((e) => e.revision === revision)
        expect(own?.map((e) => [e.by, 'path' in e.edit && e.edit.path])).toEqual(paths.map((path) => [by, path]))
      }
      // Each write is there whole or not at all, and none stands in the place of another.
      const revisions = new Set(kept?.edits.map((e) => e.revision))
      expect([...revisions].every((r) => kept?.edits.filter((e) => e.revision === r).length === 2)).toBe(true)
      expect(new Set(told.map((t) => t.revision)).size).toBe(told.length)
      expect(told.length).toBeGreaterThan(0)
      await store.close()
    },
    (full ? 60 : 4) * MINUTES,
  )
})
