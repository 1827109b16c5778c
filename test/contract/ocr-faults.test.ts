import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import threads from 'node:worker_threads'
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type OcrEngine, OcrFailure, type OcrImage, type OcrSettings } from '../../src/extract/index.ts'
import { OcrTooLate } from '../../src/extract/ocr/engine.ts'
import { unpackedModelFolder } from '../../src/extract/ocr/models.ts'
import { nativeEngine } from '../../src/extract/ocr/tesseract/engine.ts'
import { installedTesseract } from '../../src/extract/ocr/tesseract/installed.ts'
import { tesseractJsEngine } from '../../src/extract/ocr/tesseract-js/engine.ts'
import { png, typeset } from '../extract/paper.ts'
import { testFolder } from '../fixtures/folder.ts'
import { eventually, processesBelow } from '../fixtures/processes.ts'

const DPI = 150
/** Enough to be in the middle of when the blow falls. */
const rows = Array.from(
  { length: 20 },
  (_, i) => `${i + 10}: the left knee bent to ${100 + i} degrees on 04/${i + 1}/2015.`,
)
const psm6 = { psm: 6 } as const

/** Processes of the tesseract command that this test has started. */
const commands = () => processesBelow(process.pid).filter((p) => p.name === 'tesseract' || p.name === 'stdbuf')

/** What a thread of tesseract.js says while it reads. */
type Progress = { readonly status: string; readonly data?: { readonly status?: string; readonly progress?: number } }

/** Threads that run, and whether each is in the middle of a page. */
const begun: { readonly worker: threads.Worker; isReading: boolean }[] = []
class WatchedWorker extends threads.Worker {
  constructor(...given: ConstructorParameters<typeof threads.Worker>) {
    super(...given)
    const one = { worker: this as threads.Worker, isReading: false }
    begun.push(one)
    this.on('message', ({ status, data }: Progress) => {
      if (status === 'progress') one.isReading = data?.status === 'recognizing text' && (data.progress ?? 0) > 0
    })
    this.on('exit', () => begun.splice(begun.indexOf(one), 1))
  }
}

/** How an engine's process or thread is struck. Each resolves when the blow has fallen. */
type Blows = {
  readonly midPage: () => Promise<void>
  readonly atStart: () => Promise<void>
  /** All that wait for an image. */
  readonly idle: () => Promise<void>
  readonly left: () => number
}

const onCommands: Blows = {
  midPage: async () => {
    const before = new Map(commands().map((p) => [p.pid, p.ticks]))
    // The model is in memory after a few hundredths of a second of work; the page takes a second.
    const busy = await eventually(() => commands().find((p) => p.ticks - (before.get(p.pid) ?? 0) > 30))
    process.kill(busy.pid, 'SIGKILL')
  },
  atStart: async () => {
    // None is left over from the test before: the first that is seen has just started.
    const fresh = await eventually(() => commands()[0])
    process.kill(fresh.pid, 'SIGKILL')
  },
  idle: async () => {
    for (const { pid } of commands()) process.kill(pid, 'SIGKILL')
  },
  left: () => commands().length,
}

const onThreads: Blows = {
  midPage: async () => {
    const busy = await eventually(() => begun.find((b) => b.isReading))
    busy.isReading = false
    await busy.worker.terminate()
  },
  atStart: async () => void (await (await eventually(() => begun[0])).worker.terminate()),
  idle: async () => void (await Promise.all(begun.map((b) => b.worker.terminate()))),
  left: () => begun.length,
}

type Engine = {
  readonly open: (limitMs?: number) => OcrEngine
  readonly blows: Blows
  /** Processes or threads that wait for an image once one is expected. */
  readonly ready: number
  /** Whether it keeps pages in the folder for temporary files. */
  readonly needsTemporaryFolder: boolean
}

const installed = await installedTesseract()
const native = installed?.languages.includes('eng') ?? false
/** Language data to be damaged copies of: the command's own, or, where it is not installed, the package's. */
const languageData = readFileSync(join(installed?.dataFolder ?? unpackedModelFolder(), 'eng.traineddata'))

const engines: readonly (readonly [string, boolean, Engine])[] = [
  [
    'tesseract, kept running',
    native,
    {
      open: (limitMs) => nativeEngine(installed, { jobs: 1, keepRunning: true, ...(limitMs ? { limitMs } : {}) }),
      blows: onCommands,
      ready: 1,
      needsTemporaryFolder: true,
    },
  ],
  [
    'tesseract, a command for each image',
    native,
    {
      open: (limitMs) => nativeEngine(installed, { jobs: 1, keepRunning: false, ...(limitMs ? { limitMs } : {}) }),
      blows: onCommands,
      ready: 0,
      needsTemporaryFolder: false,
    },
  ],
  [
    'tesseract.js',
    true,
    {
      open: (limitMs) => tesseractJsEngine({ jobs: 1, ...(limitMs ? { limitMs } : {}) }),
      blows: onThreads,
      ready: 1,
      needsTemporaryFolder: false,
    },
  ],
]

for (const [name, available, { open, blows, ready, needsTemporaryFolder }] of engines) {
  describe.runIf(available)(`the OCR engine ${name}`, () => {
    let page: OcrImage
    let quiet: Awaited<ReturnType<OcrEngine['recognize']>>
    beforeAll(async () => {
      const { Worker } = threads
      Object.assign(threads, { Worker: WatchedWorker })
      syncBuiltinESMExports()
      const canvas = typeset(rows, DPI)
      page = { data: await png(canvas, DPI), width: canvas.width, height: canvas.height, dpi: DPI }
      const engine = open()
      quiet = await engine.recognize(page, psm6)
      await engine.close()
      return () => {
        Object.assign(threads, { Worker })
        syncBuiltinESMExports()
      }
    })

    const opened = new Set<OcrEngine>()
    const engine = (limitMs?: number) => {
      const own = open(limitMs)
      opened.add(own)
      return own
    }
    afterEach(async () => {
      await Promise.all([...opened].map((e) => e.close()))
      opened.clear()
      await eventually(() => blows.left() === 0)
    })
    const reads = async (by: OcrEngine, settings: OcrSettings = psm6) =>
      expect(await by.recognize(page, settings)).toEqual(quiet)
    /** What the engine says of a page that it cannot read now. */
    const refusal = async (by: OcrEngine) => {
      const error = await by.recognize(page, psm6).then(
        () => null,
        (e: unknown) => e,
      )
      expect(error).toBeInstanceOf(OcrFailure)
      return error as OcrFailure
    }

    it('reads a page all the same when it is killed in the middle of it', async () => {
      const own = engine()
      const reading = own.recognize(page, psm6)
      await blows.midPage()
      expect(await reading).toEqual(quiet)
    })

    it('is started for an image that is expected, for as many as it reads at once, and reads by what was started', async () => {
      const own = engine()
      for (let pages = 0; pages < 5; pages++) own.prepare(psm6)
      await eventually(() => blows.left() === ready)
      await reads(own)
      expect(blows.left()).toBe(ready)
    })

    it('reads a page all the same when what was started for it is killed', async () => {
      const own = engine()
      own.prepare(psm6)
      await eventually(() => blows.left() === ready)
      await blows.idle()
      await reads(own)
    })

    it('reads a page all the same when it is killed as it starts', async () => {
      const own = engine()
      const reading = own.recognize(page, psm6)
      await blows.atStart()
      expect(await reading).toEqual(quiet)
    })

    it('reads the next page when it is killed between two, all of its processes at once', async () => {
      const own = engine()
      await reads(own)
      await blows.idle()
      await reads(own)
    })

    it('fails over a page that kills it twice, and reads the next', async () => {
      const own = engine()
      const refused = refusal(own)
      await blows.midPage()
      await blows.midPage()
      expect((await refused).message).toContain('--jobs')
      await reads(own)
    })

    it('is given up in time, leaves nothing that runs on, and is not tried twice', async () => {
      const own = engine(400)
      expect(await refusal(own)).toBeInstanceOf(OcrTooLate)
      await eventually(() => blows.left() === 0)
    })

    it('refuses the page in hand when it is closed, and leaves nothing that runs on', async () => {
      const own = engine()
      const refused = refusal(own)
      await eventually(() => blows.left() > 0)
      await own.close()
      await refused
      await eventually(() => blows.left() === 0)
    })

    it('says which folder for temporary files is gone, if it needs one, and reads once it is there', async () => {
      const folder = join(await testFolder(), 'temporary')
      vi.stubEnv('IMR_TMP', folder)
      onTestFinished(() => void vi.unstubAllEnvs())
      const own = engine()
      if (needsTemporaryFolder) expect((await refusal(own)).message).toMatch(/temporary.*ENOENT.*IMR_TMP/)
      else await reads(own)
      mkdirSync(folder)
      await reads(own)
      expect(readdirSync(folder)).toEqual([])
    })

    it('says that the folder for temporary files is full, and reads once there is room', async ({ skip }) => {
      const folder = await testFolder()
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0)
        skip('no file system can be mounted here')
      onTestFinished(() => void spawnSync('umount', ['-l', folder]))
      vi.stubEnv('IMR_TMP', folder)
      onTestFinished(() => void vi.unstubAllEnvs())
      const own = engine()
      if (needsTemporaryFolder) expect((await refusal(own)).message).toMatch(/ENOSPC.*IMR_TMP/)
      else await reads(own)
      spawnSync('mount', ['-o', 'remount,size=64m', folder])
      await reads(own)
    })

    it.each([
      ['cut off', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 3))],
      ['overwritten', (path: string) => writeFileSync(path, Buffer.alloc(statSync(path).size, 'x'))],
    ])('never reads by language data that are %s, and reads when they are mended', async (_, damage) => {
      const folder = await testFolder()
      const path = join(folder, 'eng.traineddata')
      writeFileSync(path, languageData)
      vi.stubEnv('TESSDATA_PREFIX', folder)
      onTestFinished(() => void vi.unstubAllEnvs())
      const before = engine()
      const whole = await before.recognize(page, psm6)
      damage(path)
      await refusal(engine())
      // What was read by the model as it was is not read otherwise now.
      const meanwhile = await before.recognize(page, psm6).catch((error: unknown) => error)
      if (!(meanwhile instanceof OcrFailure)) expect(meanwhile).toEqual(whole)
      writeFileSync(path, languageData)
      expect(await engine().recognize(page, psm6)).toEqual(whole)
    })
  })
}

describe.runIf(native)('the second model of tesseract', () => {
  const second = { psm: 6, model: 'second' } as const

  it('is kept in the cache of the user, and made anew when it is damaged or cleaned away', async () => {
    const cache = await testFolder()
    vi.stubEnv('XDG_CACHE_HOME', cache)
    onTestFinished(() => void vi.unstubAllEnvs())
    const canvas = typeset(rows.slice(0, 5), 150)
    const page = { data: await png(canvas, 150), width: canvas.width, height: canvas.height, dpi: 150 }
    const engine = nativeEngine(installed, { jobs: 1 })
    onTestFinished(() => engine.close())
    const quiet = await engine.recognize(page, second)
    const [folder = ''] = readdirSync(join(cache, 'imr'))
    const path = join(cache, 'imr', folder, 'eng.traineddata')
    const whole = readFileSync(path)
    for (const damage of [
      // Of the right size, as a disk leaves it.
      () => writeFileSync(path, Buffer.alloc(whole.length, 7)),
      () => truncateSync(path, 1000),
      () => rmSync(join(cache, 'imr'), { recursive: true }),
    ]) {
      damage()
      await onCommands.idle()
      expect(await engine.recognize(page, second)).toEqual(quiet)
      expect(readFileSync(path).equals(whole)).toBe(true)
    }
    expect(readdirSync(join(cache, 'imr', folder))).toEqual(['eng.traineddata'])
  })

  it('is kept elsewhere where the cache of the user cannot be written', async () => {
    const data = await testFolder()
    const cache = join(data, 'no folder')
    writeFileSync(cache, '')
    vi.stubEnv('XDG_CACHE_HOME', cache)
    vi.stubEnv('IMR_DATA', data)
    onTestFinished(() => void vi.unstubAllEnvs())
    const engine = nativeEngine(installed, { jobs: 1 })
    onTestFinished(() => engine.close())
    const canvas = typeset(rows.slice(0, 2), 150)
    const page = { data: await png(canvas, 150), width: canvas.width, height: canvas.height, dpi: 150 }
    await engine.recognize(page, second)
    expect(readdirSync(data)).toContain('models')
  })
})
