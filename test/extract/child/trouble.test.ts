import childProcess, { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readImage } from '../../../src/extract/child/page/ladder.ts'
import { decode, type Raster } from '../../../src/extract/child/page/raster.ts'
import { EngineTrouble, ofMachine, PageDefect, takingApart } from '../../../src/extract/child/trouble.ts'
import { isWorthRereading, type OcrEngine, openEngine, readPart } from '../../../src/extract/index.ts'
import type { Recognize } from '../../../src/extract/messages.ts'
import { OcrFailure } from '../../../src/extract/ocr/engine.ts'
import { DocumentFailure } from '../../../src/model/index.ts'
import { aFolder, type Folder, scanPdf } from '../files.ts'
import { found, letterText, png, typeset } from '../paper.ts'

/** Readers that were started, the newest last. */
const readers: ChildProcess[] = []
const { fork } = childProcess
beforeAll(() => {
  const watched = (...given: Parameters<typeof fork>) => {
    const child = fork(...given)
    readers.push(child)
    return child
  }
  Object.assign(childProcess, { fork: watched })
  syncBuiltinESMExports()
  return () => {
    Object.assign(childProcess, { fork })
    syncBuiltinESMExports()
  }
})

let engine: OcrEngine
let folder: Folder
let picture: Buffer
beforeAll(async () => {
  engine = await openEngine('auto', { jobs: 1 })
  folder = await aFolder()
  picture = await png(typeset(letterText, 110), 110)
})
afterAll(async () => {
  await engine.close()
  await folder.remove()
})

/** The real engine, unsure of its numbers, so that a second opinion is asked for; it fails where `fails` says so, counted from 1. */
const unsure = (fails: (call: number, model: 'first' | 'second') => boolean, by = engine): OcrEngine => {
  let calls = 0
  return {
    ...by,
    hasSecondModel: true,
    recognize: async (image, settings, signal) => {
      if (fails(++calls, settings.model ?? 'first')) throw new OcrFailure('there is no room: make some')
      const { words } = await by.recognize(image, settings, signal)
      return { words: words.map((w) => (/\d/.test(w.text) && !settings.model ? { ...w, confidence: 0.7 } : w)) }
    },
  }
}

describe('a page over which the engine fails', () => {
  it('is never unreadable: the document fails with a cause that passes, and the engine says what to do', async () => {
    const file = await folder.put('scan.pdf', await (await scanPdf([picture])).save())
    const reading = readPart(file, { engine: unsure(() => true) })
    await expect(reading).rejects.toMatchObject({ code: 'ocr-unavailable', message: 'there is no room: make some' })
  })

  it('is given up while another try will come, though a good reading is at hand', async () => {
    const file = await folder.put('scan.pdf', await (await scanPdf([picture])).save())
    const reading = readPart(file, { engine: unsure((_, model) => model === 'second'), lastTry: false })
    await expect(reading).rejects.toMatchObject({ code: 'ocr-unavailable' })
  })

  it('keeps its good reading on the last try, says so, and is worth reading again', async () => {
    const file = await folder.put('scan.pdf', await (await scanPdf([picture])).save())
    const { reports } = await readPart(file, { engine: unsure((_, model) => model === 'second') })
    const [report] = reports
    expect(report?.page.status).toBe('ok')
    expect(found(report?.page.lines.flatMap((l) => l.words.map((w) => w.text)) ?? [])).toBeGreaterThan(0.9)
    expect(report?.remedies).toContain('second opinion failed')
    expect(report?.issues).toMatchObject([{ rule: 'extract.remedy-failed', severity: 'error', page: 1 }])
    expect(isWorthRereading(report?.issues ?? [])).toBe(true)
  })
})

describe('a reader', () => {
  /** The engine, which does something to the reader that asks it, `times` times. */
  const striking = (strike: (reader: ChildProcess) => void, times: number): OcrEngine => {
    let left = times
    return {
      ...engine,
      recognize: (image, settings, signal) => {
        const reader = readers.at(-1)
        if (left-- > 0 && reader) strike(reader)
        return engine.recognize(image, settings, signal)
      },
    }
  }

  it.each([
    ['whose channel is cut', (reader: ChildProcess) => reader.disconnect()],
    ['that is killed', (reader: ChildProcess) => void reader.kill('SIGKILL')],
  ])('%s costs its document a second try, and what is read is the same', async (_, strike) => {
    const file = await folder.put('scan.pdf', await (await scanPdf([picture])).save())
    const quiet = await readPart(file, { engine })
    // A reader that is new is the last one; one that waits may not be.
    for (const reader of readers.splice(0)) {
      const gone = once(reader, 'exit')
      if (reader.kill('SIGKILL')) await gone
    }
    expect(await readPart(file, { engine: striking(strike, 1) })).toEqual(quiet)
    expect(readers.length).toBe(2)
    const failed = readPart(file, { engine: striking(strike, 2) })
    await expect(failed).rejects.toMatchObject({ code: 'ocr-unavailable' })
  })
})

describe('a ladder of remedies', () => {
  const ladder = async (recognize: Parameters<typeof Object.assign>[0], lastTry: boolean) =>
    readImage(
      await raster(),
      Object.assign(recognize, { expected: () => {}, hasSecondModel: false, lastTry }) as Recognize,
    )
  const raster = (): Promise<Raster> => decode(picture, { maxPixels: 1e8, dpi: 110 })
  /** Reads half of the words, so that remedies are tried, and fails over the second image. */
  const half = () => {
    let calls = 0
    return async (...[image, settings]: Parameters<Recognize>) => {
      if (++calls > 1) throw new EngineTrouble(calls)
      const { words } = await engine.recognize({ ...image, data: Buffer.from(image.data) }, settings)
      return words.slice(0, words.length / 2)
    }
  }

  it('keeps the best reading when the engine fails over a remedy on the last try, and tries no more', async () => {
    const reading = await ladder(half(), true)
    expect(reading).toMatchObject({ status: 'ok', givenUp: 'clear paper' })
    expect(reading.words.length).toBeGreaterThan(20)
    expect(reading.remedies.filter((r) => r.endsWith('failed'))).toEqual(['clear paper failed'])
  })

  it('gives the page up while another try will come', async () => {
    await expect(ladder(half(), false)).rejects.toBeInstanceOf(EngineTrouble)
  })

  it('does not keep words that may be upside down', async () => {
    let calls = 0
    const garbage = async () => {
      if (++calls > 1) throw new EngineTrouble(calls)
      return [{ text: 'ngdq', box: [10, 10, 60, 30], confidence: 0.3 }]
    }
    await expect(ladder(garbage, true)).rejects.toBeInstanceOf(EngineTrouble)
  })
})

describe('the wall between us and the libraries', () => {
  it.each([
    ['vips_image_write_to_memory: out of memory -- size == 186MB', 'memory-limit'],
    ['Array buffer allocation failed', 'memory-limit'],
    ['unix error: No space left on device', 'ocr-unavailable'],
    ["EMFILE: too many open files, open 'openjpeg.wasm'", 'ocr-unavailable'],
  ])('takes “%s” for trouble of the machine', async (text, code) => {
    expect(ofMachine(text)).toMatchObject({ code })
    const failed = takingApart('it is broken', () => Promise.reject(new Error(text)))
    await expect(failed).rejects.toMatchObject({ code })
    await expect(failed).rejects.toBeInstanceOf(DocumentFailure)
  })

  it('takes anything else that they throw for a defect of the bytes, in our words', async () => {
    const failed = takingApart('it is broken', () => {
      throw new TypeError('The left knee is not iterable')
    })
    await expect(failed).rejects.toBeInstanceOf(PageDefect)
    await expect(failed).rejects.toThrow(/^it is broken$/)
  })
})
