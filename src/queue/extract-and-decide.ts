import { assembleDocument, type DocumentPart } from '../extract/index.ts'
import { type CaseRecord, type Document, DocumentFailure, failureCauses, sameReader } from '../model/index.ts'
import { noLetterIn, normalizeLetters } from '../pipeline.ts'
import type { DocumentEntry, Lease, Part, Stage } from '../store/index.ts'
import type { ReadPart, Work } from './context.ts'
import { underLease } from './under-lease.ts'
import { urgencyOf } from './urgency.ts'

/**
 * The first stage for one document: from its bytes to case records without proposals, handed on to the decision stage. A long
 * document is split into parts first; once all are read, this puts them together. A document that somebody else has, or that
 * is past this stage, is left alone.
 * @throws {StoreUnavailable} the document is then taken up again when its lease is over.
 */
export async function extractDocument(work: Work, sha256: string, signal: AbortSignal): Promise<void> {
  const { store } = work
  const parts = await store.parts(sha256)
  if (parts.some((p) => !p.read)) return wakeParts(work, sha256, parts)
  const lease = await store.claim(sha256, { stage: 'extract' })
  if (!lease) return
  const { document: entry } = lease
  await underLease(work, { stage: 'extract', lease, entry, signal }, async (lost) => {
    const document =
      parts.length > 0 ? await assembled(work, lease, entry, parts, lost) : await readWhole(work, lease, entry, lost)
    if (document === null) return wakeParts(work, sha256, await store.parts(sha256))
    const cuts = (await store.cuts(sha256))?.parts ?? null
    const normalized = await work.observer.timed('normalize', () => normalizeLetters(document, { cuts }))
    const failure = noLetterIn(normalized)
    if (failure) {
      await store.finish(lease, { records: normalized, failure, pages: document.pages })
      return work.observer.failed('extract', sha256, failure.code)
    }
    const { priority, due } = urgencyOf(normalized)
    const urgency = {
      ...(priority === undefined ? {} : { priority }),
      ...(due === undefined || entry.due !== null ? {} : { due }),
    }
    await store.extracted(lease, { records: normalized, pages: document.pages, ...urgency })
    const standing = { priority: entry.priority, due: entry.due, ...urgency }
    await work.queue.wake([{ sha256, stage: 'decide', abandoned: null, ...standing }])
  })
}

/**
 * Reads one part of a long document. Whoever reads the last one wakes the document. A part that cannot be read fails the document: pages
 * that nobody looked at are not unreadable. What was read of the other parts is kept for a retry.
 */
export async function extractPart(work: Work, sha256: string, part: number, signal: AbortSignal): Promise<void> {
  const { store } = work
  const wanted = (await store.parts(sha256)).find((p) => p.part === part)
  const lease = wanted && (await store.claimPart(sha256, part))
  const entry = lease && (await store.find(sha256))
  if (!lease || !entry) return
  const pages = [wanted.firstPage, wanted.lastPage] as const
  const give = async (read: DocumentPart) => {
    const left = await store.finishPart(lease, JSON.stringify(read))
    if (left === 0)
      await work.queue.wake([{ sha256, stage: 'extract', priority: entry.priority, due: entry.due, abandoned: null }])
  }
  await underLease(work, { stage: 'extract', lease, entry, signal, pages }, async (lost) =>
    give(await readFrom(work, entry, { signal: lost, pages, lastTry: isLastTry(lease) })),
  )
}

/**
 * The second stage for one document: proposals for its cases. What another version read and nobody has decided yet goes back to
 * the first stage: a record is one version's work, unless somebody asked for its proposals alone to be made again.
 */
export async function decideDocument(work: Work, sha256: string, signal: AbortSignal): Promise<void> {
  const { store } = work
  const lease = await store.claim(sha256, { stage: 'decide' })
  if (!lease) return
  const { document: entry } = lease
  const { records: undecided, again } = await store.undecided(sha256)
  await underLease(
    work,
    { stage: 'decide', lease, entry, signal },
    async () => {
      const { imr } = await work.readBy()
      if (!again && undecided.some((r) => r.made.imr !== imr)) {
        await store.outdated(lease)
        await work.queue.wake([{ sha256, stage: 'extract', priority: entry.priority, due: entry.due, abandoned: null }])
        return
      }
      const records = await work.observer.timed('decide', async () => undecided.map(work.decide))
      await store.finish(lease, { records, failure: null })
      work.observer.done(sha256, records)
    },
    async (failure) => {
      await store.finish(lease, { records: undecided.map((r) => withoutDecision(r, failure)), failure })
    },
  )
}

/** Whether the engine's trouble would end this document. */
const isLastTry = ({ attempts }: Lease) => attempts >= failureCauses['ocr-unavailable'].tries

/** null: it is long, and was split instead. */
async function readWhole(
  work: Work,
  lease: Lease,
  entry: DocumentEntry,
  signal: AbortSignal,
): Promise<Document | null> {
  const { wholePages, partPages } = work.limits
  const part = await readFrom(work, entry, { signal, maxPages: wholePages, lastTry: isLastTry(lease) })
  if (part.pageCount <= wholePages) return assembleDocument(entry, [part])
  const starts = Array.from({ length: Math.ceil(part.pageCount / partPages) }, (_, i) => 1 + i * partPages)
  const ranges = starts.map((firstPage) => ({
    firstPage,
    lastPage: Math.min(firstPage + partPages - 1, part.pageCount),
  }))
  await work.store.split(lease, ranges, part.pageCount)
  return null
}

async function readFrom(work: Work, entry: DocumentEntry, options: Parameters<ReadPart>[1]): Promise<DocumentPart> {
  const local = await work.store.openFile(entry.sha256)
  try {
    const file = { path: local.path, fileName: entry.fileName, sha256: entry.sha256 }
    const part = await work.observer.timed('read', () => work.read(file, options))
    work.observer.pages(part)
    return part
  } finally {
    await local.release()
  }
}

/** A part as it was kept. Versions before 0.2 did not say what read it. */
type KeptPart = Omit<DocumentPart, 'readBy'> & Partial<Pick<DocumentPart, 'readBy'>>

/** Puts the parts together. What another version or engine read of them is read anew: two are never mixed in one document. */
async function assembled(
  work: Work,
  lease: Lease,
  entry: DocumentEntry,
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<Document> {
  const readBy = await work.readBy()
  const kept = (await work.store.pagesOfParts(entry.sha256)).map((pages) => JSON.parse(pages) as KeptPart)
  const own: DocumentPart[] = []
  for (const [i, { part, firstPage, lastPage }] of parts.entries()) {
    const found = kept[i]
    if (found?.readBy && sameReader(found.readBy, readBy)) {
      own.push({ ...found, readBy })
      continue
    }
    const anew = await readFrom(work, entry, { signal, pages: [firstPage, lastPage], lastTry: isLastTry(lease) })
    await work.store.replacePart(lease, part, JSON.stringify(anew))
    own.push(anew)
  }
  const [first, ...rest] = own
  if (!first || kept.length !== parts.length)
    throw new DocumentFailure('internal', 'the parts of the document are gone: run it again')
  return assembleDocument(entry, [first, ...rest])
}

async function wakeParts(work: Work, sha256: string, parts: readonly Part[]): Promise<void> {
  const entry = await work.store.find(sha256)
  if (!entry) return
  const document = { sha256, stage: 'extract' as Stage, priority: entry.priority, due: entry.due }
  for (const { part, read, free, abandoned } of parts)
    if (!read && free) await work.queue.wakePart({ ...document, abandoned }, part)
}

/** What was read stands, even where no proposal could be made. */
function withoutDecision(record: CaseRecord, failure: DocumentFailure): CaseRecord {
  const issue = {
    rule: 'decide.failed',
    severity: 'error' as const,
    message: `no proposal could be made: ${failure.message}`,
    path: 'proposals',
    page: null,
  }
  return { ...record, issues: [...record.issues, issue], status: 'partial' }
}
