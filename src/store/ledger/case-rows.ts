import type { Insertable, Kysely, Transaction } from 'kysely'
import type { CaseRecord } from '../../model/index.ts'
import { patiently } from '../sql/database.ts'
import type { CasesTable, DiagnosesTable, DocumentState, ServicesTable, Tables } from '../sql/schema.ts'

/** A document's records as rows: the record as JSON, and what is asked for often in columns of its own. */
function caseRows(
  sha256: string,
  records: readonly CaseRecord[],
): {
  readonly cases: readonly Insertable<CasesTable>[]
  readonly diagnoses: readonly Insertable<DiagnosesTable>[]
  readonly services: readonly Insertable<ServicesTable>[]
} {
  return {
    cases: records.map((r) => ({
      case_id: r.caseId,
      sha256,
      letter: Number(r.caseId.split('-')[1]),
      case_number: r.header.caseNumber.value,
      date_of_injury: r.header.dateOfInjury.value,
      decision_date: r.header.decisionDate.value,
      outcome: r.outcome,
      status: r.status,
      review_state: r.review.state,
      record: JSON.stringify(r),
    })),
    diagnoses: records.flatMap((r) =>
      r.diagnoses.map((d, position) => ({
        case_id: r.caseId,
        position,
        text: d.text.value,
        expanded: d.expanded,
        region: d.region,
        laterality: d.laterality,
        certainty: d.certainty,
      })),
    ),
    services: records.flatMap((r) =>
      r.services.map((s) => ({
        case_id: r.caseId,
        sequence: s.sequence,
        request: s.request.value,
        category: s.category.value,
        visits_min: s.frequency.visits?.[0] ?? null,
        visits_max: s.frequency.visits?.[1] ?? null,
        open_ended: s.frequency.openEnded ? 1 : 0,
        outcome: s.outcome.value,
        proposal: r.proposals.find((p) => p.sequence === s.sequence)?.proposal ?? null,
      })),
    ),
  }
}

/** What read a document, in one line. */
export function readerOf(records: readonly CaseRecord[]): string | null {
  const made = records[0]?.made
  return made ? [`imr ${made.imr}`, made.engine, made.model].filter((part) => part !== null).join(', ') : null
}

export async function insertCases(
  tx: Transaction<Tables>,
  sha256: string,
  records: readonly CaseRecord[],
): Promise<void> {
  const { cases, diagnoses, services } = caseRows(sha256, records)
  for (const rows of inParts(cases)) await tx.insertInto('cases').values(rows).execute()
  for (const rows of inParts(diagnoses)) await tx.insertInto('diagnoses').values(rows).execute()
  for (const rows of inParts(services)) await tx.insertInto('services').values(rows).execute()
}

/** Keeps records for the decision stage. What is asked for often is entered when they are whole (`insertCases`). */
export async function insertUndecided(
  tx: Transaction<Tables>,
  sha256: string,
  records: readonly CaseRecord[],
): Promise<void> {
  for (const rows of inParts(caseRows(sha256, records).cases)) await tx.insertInto('cases').values(rows).execute()
}

/** Diagnoses and services go with their case. */
export async function deleteCases(tx: Transaction<Tables>, sha256: string): Promise<void> {
  await tx.deleteFrom('cases').where('sha256', '=', sha256).execute()
}

/** Rows a statement: SQLite takes 32,766 values in one, PostgreSQL 65,535; a batch file may hold thousands of letters. */
const ROWS = 500

function* inParts<T>(rows: readonly T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += ROWS) yield rows.slice(at, at + ROWS)
}

/** A document's records in the order of its letters, when it is in one of these states. */
export async function recordsOf(
  db: Kysely<Tables>,
  sha256: string,
  states: readonly DocumentState[],
): Promise<readonly CaseRecord[]> {
  const rows = await db
    .selectFrom('cases')
    .innerJoin('documents', 'documents.sha256', 'cases.sha256')
    .select('cases.record')
    .where('cases.sha256', '=', sha256)
    .where('documents.state', 'in', states)
    .orderBy('cases.letter')
    .execute()
  return rows.map(recordOf)
}

/** How many records are fetched at once. */
const FETCHED = 200

/** The records of all documents that are done or failed, page by page: a store outgrows memory. */
export async function* allRecords(db: Kysely<Tables>): AsyncGenerator<CaseRecord> {
  let after = { received: '', sha256: '', letter: 0 }
  for (;;) {
    const from = after
    const rows = await patiently(() =>
      db
        .selectFrom('cases')
        .innerJoin('documents', 'documents.sha256', 'cases.sha256')
        .select(['cases.record', 'cases.letter', 'cases.sha256', 'documents.received_at'])
        .where('documents.state', 'in', ['done', 'failed'])
        .where(({ eb, refTuple, tuple }) =>
          eb(
            refTuple('documents.received_at', 'cases.sha256', 'cases.letter'),
            '>',
            tuple(from.received, from.sha256, from.letter),
          ),
        )
        .orderBy('documents.received_at')
        .orderBy('cases.sha256')
        .orderBy('cases.letter')
        .limit(FETCHED)
        .execute(),
    )
    const last = rows.at(-1)
    if (!last) return
    yield* rows.map(recordOf)
    after = { received: last.received_at, sha256: last.sha256, letter: last.letter }
  }
}

/** The one place where a stored record is parsed. It was checked when it was made. */
function recordOf(row: { readonly record: string }): CaseRecord {
  return JSON.parse(row.record) as CaseRecord
}
