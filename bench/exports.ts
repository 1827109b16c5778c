// How much memory an export of many cases needs, and how long it takes: each format in a process of its own, over the letters of a golden record
// told again and again. What reads them from the store is not in it.
//   tsx bench/exports.ts [CASES]        default: 100,000
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type FormatName, formats } from '../src/export/index.ts'
import type { CaseRecord } from '../src/model/index.ts'

const [, self = '', cases = '100000', format] = process.argv
const golden = new URL('../test/fixtures/golden/11-batch.pdf.records.json', import.meta.url)

/** As the store gives them: each parsed anew from its text. */
async function* many(count: number): AsyncGenerator<CaseRecord> {
  const texts = (JSON.parse(readFileSync(golden, 'utf8')) as readonly CaseRecord[]).map((record) =>
    JSON.stringify(record),
  )
  for (let i = 0; i < count; i++) {
    const record = JSON.parse(texts[i % texts.length] ?? '') as CaseRecord
    yield { ...record, caseId: `${i.toString(16).padStart(64, '0')}-1` }
  }
}

if (format !== undefined) {
  let bytes = 0
  const begun = performance.now()
  for await (const piece of formats[format as FormatName].write(many(Number(cases)), {}))
    bytes += Buffer.byteLength(piece)
  const seconds = (performance.now() - begun) / 1000
  const peak = process.resourceUsage().maxRSS / 1024
  process.stdout.write(
    `| ${format} | ${cases} | ${Math.round(bytes / 1e6)} MB | ${Math.round(seconds)} s | ${Math.round(peak)} MB |\n`,
  )
} else
  for (const name of Object.keys(formats))
    spawnSync(process.execPath, ['--import', 'tsx', self, cases, name], { stdio: 'inherit' })
