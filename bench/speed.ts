// Pages per minute with each engine, and where the time of a page goes, as the tables of RESULTS.md.
//   npm run bench:speed [-- FILE_OR_FOLDER...]      default: samples
// Every configuration reads every file RUNS times, the configurations in turn, so that a slow spell of the machine meets all of
// them; the medians are printed. Absolute figures hold for one machine: the ratios are what to look at.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { propose } from '../src/decide/index.ts'
import { type EngineChoice, type OcrEngine, openEngine, readDocument } from '../src/extract/index.ts'
import { loadGuidelines } from '../src/guidelines.ts'
import { type CaseRecord, DocumentFailure, decisionRequest } from '../src/model/index.ts'
import { normalizeLetter, splitLetters } from '../src/normalize/index.ts'
import { openStore } from '../src/store/index.ts'

const RUNS = 3
const root = fileURLToPath(new URL('..', import.meta.url))
const paths = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'samples')]
const files = paths
  .flatMap((p) =>
    statSync(p).isDirectory()
      ? readdirSync(p)
          .sort()
          .map((f) => join(p, f))
      : [p],
  )
  .filter((f) => /\.(pdf|tiff?|png|jpe?g)$/i.test(f))
const guidelines = loadGuidelines()

type Spent = {
  pages: number
  wall: number
  ocr: number
  read: number
  understand: number
  decide: number
  store: number
}

/** An engine that adds the time of its recognitions to `spent.ocr`. */
function timed(engine: OcrEngine, spent: Spent): OcrEngine {
  return {
    ...engine,
    recognize: async (image, settings, signal) => {
      const from = performance.now()
      try {
        return await engine.recognize(image, settings, signal)
      } finally {
        spent.ocr += performance.now() - from
      }
    },
  }
}

async function measure(choice: EngineChoice, jobs: number): Promise<Spent> {
  const spent: Spent = { pages: 0, wall: 0, ocr: 0, read: 0, understand: 0, decide: 0, store: 0 }
  const engine = timed(await openEngine(choice, { jobs }), spent)
  const folder = mkdtempSync(join(tmpdir(), 'imr-bench-'))
  const store = await openStore(folder)
  const clock = (stage: 'read' | 'understand' | 'decide' | 'store', from: number) => {
    spent[stage] += performance.now() - from
  }
  const one = async (path: string) => {
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    let from = performance.now()
    const document = await readDocument({ path, fileName: basename(path), sha256 }, { engine })
    clock('read', from)
    spent.pages += document.pageCount
    from = performance.now()
    const records = splitLetters(document).map((letter) => normalizeLetter(letter))
    clock('understand', from)
    from = performance.now()
    const cases: CaseRecord[] = records.map((r) => ({ ...r, proposals: propose(decisionRequest(r), guidelines) }))
    clock('decide', from)
    from = performance.now()
    const { sha256: stored } = await store.receive({ path, fileName: basename(path) })
    const lease = await store.claim(stored)
    if (lease) await store.finish(lease, { records: cases, failure: null })
    clock('store', from)
  }
  const from = performance.now()
  const waiting = [...files]
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await one(next).catch((error) => {
          if (!(error instanceof DocumentFailure)) throw error
        })
      }
    }),
  )
  spent.wall = performance.now() - from
  await engine.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
  return spent
}

const configurations: readonly (readonly [EngineChoice, number])[] = [
  ['tesseract', 1],
  ['tesseract.js', 1],
  ['tesseract', availableParallelism()],
  ['tesseract.js', availableParallelism()],
]
const results = new Map<string, Spent[]>()
for (let run = 0; run < RUNS; run++) {
  for (const [engine, jobs] of configurations) {
    const name = `${engine}, ${jobs} ${jobs === 1 ? 'worker' : 'workers'}`
    results.set(name, [...(results.get(name) ?? []), await measure(engine, jobs)])
    process.stderr.write(`run ${run + 1} of ${RUNS}: ${name}\n`)
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const line = (...cells: readonly (string | number)[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)

const of = (runs: readonly Spent[], pick: (s: Spent) => number) => median(runs.map(pick))
process.stdout.write(
  `${files.length} files, ${of([...results.values()][0] ?? [], (s) => s.pages)} pages, ${RUNS} runs each in turn, medians; ${cpus()[0]?.model}, ${availableParallelism()} cores\n\n`,
)
line('engine', 'pages/min', 'pages/min ÷ first row')
line('---', '---', '---')
const perMinute = (runs: readonly Spent[]) => of(runs, (s) => (s.pages / s.wall) * 60_000)
const first = perMinute([...results.values()][0] ?? [])
for (const [name, runs] of results) line(name, perMinute(runs).toFixed(1), (perMinute(runs) / first).toFixed(2))
process.stdout.write('\n')
line('one worker', 'OCR', 'open, decode, mend, lay out', 'understand', 'decide', 'store')
line('---', '---', '---', '---', '---', '---')
for (const [name, runs] of results) {
  if (!name.includes(', 1 ')) continue
  const share = (pick: (s: Spent) => number) => `${(100 * of(runs, (s) => pick(s) / s.wall)).toFixed(1)} %`
  line(
    name,
    share((s) => s.ocr),
    share((s) => Math.max(0, s.read - s.ocr)),
    share((s) => s.understand),
    share((s) => s.decide),
    share((s) => s.store),
  )
}
