import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { goldenFile, goldenSamples, replayed } from '../../scripts/golden.ts'
import { guidelinesId, loadGuidelines } from '../../src/guidelines.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { version } from '../../src/version.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const guidelines = loadGuidelines()

/** Golden records stay golden under the next version's number, and when guidelines change that do not touch them. */
function asOfNow(golden: unknown): readonly CaseRecord[] {
  const now = { imr: version, guidelines: guidelinesId(guidelines) }
  return (golden as CaseRecord[]).map((record) => ({ ...record, made: { ...record.made, ...now } }))
}

// They detect changes and measure nothing: these letters are our own, and what is recorded is what the program made of them.
describe('golden records (in-sample: they tell that something changed, not that it is right)', () => {
  it.each(goldenSamples)(
    'of %s come out to the letter from what the engine once read (npm run golden records anew)',
    async (sample) => {
      const records = await replayed(sample)
      expect(JSON.parse(JSON.stringify(records))).toEqual(asOfNow(read(goldenFile(sample, 'records'))))
    },
  )
})
