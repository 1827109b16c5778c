import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { childEnvironment } from '../../parent/environment.ts'
import { OcrDeath, type OcrEngine, OcrFailure } from '../engine.ts'
import { limitTo, within } from '../limit.ts'
import { modelDigest } from '../model-digest.ts'
import { modelName, unpackedModelFolder } from '../models.ts'
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
  const idle: { readonly settings: string; readonly process: TesseractProcess }[] = []
  let closed = false

  const end = (process: TesseractProcess) => {
    kept.delete(process)
    process.end()
  }
  const readInTurn = async (args: readonly string[], data: Buffer, signal: AbortSignal | undefined) => {
    const settings = args.join(' ')
    const at = idle.findIndex((i) => i.settings === settings)
    const process = (at < 0 ? undefined : idle.splice(at, 1)[0]?.process) ?? startTesseract(args)
    kept.add(process)
    try {
      const tsv = await within(limitMs, signal, process.read(data))
      if (process.pages() >= PAGES_A_PROCESS || closed) end(process)
      else idle.push({ settings, process })
      // The second model and the remedies have settings of their own: a command of each kind may wait, its model in memory.
      for (const one of idle.splice(0, Math.max(0, idle.length - 2 * options.jobs))) end(one.process)
      return tsv
    } catch (error) {
      end(process)
      throw error
    }
  }
  /** A command that dies (killed by the system, out of memory) costs its image a second try, no more. */
  const readTwice = (...job: Parameters<typeof readInTurn>) =>
    readInTurn(...job).catch((error: unknown) => {
      if (closed || !(error instanceof OcrDeath)) throw error
      return readInTurn(...job)
    })

  return {
    name: 'tesseract',
    version: installed.version,
    model: async () => [await ownModel(installed), await modelName()].join(', '),
    concurrency: options.jobs,
    hasSecondModel: true,
    recognize: (image, settings, signal) =>
      inTurn(async () => {
        if (closed) throw new OcrFailure('the OCR engine is closed')
        signal?.throwIfAborted()
        const model = settings.model === 'second' ? ['--tessdata-dir', unpackedModelFolder()] : []
        const args = [...model, '-l', 'eng', '--oem', '1', '--psm', `${settings.psm}`]
        // By name and not by the file `tsv`: that one lies beside the usual model only.
        args.push(
          '-c',
          'tessedit_create_tsv=1',
          '-c',
          `thresholding_method=${THRESHOLDING[settings.thresholding ?? 'otsu']}`,
        )
        if (keepRunning) return { words: wordsOfTsv(await readTwice(args, image.data, signal)) }
        const whole = ['stdin', 'stdout', ...args, '--dpi', `${Math.round(image.dpi)}`]
        return { words: wordsOfTsv(await run(whole, image.data, { limitMs, signal, running })) }
      }),
    close: async () => {
      closed = true
      for (const child of running) child.kill('SIGKILL')
      for (const process of kept) end(process)
    },
  }
}

function run(
  args: readonly string[],
  input: Buffer,
  { limitMs, signal, running }: { limitMs: number; signal: AbortSignal | undefined; running: Set<ChildProcess> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('tesseract', args, {
      env: childEnvironment(),
      stdio: 'pipe',
      // A group of its own: a terminal's Ctrl-C is for the parent to act on. It ends when its page is read or its parent gone.
      detached: true,
    })
    running.add(child)
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, limitMs)
    const abort = () => void child.kill('SIGKILL')
    signal?.addEventListener('abort', abort, { once: true })
    const out: Buffer[] = []
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk}`.slice(-500)
    })
    // A process that dies early closes its input: its exit code tells why, not this.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      running.delete(child)
      finish()
    }
    child.on('error', (cause) => settle(() => reject(new OcrFailure('tesseract could not be started', { cause }))))
    child.on('close', (code, killed) =>
      settle(() => {
        if (code === 0) resolve(Buffer.concat(out).toString('utf8'))
        else if (signal?.aborted) reject(signal.reason)
        else if (late) reject(new OcrFailure(`tesseract took longer than ${limitMs / 1000} s for one page`))
        else reject(new OcrFailure(`tesseract failed (${killed ?? code}): ${complaint.trim() || 'no message'}`))
      }),
    )
  })
}
