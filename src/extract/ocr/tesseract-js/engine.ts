import { Worker } from 'node:worker_threads'
import { fromSources, programOf } from '../../../home.ts'
import { childEnvironment } from '../../parent/environment.ts'
import { type OcrEngine, OcrFailure, type OcrImage, type OcrSettings } from '../engine.ts'
import { limitTo } from '../limit.ts'
import { type EmbeddedModel, embeddedModel, versionOf } from '../models.ts'
import { secondTry, within } from '../patience.ts'
import { wordsOfTsv } from '../tesseract/tsv.ts'

const entry = programOf('tesseract-js')

/** Tesseract's number for the LSTM recogniser alone. */
const LSTM_ONLY = 1
/** The WASM heap never shrinks: a thread is replaced after this many pages. */
const PAGES_A_THREAD = 60
const THRESHOLDING = { otsu: '0', sauvola: '2' } as const

/** What can be done about a failure that says nothing of its cause. */
const MEND =
  'its model or its program may be damaged, or the machine short of memory; install imr anew, or use fewer --jobs'

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
  /** `fresh`: by a new thread, as others may have died with the first. */
  const read = async (image: OcrImage, settings: OcrSettings, signal: AbortSignal | undefined, fresh: boolean) => {
    const thread = (fresh ? undefined : idle.pop()) ?? startThread(model)
    all.add(thread)
    try {
      const tsv = await within(limitMs, signal, () => thread.read(image, settings))
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
    model: async () => model.name,
    concurrency: options.jobs,
    hasSecondModel: false,
    recognize: (image, settings, signal) =>
      inTurn(async () => {
        if (closed) throw new OcrFailure('the OCR engine is closed')
        signal?.throwIfAborted()
        const isWanted = () => !closed && !signal?.aborted
        return await secondTry((isSecond) => read(image, settings, signal, isSecond), isWanted)
      }),
    // A thread reads with any settings.
    prepare: () => {
      if (closed || all.size >= options.jobs) return
      try {
        const thread = startThread(model)
        all.add(thread)
        idle.push(thread)
      } catch {
        // What is wrong will be told by whoever reads.
      }
    },
    // Images go to a thread by way of memory.
    checkRoom: () => undefined,
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

/** @throws {OcrFailure} when the machine has no thread to give. */
function startThread(model: EmbeddedModel): Thread {
  const worker = newWorker()
  worker.stdout.resume()
  worker.stderr.resume()
  const open = new Map<string, { resolve: (data: unknown) => void; reject: (error: Error) => void }>()
  let over: OcrFailure | null = null
  let sent = 0
  let pages = 0
  const ended = (cause?: unknown) => {
    over ??= new OcrFailure(
      'a thread of tesseract.js ended over a page: is the machine short of memory? Use fewer --jobs',
      {
        cause,
      },
    )
    for (const { reject } of open.values()) reject(over)
    open.clear()
  }
  worker.on('message', ({ jobId, status, data }: Reply) => {
    const job = open.get(jobId)
    if (!job || status === 'progress') return
    open.delete(jobId)
    if (status === 'resolve') job.resolve(data)
    else job.reject(new OcrFailure(`tesseract.js failed over a page: ${MEND}`, { cause: new Error(`${data}`) }))
  })
  worker.on('error', ended)
  worker.on('exit', () => ended())
  const ask = (action: string, payload: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      if (over) return reject(over)
      const jobId = `${++sent}`
      open.set(jobId, { resolve, reject })
      worker.postMessage({ workerId: 'eng', jobId, action, payload })
    })
  const ready = (async () => {
    await ask('load', { options: { lstmOnly: true, logging: false } })
    await ask('loadLanguage', {
      langs: [{ code: 'eng', data: model.data }],
      options: { cacheMethod: 'none', lstmOnly: true },
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
      if (typeof tsv !== 'string') throw new OcrFailure(`tesseract.js gave no words: ${MEND}`)
      return tsv
    },
  }
}

function newWorker(): Worker {
  try {
    return fromSources
      ? new Worker(fromSourcesEntry(), { ...apart(), eval: true, execArgv: [] })
      : new Worker(entry, apart())
  } catch (cause) {
    throw new OcrFailure(`a thread of tesseract.js cannot be started: ${MEND}`, { cause })
  }
}

/** Running from sources: a thread does not inherit tsx, and `--import tsx` does not reach it. */
function fromSourcesEntry(): string {
  const [tsx, target] = [import.meta.resolve('tsx/esm/api'), entry.href].map((url) => JSON.stringify(url))
  return `import(${tsx}).then(({ register }) => (register(), import(${target})))`
}
