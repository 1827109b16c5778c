import type { CaseRecord } from '../../model/index.ts'
import { type Column, columnsOf, list, statuses } from './column.ts'

const column = columnsOf<unknown>()

const pagesThatAre = (record: CaseRecord, status: 'blank' | 'unreadable') =>
  list(record.document.pages.filter((page) => page.status === status).map((page) => page.number))

const documents = (record: CaseRecord) =>
  list(
    record.documents.map(({ id, kind, form, pages, duplicateOf }) =>
      [
        `${id} ${kind}`,
        ...(form ? [`(${form.name}, ${form.version ?? 'version unknown'})`] : []),
        `pages ${pages.join(' ')}`,
        ...(duplicateOf === null ? [] : [`a copy of ${duplicateOf}`]),
      ].join(' '),
    ),
  )

const codes = (record: CaseRecord) =>
  list(
    record.diagnoses.map(({ codes: those }) =>
      those.map(({ system, code, inferred }) => `${system} ${code}${inferred ? ' (inferred)' : ''}`).join(', '),
    ),
  )

const fieldsOf = ({ header, reviewer, patient, clinicalSummary }: CaseRecord) => ({
  case_number: header.caseNumber,
  claim_number: header.claimNumber,
  date_of_injury: header.dateOfInjury,
  ur_decision_date: header.urDecisionDate,
  application_received: header.applicationReceived,
  date_assigned: header.dateAssigned,
  decision_date: header.decisionDate,
  priority: header.priority,
  age: patient.age,
  sex: patient.sex,
  reviewer_specialties: reviewer.specialties,
  reviewer_states: reviewer.licensedStates,
  clinical_summary: clinicalSummary,
})

/** What a letter says, and what is known of its reading. */
export const letterColumns: readonly Column<unknown>[] = [
  column('case_id', 'text', 'The letter: sha256 of the file, and which letter of it', (r) => r.caseId),
  column('file_name', 'text', 'The name that the file came in under', (r) => r.document.fileName),
  column('sha256', 'text', 'sha256 of the file', (r) => r.document.sha256),
  column('media_type', 'text', 'What kind of file it is', (r) => r.document.mediaType),
  column('page_count', 'number', 'Pages of the file', (r) => r.document.pageCount),
  column('first_page', 'number', 'First page of the letter within the file', (r) => r.document.pageRange[0]),
  column('last_page', 'number', 'Last page of the letter within the file', (r) => r.document.pageRange[1]),
  column('unreadable_pages', 'text', 'Pages with ink that gave no text', (r) => pagesThatAre(r, 'unreadable')),
  column('blank_pages', 'text', 'Pages without anything on them', (r) => pagesThatAre(r, 'blank')),
  column('kind', 'text', 'What kind of document it is', (r) => r.document.kind),
  column(
    'documents',
    'text',
    'What its pages are: each with kind, form and version, pages, and of which it is a copy',
    documents,
  ),
  column('layout', 'text', 'The generation of the letter', (r) => r.document.layout),
  column('status', 'text', 'complete, partial or failed', (r) => r.status),
  column('review', 'text', 'auto-accepted, needs-review or reviewed', (r) => r.review.state),
  column('review_reasons', 'text', 'Why somebody should look', (r) => list(r.review.reasons)),
  column('vouched', 'text', 'Fields that an auto-acceptance vouches for', (r) => list(r.review.vouched)),
  column('case_number', 'text', 'Number of the review', (r) => r.header.caseNumber.value),
  column('claim_number', 'text', 'Number of the claim', (r) => r.header.claimNumber.value),
  column('date_of_injury', 'date', 'Date of injury', (r) => r.header.dateOfInjury.value),
  column('ur_decision_date', 'date', 'Date of the utilization review decision', (r) => r.header.urDecisionDate.value),
  column('application_received', 'date', 'Date the application came in', (r) => r.header.applicationReceived.value),
  column('date_assigned', 'date', 'Date the review was assigned', (r) => r.header.dateAssigned.value),
  column('decision_date', 'date', 'Date of the determination', (r) => r.header.decisionDate.value),
  column('priority', 'text', 'standard or expedited', (r) => r.header.priority.value),
  column('age', 'number', 'Age in years', (r) => r.patient.age.value),
  column('sex', 'text', 'male or female', (r) => r.patient.sex.value),
  column('reviewer_specialties', 'text', "The reviewer's specialties", (r) => list(r.reviewer.specialties.value)),
  column('reviewer_states', 'text', 'Where the reviewer is licensed', (r) => list(r.reviewer.licensedStates.value)),
  column('clinical_summary', 'text', 'The clinical summary, as worded', (r) => r.clinicalSummary.value),
  column('diagnoses', 'text', 'Diagnoses as written', (r) => list(r.diagnoses.map((d) => d.text.value))),
  column('diagnoses_certainty', 'text', 'How sure the letter is of each, in the same order', (r) =>
    list(r.diagnoses.map((d) => d.certainty)),
  ),
  column('diagnoses_codes', 'text', 'Their codes, in the same order; (inferred): not in the letter', codes),
  column('letter_outcome', 'text', 'upheld, overturned or mixed', (r) => r.outcome),
  column(
    'letter_fields',
    'text',
    'Fields of the letter that are not plainly read: missing, redacted, corrected …',
    (r) =>
      statuses({
        ...fieldsOf(r),
        ...Object.fromEntries(r.diagnoses.map((d, i) => [`diagnosis ${i + 1}`, d.text])),
      }),
  ),
  column('issues', 'text', 'What was found wrong with the document or the record', (r) =>
    list(
      r.issues.map(({ severity, rule, message, path, page }) =>
        [`${severity} ${rule}`, path, page === null ? null : `page ${page}`, message]
          .filter((x) => x !== null)
          .join(', '),
      ),
    ),
  ),
  column('made_imr', 'text', 'Version of imr that read it', (r) => r.made.imr),
  column('made_engine', 'text', 'OCR engine', (r) => r.made.engine),
  column('made_model', 'text', 'What the engine knows letters by', (r) => r.made.model),
  column('made_guidelines', 'text', 'Version and guidelines behind the proposals', (r) => r.made.guidelines),
]
