import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { type OcrEngine, OcrFailure, type OcrImage, type OcrSettings } from '../engine.ts'
import { limitTo } from '../limit.ts'
import { modelDigest } from '../model-digest.ts'
import { secondModelName, unpackedModelFolder } from '../models.ts'
import { secondTry, within } from '../patience.ts'
import { checkRoom } from '../temporary-file.ts'
import { canKeepRunning, type InstalledTesseract } from './installed.ts'
import { readOnce } from './one-shot.ts'
import { settingsOf, startTesseract, type TesseractProcess } from './process.ts'
import { wordsOfTsv } from './tsv.ts'

const THRESHOLDING = { otsu: '0', sauvola: '2' } as const

async function ownModel({ dataFolder }: InstalledTesseract): Promise<string> {
  return dataFolder === null ? 'eng' : `eng ${await modelDigest(join(dataFolder, 'eng.traineddata'))}`
}

/** A command is replaced after this many images, so that what it leaves in memory does not add up. */
const PAGES_A_PROCESS = 200

/**
 * The `tesseract` command, up to `jobs` at once. Where the system allows, a command reads one image after another; otherwise
 * each image starts one.
 * @throws {OcrFailure} when the command or its English language data is not installed.
 */
export function nativeEngine(
  installed: InstalledTesseract | null,
  options: {
    readonly jobs: number
    readonly limitMs?: number
    readonly keepRunning?: boolean
    /** Memory of its own that a command may take, in bytes. */
    readonly memoryBytes?: number
  },
): OcrEngine {
  if (!installed)
    throw new OcrFailure('the tesseract command is not installed: install tesseract-ocr or use --engine tesseract.js')
  if (!installed.languages.includes('eng'))
    throw new OcrFailure(
      'tesseract has no English language data: install tesseract-ocr-eng or use --engine tesseract.js',
    )
  const limitMs = options.limitMs ?? 120_000
  const inTurn = limitTo(options.jobs)
  const keepRunning = options.keepRunning ?? canKeepRunning()
  const running = new Set<ChildProcess>()
  const kept = new Set<TesseractProcess>()
  let idle: readonly TesseractProcess[] = []
  let closed = false

  const start = (args: readonly string[]) => {
    const process = startTesseract(args, options.memoryBytes)
    kept.add(process)
    return process
  }
  const end = (process: TesseractProcess) => {
    kept.delete(process)
    process.end()
  }
  /** One that waits with these settings, its model in memory; none for a second try, as others may have died with the first. */
  const takeIdle = (settings: string) => {
    for (const process of idle.filter((p) => p.hasEnded())) end(process)
    const living = idle.filter((p) => kept.has(p))
    const found = living.find((p) => p.settings === settings)
    idle = living.filter((p) => p !== found)
    return found
  }
  const giveBack = (process: TesseractProcess) => {
    if (process.pages() >= PAGES_A_PROCESS || closed) return end(process)
    // The second model and the remedies have settings of their own: a command of each kind may wait.
    const all = [...idle, process]
    idle = all.slice(-2 * options.jobs)
    for (const one of all.slice(0, -2 * options.jobs)) end(one)
  }
  const readKept = async (args: readonly string[], image: Buffer, signal: AbortSignal | undefined, fresh: boolean) => {
    const process = (fresh ? undefined : takeIdle(settingsOf(args))) ?? start(args)
    try {
      const tsv = await within(limitMs, signal, () => process.read(image))
      giveBack(process)
      return tsv
    } catch (error) {
      end(process)
      throw error
    }
  }
  const read = (image: OcrImage, settings: OcrSettings, signal: AbortSignal | undefined, isSecond: boolean) => {
    const args = argumentsFor(settings)
    if (keepRunning) return readKept(args, image.data, signal, isSecond)
    const all = ['stdin', 'stdout', ...args, '--dpi', `${Math.round(image.dpi)}`]
    return within(limitMs, signal, (unwanted) => readOnce(all, image.data, { ...options, signal: unwanted, running }))
  }

  return {
    name: 'tesseract',
    version: installed.version,
    model: async () => [await ownModel(installed), await secondModelName()].join(', '),
    concurrency: options.jobs,
    hasSecondModel: true,
    recognize: (image, settings, signal) =>
      inTurn(async () => {
        if (closed) throw new OcrFailure('the OCR engine is closed')
        signal?.throwIfAborted()
        const isWanted = () => !closed && !signal?.aborted
        const tsv = await secondTry((isSecond) => read(image, settings, signal, isSecond), isWanted)
        return { words: wordsOfTsv(tsv) }
      }),
    prepare: (settings) => {
      if (!keepRunning || closed) return
      try {
        const args = argumentsFor(settings)
        const alike = [...kept].filter((p) => p.settings === settingsOf(args))
        // Of the second model one is enough: not every page needs it.
        if (alike.length < (settings.model === 'second' ? 1 : options.jobs)) giveBack(start(args))
      } catch {
        // What is wrong will be told by whoever reads.
      }
    },
    checkRoom: () => {
      if (keepRunning) checkRoom()
    },
    close: async () => {
      closed = true
      for (const child of running) child.kill('SIGKILL')
      for (const process of kept) end(process)
    },
  }
}

/** @throws {OcrFailure} when the second model can be kept nowhere. */
function argumentsFor({ psm, thresholding = 'otsu', model }: OcrSettings): readonly string[] {
  return [
    ...(model === 'second' ? ['--tessdata-dir', unpackedModelFolder()] : []),
    ...['-l', 'eng', '--oem', '1', '--psm', `${psm}`],
    // By name and not by the file `tsv`: that one lies beside the usual model only.
    ...['-c', 'tessedit_create_tsv=1', '-c', `thresholding_method=${THRESHOLDING[thresholding]}`],
  ]
}
