import type { CaseRecord, Range, Service } from '../model/index.ts'

type Cell = string | number | boolean | null | undefined
type Column = readonly [name: string, cell: (record: CaseRecord, service: Service | null) => Cell]

const span = (range: Range | null | undefined) =>
  range ? (range[0] === range[1] ? `${range[0]}` : `${range[0]}-${range[1]}`) : null
const proposalOf = (record: CaseRecord, service: Service | null) =>
  record.proposals.find((p) => p.sequence === service?.sequence)

/** One row per disputed service; a letter without services has one row with empty service columns. */
const columns: readonly Column[] = [
  ['case_id', (r) => r.caseId],
  ['file_name', (r) => r.document.fileName],
  ['first_page', (r) => r.document.pageRange[0]],
  ['last_page', (r) => r.document.pageRange[1]],
  ['status', (r) => r.status],
  ['review', (r) => r.review.state],
  ['case_number', (r) => r.header.caseNumber.value],
  ['date_of_injury', (r) => r.header.dateOfInjury.value],
  ['ur_decision_date', (r) => r.header.urDecisionDate.value],
  ['application_received', (r) => r.header.applicationReceived.value],
  ['date_assigned', (r) => r.header.dateAssigned.value],
  ['decision_date', (r) => r.header.decisionDate.value],
  ['priority', (r) => r.header.priority.value],
  ['age', (r) => r.patient.age.value],
  ['sex', (r) => r.patient.sex.value],
  ['diagnoses', (r) => r.diagnoses.map((d) => d.text.value ?? '').join('; ')],
  ['letter_outcome', (r) => r.outcome],
  ['service', (_, s) => s?.sequence],
  ['request', (_, s) => s?.request.value],
  ['category', (_, s) => s?.category.value],
  ['regions', (_, s) => s?.regions.join('; ')],
  ['laterality', (_, s) => s?.laterality],
  ['levels', (_, s) => s?.levels.join('; ')],
  ['frequency', (_, s) => s?.frequency.reading],
  ['visits', (_, s) => span(s?.frequency.visits)],
  ['open_ended', (_, s) => s?.frequency.openEnded],
  ['frequency_status', (_, s) => s?.frequency.status],
  ['frequency_confidence', (_, s) => s?.frequency.confidence],
  ['drug', (_, s) => s?.drug?.name],
  ['drug_strength', (_, s) => s?.drug?.strength],
  ['drug_quantity', (_, s) => s?.drug?.quantity],
  ['drug_refills', (_, s) => s?.drug?.refills],
  ['drug_directions', (_, s) => s?.drug?.directions],
  ['drug_confidence', (_, s) => s?.drug?.confidence],
  ['outcome', (_, s) => s?.outcome.value],
  ['proposal', (r, s) => proposalOf(r, s)?.proposal],
  ['proposal_support', (r, s) => proposalOf(r, s)?.support],
  ['limit_requested', (r, s) => span(proposalOf(r, s)?.limit?.requested)],
  ['limit_allowed', (r, s) => span(proposalOf(r, s)?.limit?.allowed)],
  ['guideline', (r, s) => proposalOf(r, s)?.guideline?.citation],
  ['lowest_confidence', (r, s) => lowestConfidence(r, s)],
  ['made_imr', (r) => r.made.imr],
  ['made_engine', (r) => r.made.engine],
  ['made_model', (r) => r.made.model],
  ['made_guidelines', (r) => r.made.guidelines],
]

/** The header line, line end included. */
export function csvHeader(): string {
  return row(columns.map(([name]) => name))
}

/** A record's rows (RFC 4180, UTF-8), line ends included. */
export function csvRows(record: CaseRecord): string {
  const services = record.services.length > 0 ? record.services : [null]
  return services.map((service) => row(columns.map(([, cell]) => cell(record, service)))).join('')
}

/** The least certain of the fields that a row shows: what to sort by when checking by hand. */
function lowestConfidence(record: CaseRecord, service: Service | null): number {
  const header = Object.values(record.header).filter((f) => f.value !== null)
  const drug = service?.drug ? [service.drug] : []
  const own = service ? [service.request, service.category, service.frequency, ...drug, service.outcome] : []
  return Math.min(1, ...[...header, ...own].map((f) => f.confidence))
}

function row(cells: readonly Cell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe in front; what needs quotes is quoted. */
function quoted(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  const text = String(cell)
  const safe = typeof cell === 'string' && /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
