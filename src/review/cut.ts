import { setImmediate as othersTurn } from 'node:timers/promises'
import type { GuidelineLibrary } from '../decide/index.ts'
import { loadGuidelines } from '../guidelines.ts'
import { type CaseRecord, type Cuts, cutsAllPages, type Document, pageOfWords } from '../model/index.ts'
import { cutsOf } from '../normalize/index.ts'
import { decideCase, noLetterIn, normalizeLetters } from '../pipeline.ts'
import type { Store } from '../store/index.ts'
import { version } from '../version.ts'

/** The file cannot be cut as somebody wants it, and what to do. */
export class WrongCut extends Error {
  override readonly name = 'WrongCut'
  readonly code: 'no-words' | 'not-all-pages'

  constructor(code: WrongCut['code'], message: string) {
    super(message)
    this.code = code
  }
}

export type FileCuts = {
  readonly revision: number
  readonly fileName: string
  readonly pageCount: number
  readonly parts: Cuts
}

/** How a file is cut; null: there is no such document, or nothing of it was read. @throws {WrongCut} no-words */
export async function openCuts(store: Store, sha256: string): Promise<FileCuts | null> {
  const document = await keptDocument(store, sha256)
  if (!document) return null
  const kept = await store.cuts(sha256)
  const { fileName, pageCount } = document
  return { revision: kept?.revision ?? 0, fileName, pageCount, parts: kept?.parts ?? cutsOf(document) }
}

let packs: GuidelineLibrary | null = null

/**
 * Cuts a file as a person says: its letters are understood and decided anew from the words that were kept, without reading a page. What people decided about a
 * letter that begins on the same page as before stays with it. Gives the records. @throws {WrongCut} {CutRefused}
 */
export async function cutDocument(
  store: Store,
  sha256: string,
  { on, by, parts }: { readonly on: number; readonly by: string; readonly parts: Cuts },
): Promise<readonly CaseRecord[] | null> {
  const document = await keptDocument(store, sha256)
  if (!document) return null
  if (!cutsAllPages(parts, document.pageCount))
    throw new WrongCut('not-all-pages', `each of the ${document.pageCount} pages has to stand in one part, once`)
  packs ??= loadGuidelines()
  const guidelines = packs
  const records: CaseRecord[] = []
  // A batch file may hold hundreds of letters: between two of them others have their turn.
  for (const record of await normalizeLetters(document, { cuts: parts })) {
    records.push(decideCase(record, guidelines))
    await othersTurn()
  }
  await store.cut(sha256, { on, by, parts, records, failure: noLetterIn(records) })
  return records
}

/** A document as it was read, put together from what was kept of it. */
async function keptDocument(store: Store, sha256: string): Promise<Document | null> {
  const [entry, [first, ...others]] = await Promise.all([store.find(sha256), store.records(sha256)])
  if (!entry || !first) return null
  const pages = (await store.wordsOfPages(sha256)).map(pageOfWords)
  const { fileName, mediaType, pageCount } = first.document
  if (pages.length !== pageCount || pageCount === 0)
    throw new WrongCut('no-words', 'the words of its pages are not kept: have it read again first (imr reread --words)')
  const { imr, engine, model } = first.made
  // A record is one version's work: what another one read is not understood by this one.
  if (imr !== version)
    throw new WrongCut('no-words', 'another version of imr has read it: have it read again first (imr reread)')
  // Those of reading; what understanding found is found anew.
  const issues = new Map(
    [first, ...others]
      .flatMap((r) => r.issues)
      .filter((i) => i.rule.startsWith('extract.'))
      .map((i) => [JSON.stringify(i), i]),
  )
  const readBy = { imr, engine, model }
  return { fileName, sha256, mediaType, pageCount, pages, issues: [...issues.values()], readBy }
}
