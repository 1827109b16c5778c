import { Worker } from 'node:worker_threads'
import { fromSources, programOf } from '../../../home.ts'
import { childEnvironment } from '../../parent/environment.ts'
import { OcrDeath, type OcrEngine, OcrFailure, type OcrImage, type OcrSettings } from '../engine.ts'
import { limitTo, within } from '../limit.ts'
import { type EmbeddedModel, embeddedModel, modelName, versionOf } from '../models.ts'
import { wordsOfTsv } from '../tesseract/tsv.ts'

const entry = programOf('tesseract-js')

/** Tesseract's number for the LSTM recogniser alone. */
const LSTM_ONLY = 1
/** The WASM heap never shrinks: a thread is replaced after this many pages. */
const PAGES_A_THREAD = 60
const THRESHOLDING = { otsu: '0', sauvola: '2' } as const

/**
 * A thread and not a process of its own: what it parses are images that the reader has made, in WebAssembly, whose memory is walled off from
 * the program's; a process would cost 40 ms and 50 MB each and hide nothing more. It does not see the environment either.
 * Leptonica talks to the console about images that it does not like; the error that comes back says enough.
 */
const apart = () => ({ stdout: true, stderr: true, env: childEnvironment() })

type Reply = { readonly jobId: string; readonly status: string; readonly data: unknown }

/**
 * tesseract.js in worker threads, up to `jobs` at once, with the language data of the npm package `@tesseract.js-data/eng` or of the
 * folder that `TESSDATA_PREFIX` names. Needs nothing installed and no network. A thread is started when first needed.
 * @throws {OcrFailure} when that folder has no English model.
 */
export function tesseractJsEngine(options: { readonly jobs: number; readonly limitMs?: number }): OcrEngine {
  const limitMs = options.limitMs ?? 180_000
  const model = embeddedModel()
  const inTurn = limitTo(options.jobs)
  const idle: Thread[] = []
  const all = new Set<Thread>()
  let closed = false

  const retire = async (thread: Thread) => {
    all.delete(thread)
    await thread.end()
  }
  const readOnce = async (image: OcrImage, settings: OcrSettings, signal: AbortSignal | undefined) => {
    const thread = idle.pop() ?? startThread(model)
    all.add(thread)
    try {
      const tsv = await within(limitMs, signal, thread.read(image, settings))
      if (thread.pages() >= PAGES_A_THREAD) await retire(thread)
      else idle.push(thread)
      return { words: wordsOfTsv(tsv) }
    } catch (error) {
      await retire(thread)
      throw error
    }
  }
  return {
    name: 'tesseract.js',
    version: versionOf('tesseract.js'),
    model: () => modelName(model),
    concurrency: options.jobs,
    hasSecondModel: false,
    recognize: (image, settings, signal) =>
      inTurn(async () => {
        if (closed) throw new OcrFailure('the OCR engine is closed')
        signal?.throwIfAborted()
        // A thread that dies costs its image a second try, no more.
        return await readOnce(image, settings, signal).catch((error: unknown) => {
          if (closed || !(error instanceof OcrDeath)) throw error
          return readOnce(image, settings, signal)
        })
      }),
    close: async () => {
      closed = true
      await Promise.all([...all].map(retire))
    },
  }
}

type Thread = {
  readonly read: (image: OcrImage, settings: OcrSettings) => Promise<string>
  readonly pages: () => number
  readonly end: () => Promise<unknown>
}

function startThread(model: EmbeddedModel): Thread {
  const worker = fromSources
    ? new Worker(fromSourcesEntry(), { ...apart(), eval: true, execArgv: [] })
    : new Worker(entry, apart())
  worker.stdout.resume()
  worker.stderr.resume()
  const open = new Map<string, { resolve: (data: unknown) => void; reject: (error: Error) => void }>()
  let sent = 0
  let pages = 0
  const abandon = (why: OcrFailure) => {
    for (const { reject } of open.values()) reject(why)
    open.clear()
  }
  worker.on('message', ({ jobId, status, data }: Reply) => {
    const job = open.get(jobId)
    if (!job || status === 'progress') return
    open.delete(jobId)
    if (status === 'resolve') job.resolve(data)
    else job.reject(new OcrFailure(`tesseract.js could not read the image: ${data}`))
  })
  worker.on('error', (cause) => abandon(new OcrDeath(`tesseract.js died: ${cause.message}`, { cause })))
  worker.on('exit', () => abandon(new OcrDeath('tesseract.js was ended')))
  const ask = (action: string, payload: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const jobId = `${++sent}`
      open.set(jobId, { resolve, reject })
      worker.postMessage({ workerId: 'eng', jobId, action, payload })
    })
  const ready = (async () => {
    await ask('load', { options: { lstmOnly: true, logging: false } })
    await ask('loadLanguage', {
      langs: 'eng',
      options: {
        langPath: model.folder,
        cacheMethod: 'none',
        gzip: model.packed,
        lstmOnly: true,
      },
    })
    await ask('initialize', { langs: 'eng', oem: LSTM_ONLY, config: {} })
  })()
  // Whoever reads first hears of a failed start; without a listener it would end the process.
  ready.catch(() => undefined)
  return {
    pages: () => pages,
    end: () => worker.terminate(),
    read: async (image, settings) => {
      await ready
      pages++
      await ask('setParameters', {
        params: {
          tessedit_pageseg_mode: `${settings.psm}`,
          thresholding_method: THRESHOLDING[settings.thresholding ?? 'otsu'],
          user_defined_dpi: `${Math.round(image.dpi)}`,
        },
      })
      const data = await ask('recognize', { image: image.data, options: {}, output: { tsv: true, text: false } })
      const tsv = data !== null && typeof data === 'object' && 'tsv' in data ? data.tsv : null
      if (typeof tsv !== 'string') throw new OcrFailure('tesseract.js gave no words')
      return tsv
    },
  }
}

/** Running from sources: a thread does not inherit tsx, and `--import tsx` does not reach it. */
function fromSourcesEntry(): string {
  const [tsx, target] = [import.meta.resolve('tsx/esm/api'), entry.href].map((url) => JSON.stringify(url))
  return `import(${tsx}).then(({ register }) => (register(), import(${target})))`
}
