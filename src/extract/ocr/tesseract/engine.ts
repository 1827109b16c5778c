import { type ChildProcess, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { childEnvironment } from '../../parent/environment.ts'
import { type OcrEngine, OcrFailure, type OcrImage, type OcrSettings } from '../engine.ts'
import { limitTo } from '../limit.ts'
import { modelDigest } from '../model-digest.ts'
import { secondModelName, unpackedModelFolder } from '../models.ts'
import { secondTry, within } from '../patience.ts'
import { checkRoom } from '../temporary-file.ts'
import { readOnce } from './one-shot.ts'
import { canKeepRunning, startTesseract, type TesseractProcess } from './process.ts'
import { wordsOfTsv } from './tsv.ts'

const THRESHOLDING = { otsu: '0', sauvola: '2' } as const

/** The `tesseract` command as it is installed. */
export type InstalledTesseract = {
  readonly version: string
  readonly languages: readonly string[]
  /** Where its language data lies; null when it does not say (before 5.0). */
  readonly dataFolder: string | null
}

/** null when there is none. */
export function installedTesseract(): InstalledTesseract | null {
  const run = spawnSync('tesseract', ['--version'], { encoding: 'utf8', env: childEnvironment() })
  const version = /tesseract v?(\d[\w.-]*)/.exec(`${run.stdout ?? ''}${run.stderr ?? ''}`)?.[1]
  if (run.error || version === undefined) return null
  const list = spawnSync('tesseract', ['--list-langs'], { encoding: 'utf8', env: childEnvironment() })
  const [heading = '', ...languages] = `${list.stdout ?? ''}`.split('\n').filter(Boolean)
  return { version, languages, dataFolder: /"(.+)"/.exec(heading)?.[1] ?? null }
}

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
export function nativeEngine(options: {
  readonly jobs: number
  readonly limitMs?: number
  readonly keepRunning?: boolean
}): OcrEngine {
  const installed = installedTesseract()
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
  let idle: readonly { readonly settings: string; readonly process: TesseractProcess }[] = []
  let closed = false

  const end = (process: TesseractProcess) => {
    kept.delete(process)
    process.end()
  }
  /** One that waits with these settings, its model in memory; none for a second try, as others may have died with the first. */
  const takeIdle = (settings: string) => {
    for (const { process } of idle.filter((i) => i.process.hasEnded())) end(process)
    const living = idle.filter((i) => kept.has(i.process))
    const found = living.find((i) => i.settings === settings)
    idle = living.filter((i) => i !== found)
    return found?.process
  }
  const giveBack = (settings: string, process: TesseractProcess) => {
    if (process.pages() >= PAGES_A_PROCESS || closed) return end(process)
    // The second model and the remedies have settings of their own: a command of each kind may wait.
    const all = [...idle, { settings, process }]
    idle = all.slice(-2 * options.jobs)
    for (const one of all.slice(0, -2 * options.jobs)) end(one.process)
  }
  const readKept = async (args: readonly string[], image: Buffer, signal: AbortSignal | undefined, fresh: boolean) => {
    const settings = args.join(' ')
    const process = (fresh ? undefined : takeIdle(settings)) ?? startTesseract(args)
    kept.add(process)
    try {
      const tsv = await within(limitMs, signal, () => process.read(image))
      giveBack(settings, process)
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
    return within(limitMs, signal, (unwanted) => readOnce(all, image.data, { signal: unwanted, running }))
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
