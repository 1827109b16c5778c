// Memory of the parent process while many documents are read at once for many OCR processes: with no end to the room for page images, and with so
// much as there is. OCR is replayed, slowly, so that images are ready sooner than they are read, as on a machine whose cores all recognise.
//   npm run bench:images [-- --jobs N --pages N --seconds S]      default: 16 jobs, 8 pages in each of 17 documents, 2 s an image
import { fork } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { damages } from '../samples/make/damage.ts'
import { sources } from '../samples/make/main.ts'
import { asPdf } from '../samples/make/pack.ts'
import { print } from '../samples/make/render.ts'
import { typeset } from '../samples/make/typeset.ts'
import { openEngine, readPart } from '../src/extract/index.ts'
import { type Recording, recordingEngine, replayEngine } from '../src/extract/ocr/replay.ts'
import { imageMemory } from '../src/extract/parent/image-memory.ts'
import { head, row } from './results-section.ts'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '16' },
    pages: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '2' },
    within: { type: 'string' },
    folder: { type: 'string' },
  },
})
const jobs = Number(values.jobs)
const MB = 1e6

/** What was seen of one run, in megabytes. */
type Seen = { readonly images: number; readonly resident: number; readonly before: number }

if (values.within && values.folder) process.send?.(await measured(Number(values.within), values.folder))
else await compare()

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'imr-bench-images-'))
  try {
    const path = join(folder, 'pages.pdf')
    const [sheet] = await print(await typeset(sources()[0] ?? nothing()), 300)
    const scan = await damages.photocopy(sheet ?? nothing(), 1)
    await writeFile(path, await asPdf(Array.from({ length: Number(values.pages) }, () => scan)))
    const real = await openEngine('tesseract', { jobs: 1 })
    const recorder = recordingEngine(real)
    await readPart({ path }, { engine: recorder.engine, pages: [1, 1] })
    await writeFile(join(folder, 'recording.json'), JSON.stringify(await recorder.recording()))
    await real.close()
    process.stdout.write(
      `${jobs} jobs, ${jobs + 1} documents of ${values.pages} pages, ${values.seconds} s an image\n\n`,
    )
    process.stdout.write(head('room for images, MB', 'images held, at most, MB', 'resident, at most, MB', 'before, MB'))
    // Each in a process of its own: what one has used, another would find.
    for (const within of [Number.POSITIVE_INFINITY, 256, 64, 16]) {
      const { images, resident, before } = await apart(within, folder)
      const room = Number.isFinite(within) ? within : 'no end'
      process.stdout.write(row(room, images.toFixed(0), resident.toFixed(0), before.toFixed(0)))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function nothing(): never {
  throw new Error('no samples')
}

function apart(within: number, folder: string): Promise<Seen> {
  const args = [...process.argv.slice(2), '--within', `${within}`, '--folder', folder]
  const child = fork(fileURLToPath(import.meta.url), args)
  return new Promise((resolve, reject) => {
    child.once('message', (seen) => resolve(seen as Seen))
    child.once('exit', () => reject(new Error('the measured process ended without a word')))
  })
}

async function measured(within: number, folder: string): Promise<Seen> {
  const recording = JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8')) as Recording
  const replay = replayEngine(recording, { jobs })
  let free = jobs
  const queue: (() => void)[] = []
  const engine: typeof replay = {
    ...replay,
    recognize: async (...image) => {
      if (free > 0) free--
      else await new Promise<void>((go) => queue.push(go))
      await sleep(Number(values.seconds) * 1000)
      const next = queue.shift()
      if (next) next()
      else free++
      return replay.recognize(...image)
    },
  }
  const memory = imageMemory(within * MB)
  const before = process.memoryUsage.rss()
  let [images, resident] = [0, before]
  const watch = setInterval(() => {
    images = Math.max(images, memory.held())
    resident = Math.max(resident, process.memoryUsage.rss())
  }, 20)
  const file = { path: join(folder, 'pages.pdf') }
  await Promise.all(Array.from({ length: jobs + 1 }, () => readPart(file, { engine, imageMemory: memory })))
  clearInterval(watch)
  return { images: images / MB, resident: resident / MB, before: before / MB }
}
