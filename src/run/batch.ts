import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type CaseRecord, DocumentFailure } from '../model/index.ts'
import { failedRecord } from '../normalize/index.ts'
import type { SourceFile } from '../pipeline.ts'
import { type DocumentEntry, type Lease, LeaseLost, type Store, unreadableId } from '../store/index.ts'
import { fileFailure, type Input } from './inputs.ts'

/** What became of one input. `records` is empty for a `duplicate`, and for what was not begun or given up half-way. */
export type Outcome = {
  readonly input: Input
  /**
   * `read` now; `known` from the store, not read again; `duplicate` of an earlier input of this run; `failed` (its record says
   * why); `busy`: another run is reading it; `interrupted`: left for the next run.
   */
  readonly kind: 'read' | 'known' | 'duplicate' | 'failed' | 'busy' | 'interrupted'
  readonly records: readonly CaseRecord[]
  readonly pages: number
  readonly failure: { readonly code: string; readonly message: string } | null
  /** File name of the input that had the same bytes. */
  readonly sameAs: string | null
}

export type BatchOptions = {
  /** Reads one file into case records: the pipeline with its engine. */
  readonly readCases: (file: SourceFile) => Promise<readonly CaseRecord[]>
  /** Product version and OCR engine: kept with what they read. */
  readonly reader: string
  /** null: nothing is kept. */
  readonly store: Store | null
  /** Documents worked on at once. */
  readonly documents: number
  /** Read again what the store already knows. */
  readonly again?: boolean
  /** Stops: what is under way is given back to the store, the rest is not begun. */
  readonly signal?: AbortSignal
}

/** Causes that may be gone by the next run; the others are told again without reading the same bytes again. */
const passing = new Set(['vanished', 'not-readable', 'time-limit', 'memory-limit', 'internal'])
/** How often a lease is prolonged, in milliseconds. */
const RENEW_MS = 20_000

/**
 * Reads all inputs, several at once, and gives what became of each in the order of the inputs. A document that fails is an
 * outcome, never an exception: the rest is done.
 * @throws when the store fails (disk full, database damaged): nothing can be promised then.
 */
export async function* runBatch(inputs: readonly Input[], options: BatchOptions): AsyncGenerator<Outcome> {
  const seen = new Map<string, string>()
  const waiting = inputs.map((input) => ({ input, outcome: deferred<Outcome>() }))
  let next = 0
  const worker = async () => {
    for (let at = next++; at < waiting.length; at = next++) {
      const item = waiting[at]
      if (!item) return
      await runOne(item.input, seen, options).then(item.outcome.resolve, item.outcome.reject)
    }
  }
  for (const { outcome } of waiting) outcome.promise.catch(() => {})
  const workers = Promise.all(Array.from({ length: options.documents }, worker))
  for (const { outcome } of waiting) yield await outcome.promise
  await workers
}

async function runOne(input: Input, seen: Map<string, string>, options: BatchOptions): Promise<Outcome> {
  const { store, signal } = options
  const result = (kind: Outcome['kind'], rest: Partial<Outcome> = {}): Outcome => ({
    input,
    kind,
    records: [],
    pages: rest.records?.[0]?.document.pageCount ?? 0,
    failure: null,
    sameAs: null,
    ...rest,
  })
  if (signal?.aborted) return result('interrupted')
  if (input.failure) return unreadable(input.failure)

  let document: { sha256: string; path: string; entry: DocumentEntry | null }
  try {
    if (store) {
      const entry = await store.receive(input)
      document = { sha256: entry.sha256, path: store.fileOf(entry.sha256), entry }
    } else document = { sha256: await sha256Of(input.path), path: input.path, entry: null }
  } catch (error) {
    // Only the input's own trouble is its own: a full disk or a damaged database is the run's.
    if (!isOf(error, input.path)) throw error
    return unreadable(fileFailure(error))
  }

  const { sha256, entry } = document
  const first = seen.get(sha256)
  if (first !== undefined) return result('duplicate', { sameAs: first })
  seen.set(sha256, input.fileName)

  const file = { path: document.path, fileName: input.fileName, sha256 }
  if (!store) return read(file)
  const again = options.again || (entry?.state === 'failed' && passing.has(entry.cause ?? ''))
  const lease = await store.claim(sha256, { again })
  if (!lease) return known(sha256)
  return underLease(lease, file, store)

  async function unreadable(failure: DocumentFailure): Promise<Outcome> {
    const record = failedRecord(
      {
        fileName: input.fileName,
        sha256: unreadableId(input.path),
        mediaType: 'application/octet-stream',
        pageCount: 0,
      },
      failure,
    )
    await store?.noteUnreadable({ path: input.path, record, failure, reader: options.reader })
    return result('failed', { records: [record], failure })
  }

  async function known(sha: string): Promise<Outcome> {
    const found = await store?.find(sha)
    if (found?.state !== 'done' && found?.state !== 'failed') return result('busy')
    // The bytes decide what a record says; the name is the one it was handed in under now.
    const records = ((await store?.records(sha)) ?? []).map((r) => ({
      ...r,
      document: { ...r.document, fileName: input.fileName },
    }))
    const failure = found.cause ? { code: found.cause, message: found.message ?? '' } : null
    return result(failure ? 'failed' : 'known', { records, failure })
  }

  /** Reads a file; a failure becomes its record. */
  async function read(source: SourceFile): Promise<Outcome> {
    try {
      return result('read', { records: await options.readCases(source) })
    } catch (error) {
      if (signal?.aborted) return result('interrupted')
      const failure = error instanceof DocumentFailure ? error : internal(error)
      const record = failedRecord(
        { fileName: source.fileName, sha256: source.sha256, mediaType: 'application/octet-stream', pageCount: 0 },
        failure,
      )
      return result('failed', { records: [record], failure })
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
    try {
      const outcome = await read(source)
      if (outcome.kind === 'interrupted') {
        await into.release(lease)
        return outcome
      }
      const failure = outcome.failure
        ? { code: outcome.failure.code as DocumentFailure['code'], message: outcome.failure.message }
        : null
      await into.finish(lease, { records: outcome.records, failure, reader: options.reader })
      return outcome
    } catch (error) {
      if (error instanceof LeaseLost) return known(source.sha256)
      throw error
    } finally {
      clearInterval(renewal)
    }
  }
}

/** A promise and the hands that settle it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}

/** Whether a file-system error is about this very path, and not about the store's own files. */
function isOf(error: unknown, path: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return 'path' in error ? error.path === path : error.code === 'EISDIR' || error.code === 'EIO'
}

/** A defect of ours. The message names no text of the document; the cause is kept for the log. */
function internal(cause: unknown): DocumentFailure {
  const what = cause instanceof Error ? cause.name : 'error'
  return new DocumentFailure(
    'internal',
    `the program failed on this document (${what}): run it again; if it fails again, report it with the file's kind and page count`,
    { cause },
  )
}
