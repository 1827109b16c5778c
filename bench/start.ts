// How long a person waits until the first page is being read: two checkouts side by side, in alternating pairs.
//   npm run bench:start -- CHECKOUT CHECKOUT [--pairs N --file PAGE]      the older one first; default: 15 pairs, a sample
// Both are run as they are used (`./imr run PAGE --no-store`). Looks into /proc (Linux) every few milliseconds, and disturbs nothing:
// when the first tesseract process reads by its model, when it has the page's image in hand, when the command ends.
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { head, row } from './results-section.ts'

const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string', default: '15' }, file: { type: 'string' } },
  allowPositionals: true,
})
const checkouts = positionals.map((path) => resolve(path))
if (checkouts.length !== 2) throw new Error('two checkouts are compared: npm run bench:start -- OLDER NEWER')
const page = resolve(values.file ?? fileURLToPath(new URL('../samples/14-expedited.png', import.meta.url)))
const LOOK_MS = 4

/** Moments since the command was started, in seconds. */
type Start = { readonly process: number; readonly image: number; readonly end: number }
const moments = [
  ['process', 'first OCR process'],
  ['image', 'it has the first image'],
  ['end', 'the command has ended'],
] as const

const runs: Start[][] = checkouts.map(() => [])
// The first run of each may build it, and fills the caches of the disk.
for (const checkout of checkouts) await run(checkout)
for (let pair = 0; pair < Number(values.pairs); pair++)
  // Whoever is first in a pair changes from pair to pair.
  for (const i of pair % 2 === 0 ? [0, 1] : [1, 0]) runs[i]?.push(await run(checkouts[i] ?? ''))

const commit = (checkout: string) =>
  spawnSync('git', ['-C', checkout, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim()
const say = (text: string) => void process.stdout.write(text)
say(head('seconds from the start until …', ...checkouts.map(commit), 'less, median of the pairs (middle half of them)'))
for (const [key, name] of moments) {
  const [before = [], after = []] = runs.map((of) => of.map((r) => r[key]))
  const less = before.map((v, i) => v - (after[i] ?? Number.NaN))
  const quarters = [0.25, 0.75].map((share) => quantile(less, share).toFixed(2)).join(' to ')
  say(
    row(
      name,
      quantile(before, 0.5).toFixed(2),
      quantile(after, 0.5).toFixed(2),
      `${quantile(less, 0.5).toFixed(2)} (${quarters})`,
    ),
  )
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN
}

/** Runs the command once. @throws when it fails, or is never seen to read. */
async function run(checkout: string): Promise<Start> {
  const start = performance.now()
  const since = () => (performance.now() - start) / 1000
  const child = spawn(join(checkout, 'imr'), ['run', page, '--no-store', '--quiet', '--engine', 'tesseract'], {
    stdio: 'ignore',
  })
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  let process: number | null = null
  let image: number | null = null
  const look = setInterval(() => {
    for (const pid of image === null ? tesseractsUnder(child.pid ?? 0) : []) {
      process ??= since()
      if (holdsImage(pid)) image ??= since()
    }
  }, LOOK_MS)
  const code = await ended
  clearInterval(look)
  if (code !== 0 || process === null || image === null) throw new Error(`${checkout}: imr run ended with ${code}`)
  return { process, image, end: since() }
}

/** The OCR processes among the descendants of a process; not those that are only asked what they are. */
function tesseractsUnder(pid: number): readonly number[] {
  return children(pid).flatMap((child) => {
    const isReading = read(`/proc/${child}/cmdline`).startsWith('tesseract\0-c')
    return isReading ? [child] : tesseractsUnder(child)
  })
}

/** Also of its threads: whichever started a child is its parent. */
function children(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Whether something was put into the unnamed file that the process takes its images from (src/extract/ocr/tesseract/process.ts). */
function holdsImage(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}/fd/3`).size > 0
  } catch {
    return false
  }
}
