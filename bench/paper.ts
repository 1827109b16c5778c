// What stamps, notes, markers, staples and labels cost: labelled letters whose first page is damaged, against their labels.
//   npm run bench:paper [-- --letters N --seeds N --kinds a,b --cache FOLDER --misses CORPUS_FOLDER]    default: ../shared/corpus
// The corpus is that of bench:accuracy. The first page holds the header: it is printed, damaged and read; the other pages come from
// the letter's text layer. A cache keeps damaged pages and what the engine read on them, for a second run over the same.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { PDFDocument } from '@cantoo/pdf-lib'
import { distance } from 'fastest-levenshtein'
import { type DamageName, damages } from '../samples/make/damage.ts'
import { stampOf } from '../samples/make/handled.ts'
import { asPdf } from '../samples/make/pack.ts'
import { print } from '../samples/make/render.ts'
import { type Gold, parseGold } from '../src/evaluate/index.ts'
import { type OcrEngine, type OcrResult, openEngine, readDocument } from '../src/extract/index.ts'
import type { Document, Line } from '../src/model/index.ts'
import { normalizeLetter, splitLetters } from '../src/normalize/index.ts'
import { head, row } from './results-section.ts'

const { values, positionals } = parseArgs({
  options: {
    letters: { type: 'string', default: '49' },
    seeds: { type: 'string', default: '3' },
    kinds: { type: 'string', default: 'office,stamped-header,notes-in-margin,highlighted,clipped' },
    cache: { type: 'string' },
    misses: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const corpus = positionals[0] ?? fileURLToPath(new URL('../../shared/corpus', import.meta.url))
const kinds = values.kinds.split(',') as DamageName[]

const dates = ['dateOfInjury', 'urDecisionDate', 'applicationReceived', 'dateAssigned', 'decisionDate'] as const

type Tally = {
  fields: number
  right: number
  missing: number
  wrong: number
  underOther: number
  off: number
  of: number
}
const nothing = (): Tally => ({ fields: 0, right: 0, missing: 0, wrong: 0, underOther: 0, off: 0, of: 0 })

const passing = await mkdtemp(join(tmpdir(), 'imr-bench-paper-'))
const folder = values.cache ?? passing
const engine = await openEngine('auto', { jobs: 2 })
const reader = remembering(engine, join(folder, 'read'))
try {
  const gold = parseGold(readFileSync(join(corpus, 'gold.jsonl'), 'utf8'))
  const every = Math.max(1, Math.floor(gold.length / Number(values.letters)))
  const letters = gold.filter((_, i) => i % every === 0).slice(0, Number(values.letters))
  const tallies = new Map<string, Tally>()
  for (const [i, label] of letters.entries()) await letter(label, i, tallies)
  process.stdout.write(head('first page', 'header right', 'missing or doubtful', 'wrong', 'under a wrong label', 'CER'))
  for (const [name, t] of [...tallies].sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b))) {
    const share = (n: number) => (n / t.fields).toFixed(3)
    const cer = `${((100 * t.off) / t.of).toFixed(2)} %`
    process.stdout.write(row(name, share(t.right), t.missing, t.wrong, t.underOther, cer))
  }
} finally {
  await engine.close()
  await rm(passing, { recursive: true, force: true })
}

function order(name: string): number {
  return kinds.findIndex((kind) => name.startsWith(kind))
}

async function letter(label: Gold, index: number, tallies: Map<string, Tally>): Promise<void> {
  const path = join(corpus, 'letters', label.file)
  const printed = await readDocument({ path, fileName: label.file, sha256: '0'.repeat(64) }, { engine })
  const [first, ...rest] = printed.pages
  for (const kind of kinds) {
    for (let n = 0; n < (kind === 'office' ? 1 : Number(values.seeds)); n++) {
      const seed = 1000 * (n + 1) + index
      const scan = await scanned(path, kind, seed)
      const read = await readDocument({ path: scan, fileName: label.file, sha256: '0'.repeat(64) }, { engine: reader })
      const document: Document = { ...printed, pages: [...read.pages, ...rest] }
      const names = kind === 'stamped-header' ? [kind, `${kind}, ink ${toneOf(seed)}`] : [kind]
      for (const name of names) {
        const tally = tallies.get(name) ?? nothing()
        tallies.set(name, tally)
        count(tally, label, document, name === kind ? `${label.file} ${kind} ${seed}` : null)
        const [truth, found] = [textOf(first?.lines ?? []), textOf(read.pages[0]?.lines ?? [])]
        tally.off += distance(truth, found)
        tally.of += truth.length
      }
    }
  }
}

/** Ink by its grey on white paper. */
function toneOf(seed: number): string {
  const { grey } = stampOf(seed)
  return grey < 50 ? '020-049' : grey < 85 ? '050-084' : grey < 120 ? '085-119' : '120-153'
}

function count(tally: Tally, label: Gold, document: Document, miss: string | null): void {
  const [found] = splitLetters(document)
  const record = found ? normalizeLetter(found) : null
  const header: Readonly<Record<string, unknown>> = label.header
  for (const [name, expected] of Object.entries(header)) {
    const field = record?.header[name as keyof Gold['header']]
    const value = field?.value ?? null
    tally.fields++
    if (value === expected) {
      tally.right++
      continue
    }
    if (values.misses && miss)
      process.stderr.write(`${miss} ${name} ${field?.status} ${field?.rule} ${field?.confidence}\n`)
    if (value === null || field?.status === 'ambiguous') tally.missing++
    else tally.wrong++
    const others = dates.filter((d) => d !== name).map((d) => header[d])
    if (value !== null && (dates as readonly string[]).includes(name) && others.includes(value)) tally.underOther++
  }
}

/** The first page of a letter, printed and damaged: a PDF of one page. */
async function scanned(path: string, kind: DamageName, seed: number): Promise<string> {
  const at = join(folder, kind, `${seed}-${digest(path)}.pdf`)
  if (existsSync(at)) return at
  const whole = await PDFDocument.load(readFileSync(path), { password: '' })
  const page = await PDFDocument.create()
  for (const copied of await page.copyPages(whole, [0])) page.addPage(copied)
  const [sheet] = await print(await page.save(), 300)
  if (!sheet) throw new Error(`${path} has no page`)
  mkdirSync(join(folder, kind), { recursive: true })
  writeFileSync(at, await asPdf([await damages[kind](sheet, seed)]))
  return at
}

/** An engine that looks up in `at` what it has read before. */
function remembering(of: OcrEngine, at: string): OcrEngine {
  mkdirSync(at, { recursive: true })
  return {
    ...of,
    recognize: async (image, settings, signal) => {
      const file = join(at, `${digest(image.data, JSON.stringify(settings))}.json`)
      if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as OcrResult
      const result = await of.recognize(image, settings, signal)
      writeFileSync(file, JSON.stringify(result))
      return result
    },
  }
}

function digest(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 32)
}

function textOf(lines: readonly Line[]): string {
  return lines.map((l) => l.words.map((w) => w.text).join(' ')).join(' ')
}
