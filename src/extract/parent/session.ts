import { readFile } from 'node:fs/promises'
import { DocumentFailure, type Issue } from '../../model/index.ts'
import type { FromReader, MediaType, OcrAnswer, PageReport, ReadRequest } from '../messages.ts'
import type { OcrEngine } from '../ocr/engine.ts'
import type { Limits } from './limits.ts'
import { giveReaderBack, takeReader } from './pool.ts'

const WATCH_MS = 200

export type ReadPages = {
  readonly path: string
  readonly mediaType: MediaType
  readonly engine: OcrEngine
  readonly limits: Limits
  readonly pages: readonly [number, number] | null
  readonly maxPages: number | null
  readonly pagesAtOnce: number
  readonly signal?: AbortSignal | undefined
  readonly onOpened: (pageCount: number, issues: readonly Issue[]) => void
  readonly onStarted: (page: number) => void
  readonly onPage: (report: PageReport) => void
}

/**
 * Reads one document in a child process, and kills the process when it takes too long, grows too large or is no longer wanted.
 * A process that was done with its document without trouble may read another one later. OCR requests are answered by `engine`.
 * @throws {DocumentFailure} what the child found wrong with the file, time-limit, memory-limit; or the signal's reason.
 */
export function readPages(job: ReadPages): Promise<void> {
  const { limits, signal } = job
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const reader = takeReader(limits.memoryBytes)
    const child = reader.process
    let settled = false
    const abandon = new AbortController()
    const settle = (finish: () => void) => {
      if (settled) return
      settled = true
      clearInterval(watch)
      signal?.removeEventListener('abort', onAbort)
      child.off('error', onError).off('exit', onExit).off('message', onMessage)
      abandon.abort()
      finish()
    }
    const fail = (failure: unknown) =>
      settle(() => {
        child.on('error', () => {})
        child.kill('SIGKILL')
        reject(failure)
      })
    const onAbort = () => fail(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })

    const clock = workClock(limits)
    const watch = setInterval(() => {
      if (clock.late())
        fail(
          new DocumentFailure(
            'time-limit',
            'reading the file takes too long: it may be damaged or made to do harm; print it to a new PDF and hand that in',
          ),
        )
      void residentBytes(child.pid).then((bytes) => {
        if (bytes > limits.memoryBytes) fail(tooMuchMemory())
      })
    }, WATCH_MS)

    const onError = (cause: unknown) =>
      fail(new DocumentFailure('internal', 'the page reader could not be started', { cause }))
    const onExit = (code: number | null, killed: NodeJS.Signals | null) => {
      if (reader.outOfMemory()) fail(tooMuchMemory())
      else {
        const why = killed ?? `exit code ${code}`
        // What it complained of may hold words of the document: for whoever debugs, not for the ledger.
        const cause = new Error(reader.complaint())
        fail(new DocumentFailure('internal', `the page reader died (${why}): run it again`, { cause }))
      }
    }
    const onMessage = (message: FromReader) => {
      if (settled) return
      clock.heard()
      switch (message.kind) {
        case 'opened':
          return job.onOpened(message.pageCount, message.issues)
        case 'started':
          return job.onStarted(message.page)
        case 'page':
          return job.onPage(message)
        case 'failed':
          return fail(new DocumentFailure(message.code, message.message))
        case 'done':
          return settle(() => {
            void residentBytes(child.pid).then((bytes) => {
              giveReaderBack(reader, bytes)
              resolve()
            })
          })
        case 'recognize': {
          clock.wait()
          void answer(job.engine, message, abandon.signal).then((reply) => {
            clock.resume()
            if (!settled && child.connected) child.send(reply)
          })
        }
      }
    }
    child.on('error', onError).on('exit', onExit).on('message', onMessage)
    const request: ReadRequest = {
      kind: 'read',
      path: job.path,
      mediaType: job.mediaType,
      pagesAtOnce: job.pagesAtOnce,
      maxPixels: limits.maxPixels,
      mostPages: limits.pages,
      hasSecondModel: job.engine.hasSecondModel,
      pages: job.pages,
      maxPages: job.maxPages,
    }
    child.send(request)
  })
}

async function answer(
  engine: OcrEngine,
  { id, image, settings }: Extract<FromReader, { kind: 'recognize' }>,
  signal: AbortSignal,
): Promise<OcrAnswer> {
  try {
    const data = Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength)
    const { words } = await engine.recognize({ ...image, data }, settings, signal)
    return { kind: 'words', id, words, error: null }
  } catch (error) {
    return { kind: 'words', id, words: null, error: error instanceof Error ? error.message : `${error}` }
  }
}

/** Counts the time the child works: while it waits for OCR alone, the clock stands still. */
function workClock({ silenceMs, documentMs }: Limits) {
  let waiting = 0
  let since = performance.now()
  let worked = 0
  const sinceHeard = () => (waiting > 0 ? 0 : performance.now() - since)
  return {
    heard: () => {
      worked += sinceHeard()
      since = performance.now()
    },
    wait: () => {
      waiting++
    },
    resume: () => {
      waiting--
      since = performance.now()
    },
    late: () => sinceHeard() > silenceMs || worked + sinceHeard() > documentMs,
  }
}

const PAGE_BYTES = 4096

/** Resident memory of a process; 0 where the system has no /proc (there the heap limit alone holds). */
export async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8')
    return Number(statm.split(' ')[1]) * PAGE_BYTES
  } catch {
    return 0
  }
}

const tooMuchMemory = () =>
  new DocumentFailure(
    'memory-limit',
    'reading the file takes too much memory: it may be damaged or made to do harm; print it to a new PDF and hand that in',
  )
