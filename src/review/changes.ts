import type { CaseRecord } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { reviewer } from './records.ts'

/** What has changed: a document with the cases that it holds now (none: it was forgotten, or has given none yet), and behind it each of their records. */
export type Change =
  | { readonly document: { readonly sha256: string; readonly cases: readonly string[] } }
  | { readonly record: CaseRecord }

export type Changes = {
  /** The cursor to ask from the next time, once all changes were taken. */
  readonly next: number
  readonly changes: AsyncIterable<Change>
}

/**
 * What has changed since a cursor (0: everything that there is or was), as it stands now; whoever keeps it drops every case of a document that its line does not
 * name. A change that was under way when the cursor was given comes the next time, however late it ended; some things may come twice.
 */
export async function changesSince(
  store: Store,
  after: number,
  { asRead = false }: { readonly asRead?: boolean } = {},
): Promise<Changes> {
  const until = await store.horizon()
  return { next: Math.max(after, until), changes: changed(store, { after, until, asRead }) }
}

async function* changed(
  store: Store,
  { after, until, asRead }: { readonly after: number; readonly until: number; readonly asRead: boolean },
): AsyncGenerator<Change> {
  const reviewed = asRead ? (record: CaseRecord) => record : await reviewer(store)
  for await (const sha256 of store.changedDocuments({ after, until })) {
    const records = await store.records(sha256)
    yield { document: { sha256, cases: records.map(({ caseId }) => caseId) } }
    for (const record of records) yield { record: await reviewed(record) }
  }
}
