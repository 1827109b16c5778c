import type { CaseRecord } from '../model/index.ts'
import { letterIdOf } from '../model/index.ts'
import type { Store } from '../store/index.ts'
import { reviewedOf } from './letters.ts'

type Records = AsyncIterable<CaseRecord> | Iterable<CaseRecord>

/**
 * Records that somebody (null: a program) may be shown: all but those of letters that they are to answer blind.
 */
export async function* shownTo(store: Store, records: Records, who: string | null): AsyncGenerator<CaseRecord> {
  const hidden = new Set(who === null ? [] : await store.blindTo(who))
  for await (const record of records) if (!hidden.has(letterIdOf(record))) yield record
}

/** Records as people reviewed them: with their edits, and `reviewed` where somebody finished the letter. Others are as they were read. */
export async function* asReviewed(store: Store, records: Records): AsyncGenerator<CaseRecord> {
  const reviewed = await reviewer(store)
  for await (const record of records) yield await reviewed(record)
}

/** What makes a record what people made of it. */
export async function reviewer(store: Store): Promise<(record: CaseRecord) => Promise<CaseRecord>> {
  const touched = new Set(await store.touched())
  return async (record) => {
    const id = letterIdOf(record)
    const kept = touched.has(id) ? await store.letter(id) : null
    // What was read again since the list was begun comes as it was: its edits are of another record.
    return kept && kept.record.caseId === record.caseId ? reviewedOf({ ...kept, record }) : record
  }
}
