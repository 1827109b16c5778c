import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { goldenFile, goldenSamples, goldenSource } from '../../scripts/golden.ts'
import { recordingSchema, replayEngine } from '../../src/extract/ocr/replay.ts'
import { loadGuidelines } from '../../src/guidelines.ts'
import { readCases } from '../../src/pipeline.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

describe('golden records', () => {
  it.each(goldenSamples)(
    'of %s come out to the letter from what the engine once read (npm run golden records anew)',
    async (sample) => {
      const engine = replayEngine(recordingSchema.parse(read(goldenFile(sample, 'recording'))))
      const records = await readCases(goldenSource(sample), { engine, guidelines: loadGuidelines() })
      expect(JSON.parse(JSON.stringify(records))).toEqual(read(goldenFile(sample, 'records')))
    },
  )
})
