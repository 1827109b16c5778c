// Memory of the whole process tree while one PDF of many scanned pages is read.
//   npm run bench:long [-- --pages N --engines tesseract,tesseract.js --jobs N]

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PDFDocument } from '@cantoo/pdf-lib'
import { damages } from '../samples/make/damage.ts'
import { lettering } from '../samples/make/lettering.ts'
import { image, inked, type Sheet } from '../samples/make/sheet.ts'
import { ensureBuilt } from '../test/fixtures/cli.ts'
import { treeOf } from './process-tree.ts'
import { head, row } from './results-section.ts'

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '1000' },
    engines: { type: 'string', default: 'tesseract,tesseract.js' },
    jobs: { type: 'string', default: '2' },
  },
})
const pages = Number(values.pages)
/** Different pictures in the file; each page has its own copy drawn, so that each is decoded anew. */
const PICTURES = 20
const ROWS = [
  'Treatment was asked for on 04/02/2015.',
  'Physical therapy 2x6 for the left knee',
  'was refused by the reviewer.',
]

const imr = ensureBuilt()
const folder = await mkdtemp(join(tmpdir(), 'imr-bench-long-'))
try {
  const path = join(folder, 'long.pdf')
  await writeFile(path, await longPdf())
  process.stdout.write(`${pages} scanned pages of three rows, 200 dpi grey JPEG, ${values.jobs} workers\n\n`)
  process.stdout.write(head('engine', 'seconds', 'peak, MB', 'first quarter, MB', 'last quarter, MB', 'last ÷ first'))
  for (const engine of values.engines.split(',')) process.stdout.write(await measured(engine, path))
} finally {
  await rm(folder, { recursive: true })
}

/** A PDF of scanned pages. They hold little, so that reading is fast: what a page takes in memory is its pixels. */
async function longPdf(): Promise<Uint8Array> {
  const dpi = 300
  const [width, height] = [8.5 * dpi, 11 * dpi]
  let sheet: Sheet = { width, height, data: new Uint8Array(width * height).fill(255), dpiX: dpi, dpiY: dpi }
  for (const [i, text] of ROWS.entries()) sheet = inked(sheet, await lettering(text, 12, dpi), dpi, dpi + 80 * i)
  const pdf = await PDFDocument.create()
  const pictures = []
  for (let i = 0; i < PICTURES; i++) {
    const scan = await damages.office(sheet, i)
    pictures.push(await pdf.embedJpg(await image(scan).jpeg({ quality: 80 }).toBuffer()))
  }
  for (let i = 0; i < pages; i++) {
    const picture = pictures[i % PICTURES]
    if (picture) pdf.addPage([612, 792]).drawImage(picture, { x: 0, y: 0, width: 612, height: 792 })
  }
  return pdf.save()
}

/** Reads the file with one engine and looks at the tree five times a second. */
async function measured(engine: string, path: string): Promise<string> {
  const args = [
    'run',
    path,
    '--no-store',
    '--out',
    join(folder, 'out.jsonl'),
    '--engine',
    engine,
    '--jobs',
    values.jobs,
  ]
  const start = performance.now()
  const child = spawn(process.execPath, [imr, ...args], { stdio: 'ignore' })
  const seen: number[] = []
  const watch = setInterval(() => seen.push(treeOf(child.pid ?? 0).bytes / 1e6), 200)
  await new Promise((resolve) => child.on('close', resolve))
  clearInterval(watch)
  const seconds = (performance.now() - start) / 1000
  // The first tenth is starting up.
  const warm = seen.slice(Math.ceil(seen.length / 10))
  const quarter = Math.ceil(warm.length / 4)
  const [first, last] = [middle(warm.slice(0, quarter)), middle(warm.slice(-quarter))]
  const peak = seen.reduce((a, b) => Math.max(a, b), 0)
  return row(engine, seconds.toFixed(0), peak.toFixed(0), first.toFixed(0), last.toFixed(0), (last / first).toFixed(2))
}

function middle(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN
}
