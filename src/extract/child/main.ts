import { DocumentFailure } from '../../model/index.ts'
import { program } from '../../version.ts'
import type {
  CopyRequest,
  DrawRequest,
  FromReader,
  PageReport,
  ReaderFailure,
  ReadRequest,
  Recognize,
  ToReader,
} from '../messages.ts'
import type { OcrWord } from '../ocr/engine.ts'
import { limitTo } from '../ocr/limit.ts'
import { programReplaced } from '../program-replaced.ts'
import { drawAll } from './draw.ts'
import type { OpenDocument, OpenRequest } from './open-document.ts'
import { emptyPage, pageIssue } from './page/report.ts'
import { EngineTrouble, ofMachine, PageDefect } from './trouble.ts'

const waiting = new Map<number, { resolve: (words: readonly OcrWord[]) => void; reject: (error: Error) => void }>()
const waitingForRoom = new Map<number, () => void>()
let asked = 0

const send = (message: FromReader) => void process.send?.(message)

/** Asks the parent, who knows what all readers hold, and waits until it lets us. */
const room = (message: Extract<FromReader, { kind: 'begin' | 'image' }>) =>
  new Promise<void>((resolve) => {
    waitingForRoom.set(message.id, resolve)
    send(message)
  })

const recognizer = ({ hasSecondModel, lastTry }: ReadRequest): Recognize =>
  Object.assign(
    async (...[image, settings]: Parameters<Recognize>) => {
      const id = ++asked
      await room({ kind: 'image', id, bytes: image.data.byteLength })
      return new Promise<readonly OcrWord[]>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        send({ kind: 'recognize', id, image, settings })
      })
    },
    { expected: () => send({ kind: 'picture' }), hasSecondModel, lastTry },
  )

/** What takes a file apart, by its kind: each with libraries that take their time to load. */
const openers = {
  pdf: async () => (await import('./pdf/file.ts')).openPdfFile,
  image: async () => (await import('./image-file.ts')).openImageFile,
}
const kinds = ['pdf', 'image'] as const
type Kind = keyof typeof openers

const isKind = (text: string | undefined): text is Kind => kinds.some((kind) => kind === text)

/**
 * Serves one document after another. Everything that touches a stranger's bytes happens in this process. What takes files apart is
 * loaded at once, that of the `expected` kind alone where the first file is known.
 */
export function serve(expected?: string): void {
  process.on('message', (message: ToReader) => {
    if (message.kind === 'read' || message.kind === 'draw' || message.kind === 'copy') {
      void done(message).catch((error: unknown) => {
        const why = failureOf(error)
        // A parent of version 0.1 looks for a code and a message; from another one it is never asked.
        const asThen = why.kind === 'document' ? { code: why.code, message: why.message } : {}
        send({ kind: 'failed', why, ...asThen })
      })
      return
    }
    if (message.kind === 'room') {
      waitingForRoom.get(message.id)?.()
      waitingForRoom.delete(message.id)
      return
    }
    const answer = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'words') answer?.resolve(message.words)
    else answer?.reject(new EngineTrouble(message.id))
  })
  // What cannot be loaded is told when it is needed.
  for (const kind of isKind(expected) ? [expected] : kinds) openers[kind]().catch(() => {})
}

async function done(message: ReadRequest | DrawRequest | CopyRequest): Promise<void> {
  if (message.kind === 'read') return readAll(message)
  if (message.kind === 'draw') return drawAll(message, open, send)
  // What writes PDFs is loaded where it is asked for.
  return (await import('./copy.ts')).copySearchable(message, send)
}

function failureOf(error: unknown): ReaderFailure {
  if (error instanceof DocumentFailure) return { kind: 'document', code: error.code, message: error.message }
  if (error instanceof EngineTrouble) return { kind: 'engine', request: error.request }
  // Memory runs out wherever it is asked for, in code of ours too.
  const machine = ofMachine(error)
  if (machine?.code === 'memory-limit') return { kind: 'document', code: machine.code, message: machine.message }
  return error instanceof Error
    ? { kind: 'unknown', error: error.name, said: error.stack ?? error.message }
    : { kind: 'unknown', error: 'error', said: `${error}` }
}

async function open(request: OpenRequest, recognize: Recognize): Promise<OpenDocument> {
  const opener = await openers[request.mediaType === 'application/pdf' ? 'pdf' : 'image']()
  return opener(request, recognize)
}

async function readAll(request: ReadRequest): Promise<void> {
  if (request.program !== program) throw programReplaced(request.program, program)
  const recognize = recognizer(request)
  const document = await open(request, recognize)
  if (document.pageCount > request.mostPages) {
    await document.close()
    throw new DocumentFailure(
      'too-large',
      `the file says that it has ${document.pageCount} pages, more than the ${request.mostPages} allowed: split it`,
    )
  }
  send({ kind: 'opened', program, pageCount: document.pageCount, issues: document.issues })
  const inTurn = limitTo(request.pagesAtOnce)
  const [first, last] = request.pages ?? [1, document.pageCount]
  const tooLong = request.maxPages !== null && document.pageCount > request.maxPages
  const numbers = tooLong ? [] : span(first, Math.min(last, document.pageCount))
  await Promise.all(
    numbers.map((number) =>
      inTurn(async () => {
        const begun = ++asked
        await room({ kind: 'begin', id: begun })
        send({ kind: 'page', begun, ...(await settled(number, document.read)) })
      }),
    ),
  )
  await document.close()
  send({ kind: 'done' })
}

const span = (first: number, last: number) => Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)

/** A page whose bytes are broken is unreadable, and the others are read all the same. @throws whatever else goes wrong. */
async function settled(number: number, read: OpenDocument['read']): Promise<PageReport> {
  try {
    return await read(number)
  } catch (error) {
    if (!(error instanceof PageDefect)) throw error
    return emptyPage(
      number,
      'unreadable',
      pageIssue('extract.page-failed', 'error', `the page could not be read: ${error.message}`, number),
    )
  }
}
