import { setTimeout as sleep } from 'node:timers/promises'
import { isWorthRereading } from '../extract/index.ts'
import { limitTo } from '../extract/ocr/limit.ts'
import { type Input, isAbout } from '../intake/inputs.ts'
import { type CaseRecord, DocumentFailure, fileFailure, isPassing, type Page, type ReadBy } from '../model/index.ts'
import type { SourceFile } from '../pipeline.ts'
import {
  type DocumentEntry,
  type Failure,
  failureOf,
  LEASE_MS,
  type Lease,
  LeaseLost,
  type LocalFile,
  type Store,
  StoreRefused,
  sha256Of,
  unreadableId,
} from '../store/index.ts'

/** What became of one input. `records` is empty for a `duplicate`, and for what was not begun or given up half-way. */
export type Outcome = {
  readonly input: Input
  /**
   * `read` now; `known` from the store, not read again; `duplicate` of an earlier input of this run; `failed` (its record says
   * why); `interrupted`: left for the next run.
   */
  readonly kind: 'read' | 'known' | 'duplicate' | 'failed' | 'interrupted'
  /** Whether the file was read in this run; not when what came of it was in the store. */
  readonly readNow: boolean
  readonly records: readonly CaseRecord[]
  readonly pages: number
  readonly failure: Failure | null
  /** File name of the input that had the same bytes. */
  readonly sameAs: string | null
}

export type BatchOptions = {
  /**
   * Reads one file into case records: the pipeline with its engine. `keep` takes the pages that it read, to be stored with the records. Rejects
   * soon after `signal` fires.
   */
  readonly readCases: (
    file: SourceFile,
    signal: AbortSignal,
    keep: (pages: readonly Page[]) => void,
  ) => Promise<readonly CaseRecord[]>
  /** What reads: a file that fails has a record, too, which says so. */
  readonly readBy: () => Promise<ReadBy>
  /** null: nothing is kept. */
  readonly store: Store | null
  /** Documents worked on at once. */
  readonly documents: number
  /** Read again what the store already knows. */
  readonly again?: boolean
  /** Stops: what is under way is given back to the store, the rest is not begun. */
  readonly signal?: AbortSignal
}

/** How often a lease is prolonged, in milliseconds. */
const RENEW_MS = LEASE_MS / 4
/** How often to look whether another run is done with a document, in milliseconds. */
const LOOK_MS = 250
/** How many inputs may be done before one in front of them is: outcomes wait in memory for their turn. */
const AHEAD = 256

/**
 * Reads all inputs, several at once, and gives what became of each in the order of the inputs. A document that fails is an
 * outcome, never an exception: the rest is done. What another run is reading is waited for. Whoever stops taking outcomes
 * stops the reading: what is under way is given back to the store.
 * @throws {StoreUnavailable}, errors of the received files' disk: nothing can be promised then. What the store refuses of one
 * document is that document's failure.
 */
export async function* runBatch(inputs: readonly Input[], options: BatchOptions): AsyncGenerator<Outcome> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const slots = limitTo(options.documents)
  const seen = new Map<string, string>()
  const line: Promise<Outcome>[] = []
  let before: Promise<void> = Promise.resolve()
  let next = 0
  const begin = (input: Input) => {
    const turn = turnAfter(before)
    before = turn.over
    const outcome = slots(() => runOne(input, { seen, turn, signal }, options).finally(turn.end))
    // It is looked at when its turn comes.
    outcome.catch(() => {})
    line.push(outcome)
  }
  try {
    for (;;) {
      for (; line.length < options.documents + AHEAD; next++) {
        const input = inputs[next]
        if (!input) break
        begin(input)
      }
      const first = line.shift()
      if (!first) return
      yield await first
    }
  } finally {
    stop.abort()
    await Promise.allSettled(line)
  }
}

/** Whether what came of a document was the fault of a moment: read again, it may come out better. */
async function mayReadBetter({ sha256, state, cause, againCause }: DocumentEntry, store: Store): Promise<boolean> {
  // A document that was done has no cause; one that could not be read again keeps what it gave, and why.
  if (isPassing(cause ?? againCause)) return true
  return state === 'done' && (await store.records(sha256)).some((r) => isWorthRereading(r.issues))
}

/** What makes records, of letters and of files that have none: nobody waits for it before something was read. */
async function understanding() {
  const [{ failedRecord }, { noLetterIn }] = await Promise.all([
    import('../normalize/index.ts'),
    import('../pipeline.ts'),
  ])
  return { failedRecord, noLetterIn }
}

type Batch = {
  /** Content that an input of this run has brought: its sha256, and the file name of the first input that did. */
  readonly seen: Map<string, string>
  readonly turn: Turn
  readonly signal: AbortSignal
}

/** An input's place in the queue in which inputs with the same bytes are told apart from the first one. */
type Turn = {
  /** All inputs in front have had their turn. */
  readonly come: Promise<void>
  /** Resolves when this turn and all in front are over. */
  readonly over: Promise<void>
  readonly end: () => void
}

function turnAfter(come: Promise<void>): Turn {
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { come, over: come.then(() => ended), end }
}

async function runOne(input: Input, { seen, turn, signal }: Batch, options: BatchOptions): Promise<Outcome> {
  const { store } = options
  const result = (kind: Outcome['kind'], rest: Partial<Outcome> = {}): Outcome => ({
    input,
    kind,
    readNow: kind === 'read' || kind === 'failed',
    records: [],
    pages: rest.records?.[0]?.document.pageCount ?? 0,
    failure: null,
    sameAs: null,
    ...rest,
  })
  if (signal.aborted) return result('interrupted')
  if (input.failure) return unreadable(input.failure)

  let entry: DocumentEntry | null
  let sha256: string
  try {
    entry = store ? await store.receive(input) : null
    sha256 = entry?.sha256 ?? (await sha256Of(input.path))
  } catch (error) {
    if (error instanceof StoreRefused) return failed(input.fileName, unreadableId(input.path), failureOf(error))
    // Only the input's own trouble is its own: a full disk or a damaged database is the run's.
    if (!isAbout(error, input.path)) throw error
    return unreadable(fileFailure(error))
  }

  // The first input in the order given is the one that is read, whichever was hashed first.
  await turn.come
  const first = seen.get(sha256)
  if (first !== undefined) return result('duplicate', { sameAs: first })
  seen.set(sha256, input.fileName)
  turn.end()

  const file = { path: input.path, fileName: input.fileName, sha256 }
  if (!store) return read(file)
  const again = options.again || (entry !== null && (await mayReadBetter(entry, store)))
  const lease = await store.claim(sha256, { again })
  return lease ? underLease(lease, file, store) : othersWork(file, store)

  async function unreadable(failure: DocumentFailure): Promise<Outcome> {
    const outcome = await failed(input.fileName, unreadableId(input.path), failure)
    const [record] = outcome.records
    if (record) await store?.noteUnreadable({ path: input.path, record, failure })
    return outcome
  }

  async function failed(fileName: string, id: string, failure: DocumentFailure): Promise<Outcome> {
    const file = { fileName, sha256: id, mediaType: 'application/octet-stream', pageCount: 0 }
    const { failedRecord } = await understanding()
    return result('failed', { records: [failedRecord(file, failure, await options.readBy())], failure })
  }

  /** What the store has of a document; while another run is reading it, waits for it, and takes it over when it is given up. */
  async function othersWork(source: SourceFile, from: Store): Promise<Outcome> {
    for (;;) {
      const found = await from.find(source.sha256)
      if (found?.state === 'done' || found?.state === 'failed') return known(found, from)
      if (!found) return failed(source.fileName, source.sha256, forgotten())
      if (signal.aborted) return result('interrupted')
      const freed = await from.claim(source.sha256)
      if (freed) return underLease(freed, source, from)
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
    }
  }

  async function known(found: DocumentEntry, from: Store): Promise<Outcome> {
    // The bytes decide what a record says; the name is the one it was handed in under now.
    const records = (await from.records(found.sha256)).map((r) => ({
      ...r,
      document: { ...r.document, fileName: input.fileName },
    }))
    const failure = found.cause ? { code: found.cause, message: found.message ?? '' } : null
    return result(failure ? 'failed' : 'known', { records, failure, readNow: false })
  }

  /** Reads a file; a failure becomes its record. */
  async function read(source: SourceFile, keepPages: (pages: readonly Page[]) => void = () => {}): Promise<Outcome> {
    try {
      const records = await options.readCases(source, signal, keepPages)
      const { noLetterIn } = await understanding()
      const failure = noLetterIn(records)
      return result(failure ? 'failed' : 'read', { records, failure })
    } catch (error) {
      if (signal.aborted) return result('interrupted')
      return await failed(source.fileName, source.sha256, failureOf(error))
    }
  }

  async function underLease(first: Lease, source: SourceFile, into: Store): Promise<Outcome> {
    let lease = first
    const renewal = setInterval(() => {
      // A lease that cannot be renewed is lost; the result is then refused, which is where it is dealt with.
      into.renew(lease).then(
        (renewed) => {
          lease = renewed
        },
        () => {},
      )
    }, RENEW_MS)
    let local: LocalFile | null = null
    let pages: readonly Page[] | undefined
    const keep = async (outcome: Outcome): Promise<Outcome> => {
      if (outcome.kind === 'interrupted') await into.release(lease)
      else await into.finish(lease, { records: outcome.records, failure: outcome.failure, pages })
      return outcome
    }
    try {
      try {
        local = await into.openFile(source.sha256)
        return await keep(
          await read({ ...source, path: local.path }, (read) => {
            pages = read
          }),
        )
      } catch (error) {
        return await keep(await failed(source.fileName, source.sha256, failureOf(error)))
      }
    } catch (error) {
      if (error instanceof LeaseLost) return othersWork(source, into)
      throw error
    } finally {
      clearInterval(renewal)
      await local?.release()
    }
  }
}

/** Somebody had it forgotten after this run took it in: nothing of it may be stored any more. */
const forgotten = () =>
  new DocumentFailure(
    'vanished',
    'it was forgotten (imr forget) while it was to be read: run it again if it should be kept after all',
  )
