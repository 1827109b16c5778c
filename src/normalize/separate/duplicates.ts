import type { CaseRecord } from '../../model/index.ts'
import { issue, pageOf } from '../trust/issues.ts'
import { reviewOf } from '../trust/review.ts'

/** The records of one file, each told of the others that bear its case number: a letter scanned twice, or a number misread. */
export function withDuplicates(records: readonly CaseRecord[]): readonly CaseRecord[] {
  return records.map((record) => {
    const { caseNumber } = record.header
    const others = records.filter((r) => r !== record && r.header.caseNumber.value === caseNumber.value)
    if (caseNumber.value === null || others.length === 0) return record
    const pages = others.map((r) => r.document.pageRange[0]).join(', ')
    const found = issue(
      'header.case-number-twice',
      'warning',
      `The file holds another letter with this case number, from page ${pages} on.`,
      'header.caseNumber',
      pageOf(caseNumber),
    )
    const issues = [...record.issues, found]
    return { ...record, issues, review: reviewOf({ ...record, issues }) }
  })
}
