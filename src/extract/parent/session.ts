import { readFile } from 'node:fs/promises'
import { DocumentFailure, type Issue, internalFailure } from '../../model/index.ts'
import { program } from '../../version.ts'
import type {
  CopyRequest,
  DrawnImage,
  DrawRequest,
  FromReader,
  MediaType,
  PageReport,
  ReaderFailure,
  ReadRequest,
  ToReader,
} from '../messages.ts'
import { type OcrEngine, OcrFailure, OcrOutgrown, type OcrWord } from '../ocr/engine.ts'
import { programReplaced } from '../program-replaced.ts'
import { type GiveBack, type ImageMemory, usualImageMemory } from './image-memory.ts'
import type { Limits } from './limits.ts'
import { giveReaderBack, newReader, type Reader, takeReader } from './pool.ts'
import { workClock } from './work-clock.ts'

const WATCH_MS = 100

/** How a process ends that cannot go on: libraries without memory do so too, and not all of them say why. */
const CRASHES: readonly unknown[] = ['SIGSEGV', 'SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGBUS']
/** A process that was seen above this share of its memory limit when it crashed has crashed for that. */
const LARGE = 0.5

export type ReadPages = {
  readonly path: string
  readonly mediaType: MediaType
  readonly engine: OcrEngine
  readonly limits: Limits
  readonly pages: readonly [number, number] | null
  readonly maxPages: number | null
  readonly pagesAtOnce: number
  readonly lastTry: boolean
  /** What its images take their room from; default: that of the process. */
  readonly imageMemory?: ImageMemory | undefined
  readonly signal?: AbortSignal | undefined
  readonly onOpened: (pageCount: number, issues: readonly Issue[]) => void
  readonly onPage: (report: PageReport) => void
}

/** One request to a reader, and who hears of what comes of it. */
type Job = Pick<ReadPages, 'limits' | 'imageMemory' | 'signal' | 'onOpened' | 'onPage'> & {
  readonly request: ReadRequest | DrawRequest | CopyRequest
  /** null: nothing is read. */
  readonly engine: OcrEngine | null
  readonly onDrawn: (number: number, images: readonly DrawnImage[]) => void
  readonly onCopied?: (copy: Extract<FromReader, { kind: 'copied' | 'not-copied' }>) => void
}

/** Reads one document in a child process: see {@link onReader}. */
export function readPages(job: ReadPages): Promise<void> {
  const { path, mediaType, pagesAtOnce, limits, engine, lastTry, pages, maxPages } = job
  const request: ReadRequest = {
    ...{ kind: 'read', program, path, mediaType, pagesAtOnce, lastTry, pages, maxPages },
    maxPixels: limits.maxPixels,
    mostPages: limits.pages,
    hasSecondModel: engine.hasSecondModel,
  }
  return onReader({ ...job, request, onDrawn: () => {} })
}

/**
 * Has one document opened in a child process, and kills the process when it takes too long, grows too large or is no longer wanted.
 * A process that was done with its document without trouble may read another one later; one that is killed by somebody else costs its document
 * a second try, from the beginning. OCR requests are answered by `engine`.
 * @throws {DocumentFailure} what the child found wrong with the file, time-limit, memory-limit; ocr-unavailable when the engine or the machine
 * failed; internal when we did; or the signal's reason.
 */
export async function onReader(job: Job): Promise<void> {
  const { memoryBytes } = job.limits
  job.signal?.throwIfAborted()
  try {
    await readBy(takeReader(memoryBytes), job)
  } catch (error) {
    if (!(error instanceof ReaderLost) || job.signal?.aborted) throw error
    await readBy(newReader(memoryBytes), job).catch((again: unknown) => {
      if (!(again instanceof ReaderLost)) throw again
      throw new DocumentFailure(
        'ocr-unavailable',
        `the page reader ${again.message}: is the machine short of memory, processes or time? Use fewer --jobs`,
        { cause: again },
      )
    })
  }
}

/** A reader that could not be started, was killed by somebody else, or cannot be spoken to any more. */
class ReaderLost extends Error {}

/** @throws {ReaderLost} too. */
function readBy(reader: Reader, job: Job): Promise<void> {
  const { limits, signal } = job
  return new Promise((resolve, reject) => {
    const child = reader.process
    let settled = false
    const abandon = new AbortController()
    const memory = job.imageMemory ?? usualImageMemory()
    /** What pages and images of this document hold, by their numbers. */
    const held = new Map<number, GiveBack>()
    const settle = (finish: () => void) => {
      if (settled) return
      settled = true
      clearInterval(watch)
      signal?.removeEventListener('abort', onAbort)
      child.off('error', onError).off('exit', onExit).off('message', onMessage)
      abandon.abort()
      for (const giveBack of held.values()) giveBack()
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

    const clock = workClock(limits, () => performance.now())
    let mostBytes = 0
    const watch = setInterval(() => {
      void usageOf(child.pid).then(({ bytes, cpuMs }) => {
        if (settled) return
        clock.tick(cpuMs)
        const standing = clock.standing()
        if (standing === 'late') fail(tooMuchWork())
        // Where others' pages take all the room, it waits for its turn with nothing to do.
        else if (standing === 'still' && !(held.size === 0 && queued > 0)) fail(new ReaderLost('stands still'))
        mostBytes = Math.max(mostBytes, bytes)
        if (bytes > limits.memoryBytes) fail(tooMuchMemory())
      })
    }, WATCH_MS)

    const onError = (cause: unknown) => fail(new ReaderLost('cannot be started or spoken to', { cause }))
    const onExit = (code: number | null, killed: NodeJS.Signals | null) => {
      // What it complained of may hold words of the document: for whoever debugs, not for the ledger.
      const cause = new Error(reader.complaint())
      const outgrown = CRASHES.includes(killed) && mostBytes > LARGE * limits.memoryBytes
      if (reader.outOfMemory() || outgrown) fail(tooMuchMemory())
      // It ends itself only when its channel is cut; these signals are nobody's who takes a file apart.
      else if (code === 0 || killed === 'SIGKILL' || killed === 'SIGTERM')
        fail(new ReaderLost(`was ended (${killed ?? 'channel cut'})`, { cause }))
      else fail(internalFailure(cause))
    }
    let queued = 0
    const giveRoom = (id: number, taken: Promise<GiveBack>) => {
      queued++
      taken.then(
        (giveBack) => {
          queued--
          clock.heard()
          if (settled) return giveBack()
          held.set(id, giveBack)
          if (child.connected) child.send({ kind: 'room', id } satisfies ToReader)
        },
        // The document was given up meanwhile.
        () => {},
      )
    }
    const giveBack = (id: number) => {
      held.get(id)?.()
      held.delete(id)
    }
    const troubles = new Map<number, unknown>()
    const failureOf = (why: ReaderFailure): DocumentFailure => {
      if (why.kind === 'document') return new DocumentFailure(why.code, why.message)
      if (why.kind === 'engine') return engineFailed(troubles.get(why.request))
      return internalFailure(Object.assign(new Error(why.said), { name: why.error }))
    }
    const onMessage = (message: FromReader) => {
      if (settled) return
      clock.heard()
      switch (message.kind) {
        case 'opened':
          // A reader of a version that did not look at this yet.
          if (message.program !== program) return fail(programReplaced(program, message.program))
          return job.onOpened(message.pageCount, message.issues)
        case 'begin':
          return giveRoom(message.id, memory.page(abandon.signal))
        case 'page':
          giveBack(message.begun)
          return job.onPage(message)
        case 'drawn':
          return job.onDrawn(message.number, message.images)
        case 'copied':
        case 'not-copied':
          return job.onCopied?.(message)
        case 'failed':
          return fail(message.why ? failureOf(message.why) : programReplaced(program, undefined))
        case 'done':
          return settle(() => {
            void usageOf(child.pid).then(({ bytes }) => {
              giveReaderBack(reader, bytes)
              resolve()
            })
          })
        case 'picture':
          return job.engine?.prepare({ psm: 6 })
        case 'image':
          clock.wait()
          return giveRoom(message.id, memory.image(message.bytes, abandon.signal))
        case 'recognize': {
          const { id } = message
          const { engine } = job
          // Who only draws has no words to ask for: a file may have taken it over.
          if (!engine) return fail(internalFailure(new Error('a reader asked for words unasked')))
          const answer = (reply: ToReader) => {
            giveBack(id)
            clock.resume()
            if (!settled && child.connected) child.send(reply)
          }
          // Most pages have a number to be doubted: its reader is at hand by then.
          if (engine.hasSecondModel) setImmediate(() => engine.prepare({ psm: 6, model: 'second' }))
          void recognized(engine, message, abandon.signal).then(
            (words) => answer({ kind: 'words', id, words }),
            (error) => {
              troubles.set(id, error)
              answer({ kind: 'trouble', id })
            },
          )
        }
      }
    }
    child.on('error', onError).on('exit', onExit).on('message', onMessage)
    if (child.connected) child.send(job.request)
    // Where the machine had no process to give, the error comes a moment later; a reader that has just died is another such case.
    else setImmediate(() => fail(new ReaderLost('cannot be started or spoken to')))
  })
}

async function recognized(
  engine: OcrEngine,
  { image, settings }: Extract<FromReader, { kind: 'recognize' }>,
  signal: AbortSignal,
): Promise<readonly OcrWord[]> {
  const data = Buffer.from(image.data.buffer, image.data.byteOffset, image.data.byteLength)
  return (await engine.recognize({ ...image, data }, settings, signal)).words
}

/** An engine's own words say what to do; of anything else it is only known that it is not the document's fault. */
function engineFailed(cause: unknown): DocumentFailure {
  if (cause instanceof OcrOutgrown) return new DocumentFailure('memory-limit', cause.message, { cause })
  const why = cause instanceof OcrFailure ? cause.message : 'the OCR engine failed: run it again'
  return new DocumentFailure('ocr-unavailable', why, { cause })
}

/** What a process has used so far: resident memory in bytes, processor time in milliseconds. */
export type Usage = { readonly bytes: number; readonly cpuMs: number | null }

/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux (proc(5)). */
const TICKS = 100

/** What a process uses; nothing where the system has no /proc (there the heap limit and the wall clock alone hold). */
export async function usageOf(pid: number | undefined): Promise<Usage> {
  try {
    const [status, stat] = await Promise.all(['status', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')))
    // In kilobytes, however large a page of memory is here.
    const bytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0) * 1024
    // The command's name, in brackets, may hold spaces: count from behind it. Fields 14 and 15 are user and system time.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
    return { bytes, cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS }
  } catch {
    return { bytes: 0, cpuMs: null }
  }
}

const tooMuchMemory = () =>
  new DocumentFailure(
    'memory-limit',
    'reading the file takes too much memory: it may be damaged or made to do harm; print it to a new PDF and hand that in',
  )

const tooMuchWork = () =>
  new DocumentFailure(
    'time-limit',
    'reading the file takes too long: it may be damaged or made to do harm; print it to a new PDF and hand that in',
  )
