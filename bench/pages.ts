// Reading pages against what a user would pick instead: tesseract on the bare page images, OCRmyPDF on the same PDF.
//   npm run bench:pages [-- --pages N --timed N --rounds N --kinds a,b --readers 'a;b' --svg FILE PDF_OR_FOLDER...]
// 0 pages leave a part out; readers are those to be timed, by the rows' names.
// Pages are typeset from the samples' sources (or printed from PDFs with a good text layer), damaged in every way that
// samples/make/damage.ts knows, and read by all in turn. Prints the tables of RESULTS.md and draws them.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { distance } from 'fastest-levenshtein'
import { type DamageName, damageNames, damages, faxRow } from '../samples/make/damage.ts'
import { sources } from '../samples/make/main.ts'
import { asPdf } from '../samples/make/pack.ts'
import { print } from '../samples/make/render.ts'
import { image, type Sheet, scaled, turned } from '../samples/make/sheet.ts'
import { typeset } from '../samples/make/typeset.ts'
import { openEngine, readDocument } from '../src/extract/index.ts'
import { ensureBuilt } from '../test/fixtures/cli.ts'
import { chart } from './chart.ts'
import { treeOf, watchTree } from './process-tree.ts'

const { values, positionals } = parseArgs({
  options: {
    pages: { type: 'string', default: '4' },
    timed: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
    kinds: { type: 'string' },
    readers: { type: 'string' },
    svg: { type: 'string' },
  },
  allowPositionals: true,
})

type Kind = DamageName | 'clean-300' | 'clean-200' | 'upside-down'
const allKinds: readonly Kind[] = ['clean-300', 'clean-200', ...damageNames, 'upside-down']
/** Kinds of which the time is taken: on the others it is the remedies that cost, and not the same for all. */
const timedKinds: readonly Kind[] = ['clean-300', 'office', 'fine-fax', 'photocopy']
const kinds = (values.kinds?.split(',') as Kind[] | undefined) ?? allKinds

const readers = values.readers?.split(';')

type Page = { readonly sheet: Sheet; readonly text: string }
type Run = { readonly seconds: number; readonly cpu: number; readonly ocrCpu: number; readonly peakMb: number }
type Accuracy = { readonly cer: number; readonly wer: number; readonly digits: number }

const say = (text: string) => process.stdout.write(`${text}\n`)
const folder = await mkdtemp(join(tmpdir(), 'imr-bench-pages-'))
/** The folder of the command's own model, which is not the one that comes with tesseract.js. */
const installedModel =
  /"([^"]+)"/.exec(spawnSync('tesseract', ['--list-langs'], { encoding: 'utf8' }).stdout)?.[1] ?? null
const hasOcrMyPdf = spawnSync('ocrmypdf', ['--version']).status === 0
const native = await openEngine('tesseract', { jobs: 1 })
const imr = ensureBuilt()
try {
  const pages = await printedPages(Math.max(Number(values.pages), Number(values.timed)))
  say(`${pages.length} pages; ${execFileSync('tesseract', ['--version'], { encoding: 'utf8' }).split('\n')[0]}`)
  if (!hasOcrMyPdf) say('ocrmypdf is not installed (apt-get install ocrmypdf): left out')
  if (values.timed !== '0') await compareTimes(pages.slice(0, Number(values.timed)))
  if (values.pages !== '0') await compareAccuracy(pages.slice(0, Number(values.pages)))
} finally {
  await native.close()
  await rm(folder, { recursive: true, force: true })
}

/** Pages printed at 300 dpi with what stands on them. */
async function printedPages(count: number): Promise<readonly Page[]> {
  const pdfs: Uint8Array[] = []
  if (positionals.length === 0) for (const sample of sources()) pdfs.push(await typeset(sample))
  else for (const path of await pdfsIn(positionals)) pdfs.push(await readFile(path))
  const pages: Page[] = []
  for (const bytes of pdfs) {
    const path = join(folder, 'source.pdf')
    await writeFile(path, bytes)
    const document = await readDocument({ path, fileName: 'source.pdf', sha256: '0'.repeat(64) }, { engine: native })
    const sheets = await print(bytes, 300)
    for (const [i, page] of document.pages.entries()) {
      const [sheet, text] = [sheets[i], textOf(page.lines)]
      // What has no text of its own gives no truth; a nearly empty page gives no figure.
      if (sheet && page.source === 'text-layer' && text.length > 400) pages.push({ sheet, text })
    }
    if (pages.length >= count) break
  }
  return pages.slice(0, count)
}

async function pdfsIn(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) found.push(path)
    else found.push(...(await readdir(path)).sort().flatMap((n) => (n.endsWith('.pdf') ? [join(path, n)] : [])))
  }
  return found
}

type Words = readonly { readonly words: readonly { readonly text: string }[] }[]
function textOf(lines: Words): string {
  return lines.map((l) => l.words.map((w) => w.text).join(' ')).join(' ')
}

async function damaged(kind: Kind, { sheet }: Page, seed: number): Promise<Sheet> {
  if (kind === 'clean-300') return sheet
  if (kind === 'clean-200') return scaled(sheet, 200, 200)
  if (kind === 'upside-down') return turned(await damages.office(sheet, seed), 180)
  return damages[kind](sheet, seed)
}

function seedOf(index: number): number {
  return 1000 * (index + 1)
}

/** What stands on a page of one kind: damage may bring its own. */
function truthOf(kind: Kind, pages: readonly Page[]): readonly Page[] {
  return kind === 'fax-header' ? pages.map((p, i) => ({ ...p, text: `${faxRow(seedOf(i))} ${p.text}` })) : pages
}

type Paper = { readonly pdf: string; readonly images: readonly string[]; readonly sheets: readonly Sheet[] }

/** The pages of one kind as one PDF and as bare images. */
async function paper(kind: Kind, pages: readonly Page[]): Promise<Paper> {
  const at = join(folder, kind)
  await mkdir(at, { recursive: true })
  const sheets: Sheet[] = []
  for (const [i, page] of pages.entries()) sheets.push(await damaged(kind, page, seedOf(i)))
  const images: string[] = []
  for (const [i, sheet] of sheets.entries()) {
    const path = join(at, `${i + 1}.tif`)
    const [xres, yres] = [sheet.dpiX / 25.4, sheet.dpiY / 25.4]
    await image(sheet).toColourspace('b-w').tiff({ compression: 'none', xres, yres }).toFile(path)
    images.push(path)
  }
  const pdf = join(at, 'pages.pdf')
  await writeFile(pdf, await asPdf(sheets))
  return { pdf, images, sheets }
}

/** Runs a command to its end: wall time, processor time and peak memory of it and of all its children. */
async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const start = performance.now()
  const child = spawn(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>/dev/null', 'bash', command, ...args],
    {
      env: { ...process.env, OMP_THREAD_LIMIT: '1', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk
  })
  const watched = watchTree(child.pid ?? 0, 200)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const { peakBytes, cpuSecondsOf } = watched.stop()
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  const [user = 0, system = 0] = told.trim().split(/\s+/).map(Number)
  return {
    seconds: (performance.now() - start) / 1000,
    cpu: user + system,
    ocrCpu: cpuSecondsOf('tesseract'),
    peakMb: peakBytes / 1e6,
  }
}

async function compareTimes(pages: readonly Page[]): Promise<void> {
  say(
    '\n| pages | reader | pages/s | ÷ tesseract PSM 3 (time) | CPU s/page | of it not tesseract | peak MB |\n|---|---|---|---|---|---|---|',
  )
  for (const kind of timedKinds.filter((k) => kinds.includes(k))) {
    const { pdf, images } = await paper(kind, pages)
    const list = join(folder, kind, 'list.txt')
    await writeFile(list, images.join('\n'))
    const ours = (engine: string, jobs: number) =>
      [
        process.execPath,
        [imr, 'run', pdf, '--no-store', '--out', join(folder, 'out.jsonl'), '--engine', engine, '--jobs', `${jobs}`],
      ] as const
    const plain = (psm: number) => ['tesseract', [list, join(folder, 'out'), '--oem', '1', '--psm', `${psm}`]] as const
    const ocrMyPdf = ['ocrmypdf', ['-j', '1', '--output-type', 'pdf', pdf, join(folder, 'out.pdf')]] as const
    type Contestant = readonly [command: string, args: readonly string[], env?: NodeJS.ProcessEnv]
    const contestants: Readonly<Record<string, Contestant>> = {
      'tesseract PSM 3': plain(3),
      'tesseract PSM 6': plain(6),
      ...(hasOcrMyPdf
        ? {
            // As it comes, it lets tesseract use threads of its own; with one thread it is read by like the others.
            OCRmyPDF: [...ocrMyPdf, { OMP_THREAD_LIMIT: undefined }],
            'OCRmyPDF, one thread': ocrMyPdf,
          }
        : {}),
      'ours, tesseract': ours('tesseract', 1),
      'ours, tesseract, 2 workers': ours('tesseract', 2),
      'ours, tesseract.js': ours('tesseract.js', 1),
      'ours, tesseract.js, 2 workers': ours('tesseract.js', 2),
      ...(installedModel
        ? {
            "ours, tesseract.js, the command's model": [
              ...ours('tesseract.js', 1),
              { TESSDATA_PREFIX: installedModel },
            ],
          }
        : {}),
    }
    // In turn, so that what else the machine does falls on all alike.
    const runs = new Map<string, Run[]>()
    const timed = Object.entries(contestants).filter(([name]) => readers?.includes(name) ?? true)
    for (let round = 0; round < Number(values.rounds); round++)
      for (const [name, [command, args, env]] of timed)
        runs.set(name, [...(runs.get(name) ?? []), await run(command, args, env)])
    const middle = (name: string, of: (run: Run) => number) => median((runs.get(name) ?? []).map(of))
    const plainSeconds = middle('tesseract PSM 3', (r) => r.seconds)
    for (const name of runs.keys()) {
      const seconds = middle(name, (r) => r.seconds)
      const cpu = middle(name, (r) => r.cpu) / pages.length
      const ocr = middle(name, (r) => r.ocrCpu) / pages.length
      // tesseract.js reads in threads of our own process: what is not reading cannot be told apart there.
      const rest = ocr === 0 ? '–' : `${Math.max(0, (100 * (cpu - ocr)) / cpu).toFixed(0)} %`
      const figures = [(pages.length / seconds).toFixed(2), (seconds / plainSeconds).toFixed(2), cpu.toFixed(2), rest]
      say(`| ${kind} | ${name} | ${figures.join(' | ')} | ${middle(name, (r) => r.peakMb).toFixed(0)} |`)
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

async function compareAccuracy(pages: readonly Page[]): Promise<void> {
  const table: { kind: Kind; psm3: Accuracy; psm6: Accuracy; ours: Accuracy }[] = []
  say(
    '\n| damage | CER PSM 3 | CER PSM 6 | CER ours | WER ours | digits PSM 3 | digits PSM 6 | digits ours | OCR beyond one pass |\n|---|---|---|---|---|---|---|---|---|',
  )
  for (const kind of kinds) {
    const { images, sheets } = await paper(kind, pages)
    const { read, beyond } = await readByUs(kind, sheets)
    const by = (psm: number) => images.map((path) => plainText(path, psm))
    const truth = truthOf(kind, pages)
    const row = { kind, psm3: accuracy(truth, by(3)), psm6: accuracy(truth, by(6)), ours: accuracy(truth, read) }
    table.push(row)
    const percent = (v: number) => `${(100 * v).toFixed(2)} %`
    const { psm3, psm6, ours } = row
    say(
      `| ${[kind, ...[psm3.cer, psm6.cer, ours.cer, ours.wer, psm3.digits, psm6.digits, ours.digits].map(percent), beyond.toFixed(2)].join(' | ')} |`,
    )
  }
  const hurt = table.filter((r) => !r.kind.startsWith('clean'))
  const mean = (of: (row: (typeof table)[number]) => number) => hurt.reduce((sum, r) => sum + of(r), 0) / hurt.length
  say(
    `\nmean CER over damaged pages: ours ÷ tesseract PSM 3 = ${(mean((r) => r.ours.cer) / mean((r) => r.psm3.cer)).toFixed(3)}`,
  )
  if (values.svg) {
    const bars = table.map((r) => ({ name: r.kind, values: [r.psm3.digits, r.psm6.digits, r.ours.digits] }))
    await writeFile(
      values.svg,
      chart('Words with digits read right, by damage', ['tesseract PSM 3', 'tesseract PSM 6', 'ours'], bars),
    )
  }
}

/** Text of each sheet, and the processor time of all recognition but each sheet's largest pass, as a share of those. */
async function readByUs(kind: Kind, sheets: readonly Sheet[]): Promise<{ read: readonly string[]; beyond: number }> {
  const read: string[] = []
  let [largest, all] = [0, 0]
  for (const [i, sheet] of sheets.entries()) {
    const path = join(folder, kind, `${i + 1}.pdf`)
    await writeFile(path, await asPdf([sheet]))
    const passes: number[] = []
    const engine: typeof native = {
      ...native,
      // Models are loaded when they are needed, so that it counts as recognition for whoever asked for it.
      prepare: () => {},
      recognize: async (...image) => {
        const before = recognitionSeconds()
        const words = await native.recognize(...image)
        passes.push(recognitionSeconds() - before)
        return words
      },
    }
    const document = await readDocument({ path, fileName: 'page.pdf', sha256: '0'.repeat(64) }, { engine })
    read.push(document.pages.map((p) => textOf(p.lines)).join(' '))
    largest += Math.max(0, ...passes)
    all += passes.reduce((sum, s) => sum + s, 0)
  }
  return { read, beyond: (all - largest) / largest }
}

const recognising = new Map<number, number>()
/** Processor time of all OCR processes that we have had. */
function recognitionSeconds(): number {
  for (const { pid, name, cpuSeconds } of treeOf(process.pid).processes)
    if (name === 'tesseract') recognising.set(pid, cpuSeconds)
  return [...recognising.values()].reduce((sum, s) => sum + s, 0)
}

function plainText(path: string, psm: number): string {
  const env = { ...process.env, OMP_THREAD_LIMIT: '1' }
  return execFileSync('tesseract', [path, 'stdout', '--oem', '1', '--psm', `${psm}`], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** Character and word errors per character and word of the truth, and the share of words with digits that were read. */
function accuracy(pages: readonly Page[], read: readonly string[]): Accuracy {
  let [characters, words, wrongCharacters, wrongWords, numbers, rightNumbers] = [0, 0, 0, 0, 0, 0]
  for (const [i, page] of pages.entries()) {
    const [truth, found] = [plainWords(page.text), plainWords(read[i] ?? '')]
    characters += truth.join(' ').length
    words += truth.length
    wrongCharacters += distance(truth.join(' '), found.join(' '))
    wrongWords += wordDistance(truth, found)
    const left = new Map<string, number>()
    for (const word of found) left.set(word, (left.get(word) ?? 0) + 1)
    for (const word of truth.filter((w) => /\d/.test(w))) {
      numbers++
      const count = left.get(word) ?? 0
      if (count > 0) rightNumbers++
      left.set(word, count - 1)
    }
  }
  return { cer: wrongCharacters / characters, wer: wrongWords / words, digits: rightNumbers / numbers }
}

/** Typographic variants of one sign are one sign. */
function plainWords(text: string): readonly string[] {
  return text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, '-').split(/\s+/).filter(Boolean)
}

function wordDistance(a: readonly string[], b: readonly string[]): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, word] of a.entries()) {
    const row = [i + 1]
    for (const [j, other] of b.entries())
      row.push(Math.min((previous[j] ?? 0) + (word === other ? 0 : 1), (previous[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1))
    previous = row
  }
  return previous[b.length] ?? 0
}
