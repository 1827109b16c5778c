// What hostile files do: every file of test/extract/hostile is read alone, and the table goes into RESULTS.md.
//   npm run bench:hostile [-- NAME...]      only files whose names hold one of these; the table is then printed, not kept
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Limits, openEngine, readDocument } from '../src/extract/index.ts'
import { type Document, DocumentFailure } from '../src/model/index.ts'
import { type Ending, hostileFiles } from '../test/extract/hostile/index.ts'
import { watchTree } from './process-tree.ts'
import { head, row, writeSection } from './results-section.ts'

/** Tighter than the standard ones, so that the files that go on for ever are measured in a minute, not in an hour. */
const limits = { silenceMs: 6000, documentMs: 15_000, memoryBytes: 700e6 } satisfies Partial<Limits>

const wanted = process.argv.slice(2)
const chosen = hostileFiles.filter((f) => wanted.length === 0 || wanted.some((w) => f.name.includes(w)))
const folder = mkdtempSync(join(tmpdir(), 'imr-hostile-'))
const engine = await openEngine('auto', { jobs: 2 })
let table = head('file', 'what', 'kB', 'seconds', 'peak memory, MB', 'ends with')
let wrong = 0
try {
  for (const file of chosen) {
    const bytes = await file.bytes()
    const path = join(folder, file.name)
    writeFileSync(path, bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const peak = watchTree(process.pid, 50)
    const from = performance.now()
    const result = await readDocument({ path, fileName: file.name, sha256 }, { engine, limits }).catch(
      (error: unknown) => error,
    )
    const seconds = (performance.now() - from) / 1000
    const megabytes = peak.stop().peakBytes / 1e6
    rmSync(path)
    const { ends, told } = ending(result)
    const right = ends.every((e) => file.ends.includes(e))
    if (!right) wrong++
    const line = row(
      file.name,
      file.what,
      Math.ceil(bytes.length / 1000),
      seconds.toFixed(1),
      Math.round(megabytes),
      right ? told : `**${told}**`,
    )
    process.stdout.write(line)
    table += line
  }
} finally {
  await engine.close()
  rmSync(folder, { recursive: true })
}
if (wrong > 0) process.exitCode = 1
if (wanted.length === 0)
  writeSection(
    'Hostile files',
    `\`npm run bench:hostile\`: each file read alone with the limits ${limits.silenceMs / 1000} s without a sign of life, ${limits.documentMs / 1000} s in all and ` +
      `${limits.memoryBytes / 1e6} MB for the reader (the standard ones are 60 s, 600 s and 1,500 MB). Peak memory is the resident memory of the whole ` +
      `process tree, the bench itself included. ${chosen.length} files, ${wrong === 0 ? 'all ended as they should' : `${wrong} ended otherwise than they should (bold)`}.\n\n${table}`,
  )
process.exit()

/** How a reading ended: its cause or its pages' states, and the words for the table. */
function ending(result: unknown): { readonly ends: readonly Ending[]; readonly told: string } {
  if (result instanceof DocumentFailure) return { ends: [result.code], told: `${result.code}: ${result.message}` }
  if (result instanceof Error) throw result
  const { pages, issues } = result as Document
  const states = [...new Set(pages.map((p) => p.status))]
  const told = states.map((s) => `${pages.filter((p) => p.status === s).length} ${s}`).join(', ')
  const why = [...new Set(issues.map((i) => i.message))].join('; ')
  return { ends: states as Ending[], told: why ? `${told}: ${why}` : told }
}
