import type { Insertable, Kysely, Transaction } from 'kysely'
import { type CaseRecord, letterIdOf } from '../../model/index.ts'
import { patiently } from '../sql/database.ts'
import { folded } from '../sql/folded.ts'
import type { CasesTable, DiagnosesTable, ServicesTable, Tables } from '../sql/schema.ts'
import { type MadeOf, upcast } from './upcast.ts'

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

/** What made the records of a document, as its row keeps it: the same text for all that the same program made. */
export function madeText(records: readonly CaseRecord[]): string | null {
  const made = records[0]?.made
  return made ? JSON.stringify(made) : null
}

export function madeOf(row: { readonly made: string | null }): MadeOf | null {
  return row.made === null ? null : (JSON.parse(row.made) as MadeOf)
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
  await putLetters(tx, sha256, records)
}

/** The records are those of these letters now. A letter that begins nowhere any more goes, unless people have said something of it. */
async function putLetters(tx: Transaction<Tables>, sha256: string, records: readonly CaseRecord[]): Promise<void> {
  await tx.updateTable('letters').set({ case_id: null }).where('sha256', '=', sha256).execute()
  const found = await tx.selectFrom('documents').select('file_name').where('sha256', '=', sha256).executeTakeFirst()
  const letters = new Map(
    records.map((r) => {
      const search = folded(`${r.header.caseNumber.value ?? ''}\n${found?.file_name ?? ''}`)
      return [letterIdOf(r), { letter_id: letterIdOf(r), sha256, case_id: r.caseId, search }]
    }),
  )
  for (const rows of inParts([...letters.values()]))
    await tx
      .insertInto('letters')
      .values(rows)
      .onConflict((c) =>
        c.column('letter_id').doUpdateSet((eb) => ({
          case_id: eb.ref('excluded.case_id'),
          search: eb.ref('excluded.search'),
          indexed: 0,
        })),
      )
      .execute()
  await tx
    .deleteFrom('letters')
    .where('sha256', '=', sha256)
    .where('case_id', 'is', null)
    .where('letter_id', 'not in', tx.selectFrom('letter_events').select('letter_id'))
    .where('revision', '=', 0)
    .execute()
}

/** Keeps records for the decision stage, in place of what was kept before. What stands stays as it is until they are decided. */
export async function insertUndecided(
  tx: Transaction<Tables>,
  sha256: string,
  records: readonly CaseRecord[],
): Promise<void> {
  await deleteUndecided(tx, sha256)
  const { cases } = caseRows(sha256, records)
  for (const rows of inParts(cases))
    await tx
      .insertInto('undecided')
      .values(rows.map(({ letter, record }) => ({ sha256, letter, record })))
      .execute()
}

export async function deleteUndecided(tx: Transaction<Tables>, sha256: string): Promise<void> {
  await tx.deleteFrom('undecided').where('sha256', '=', sha256).execute()
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

/** A document's records in the order of its letters: those that stand, or those that wait for the decision stage. */
export async function recordsOf(
  db: Kysely<Tables>,
  sha256: string,
  table: 'cases' | 'undecided' = 'cases',
): Promise<readonly CaseRecord[]> {
  const rows = await db
    .selectFrom(table)
    .innerJoin('documents', 'documents.sha256', `${table}.sha256`)
    .select([`${table}.record`, 'documents.made'])
    .where(`${table}.sha256`, '=', sha256)
    .orderBy(`${table}.letter`)
    .execute()
  return rows.map(recordOf)
}

/** How many records are fetched at once. */
const FETCHED = 200

/** Up to which document records were given. */
type Place = { readonly received: string; readonly sha256: string }

/**
 * The records that stand behind a place. Each is found by an index in its order, for to sort all that is left for every page of it
 * would take as long again with every page.
 */
export function recordsBehind(db: Kysely<Tables>, { received, sha256 }: Place, limit: number) {
  return db
    .selectFrom('documents')
    .innerJoin('cases', 'cases.sha256', 'documents.sha256')
    .select(['cases.record', 'cases.sha256', 'documents.received_at', 'documents.made'])
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('documents.received_at', 'documents.sha256'), '>', tuple(received, sha256)),
    )
    .orderBy('documents.received_at')
    .orderBy('documents.sha256')
    .orderBy('cases.letter')
    .limit(limit)
}

/**
 * All records that stand, page by page: a store outgrows memory. Those of one document come of one query, for it may be read again
 * meanwhile, and its new letters are no sequel to its old ones.
 */
export async function* allRecords(db: Kysely<Tables>): AsyncGenerator<CaseRecord> {
  let after: Place = { received: '', sha256: '' }
  for (;;) {
    const rows = await patiently(() => recordsBehind(db, after, FETCHED).execute())
    const last = rows.at(-1)
    if (!last) return
    // A full page may end in the middle of its last document: that one begins the next page, or is fetched by itself.
    const whole = rows.length < FETCHED ? rows : rows.filter((row) => row.sha256 !== last.sha256)
    yield* whole.length > 0 ? whole.map(recordOf) : await patiently(() => recordsOf(db, last.sha256))
    const { received_at, sha256 } = whole.at(-1) ?? last
    after = { received: received_at, sha256 }
  }
}

/** The one place where a stored record is parsed. */
export function recordOf(row: { readonly record: string; readonly made: string | null }): CaseRecord {
  return upcast(row.record, madeOf(row))
}
