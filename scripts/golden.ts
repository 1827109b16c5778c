// Records the golden records: npm run golden; with -- --replay only the records, from what the engine once read. What the OCR engine read of some samples is kept beside the records that come of it,
// so that a test can hold the whole way from pages to proposals still without running OCR. Look at the change before you keep it.
// They detect changes, in letters of our own that the rules were written beside: whether a record is right is measured elsewhere (bench/).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openEngine } from '../src/extract/index.ts'
import { recordingEngine, recordingSchema, replayEngine } from '../src/extract/ocr/replay.ts'
import { loadGuidelines } from '../src/guidelines.ts'
import type { CaseRecord } from '../src/model/index.ts'
import { readCases } from '../src/pipeline.ts'

/** Samples whose pages come to the engine as they were scanned, so that their images are the same on every machine. */
export const goldenSamples = [
  '07-run-together.pdf',
  '08-split-request.pdf',
  '11-batch.pdf',
  '13-notice-2013.pdf',
] as const

export const goldenFile = (sample: string, what: 'recording' | 'records') =>
  fileURLToPath(new URL(`../test/fixtures/golden/${sample}.${what}.json`, import.meta.url))

/** The same for every run: a record's id needs bytes, and these samples need no other. */
export const goldenSource = (sample: string) => ({
  path: fileURLToPath(new URL(`../samples/${sample}`, import.meta.url)),
  fileName: sample,
  sha256: 'f'.repeat(64),
})

const guidelines = loadGuidelines()

async function recorded(sample: string): Promise<readonly CaseRecord[]> {
  const inner = await openEngine('tesseract')
  const { engine, recording } = recordingEngine(inner)
  const records = await readCases(goldenSource(sample), { engine, guidelines })
  writeFileSync(goldenFile(sample, 'recording'), `${JSON.stringify(await recording())}\n`)
  await inner.close()
  return records
}

/** What the test compares too. @throws when a page's image has changed since it was recorded: record anew. */
export async function replayed(sample: string): Promise<readonly CaseRecord[]> {
  const engine = replayEngine(recordingSchema.parse(JSON.parse(readFileSync(goldenFile(sample, 'recording'), 'utf8'))))
  return await readCases(goldenSource(sample), { engine, guidelines })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(fileURLToPath(new URL('../test/fixtures/golden/', import.meta.url)), { recursive: true })
  for (const sample of goldenSamples) {
    const records = await (process.argv.includes('--replay') ? replayed(sample) : recorded(sample))
    writeFileSync(goldenFile(sample, 'records'), `${JSON.stringify(records, null, 1)}\n`)
  }
}
