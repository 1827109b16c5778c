import type { Insertable } from 'kysely'
import type { CaseRecord } from '../model/index.ts'
import type { CasesTable, DiagnosesTable, ServicesTable } from './schema.ts'

/** A document's records as rows: the record as JSON, and what is asked for often in columns of its own. */
export function caseRows(
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

/** The one place where a stored record is parsed. It was checked when it was made. */
export function recordOf(row: { readonly record: string }): CaseRecord {
  return JSON.parse(row.record) as CaseRecord
}
