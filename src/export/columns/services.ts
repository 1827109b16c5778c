import type { CaseRecord, Range, Service } from '../../model/index.ts'
import { type Column, columnsOf, ends, list, span, statuses } from './column.ts'

type Row = Service | null
const column = columnsOf<Row>()

const proposalOf = (record: CaseRecord, service: Row) => record.proposals.find((p) => p.sequence === service?.sequence)

/** What a letter says of one disputed service, and what is proposed for it. Rows without a service have empty cells. */
export const serviceColumns: readonly Column<Row>[] = [
  column('service', 'number', 'Number of the service within the letter', (_, s) => s?.sequence),
  column('request', 'text', 'The service in dispute, as worded', (_, s) => s?.request.value),
  column('request_original', 'text', 'What was asked for, when part of it was approved', (_, s) => s?.original?.value),
  column('request_authorized', 'text', 'What was approved of it', (_, s) => s?.authorized?.value),
  column('category', 'text', 'What kind of service it is', (_, s) => s?.category.value),
  column('regions', 'text', 'Regions of the body', (_, s) => list(s?.regions)),
  column('laterality', 'text', 'left, right or bilateral', (_, s) => s?.laterality),
  column('levels', 'text', 'Levels of the spine', (_, s) => list(s?.levels)),
  column('parent_service', 'number', 'The surgery that this service belongs to', (_, s) => s?.parentSequence),
  column('frequency', 'text', 'How often and how long, in words', (_, s) => s?.frequency.reading),
  ...ends<Row>('times', 'Times a period', (_, s) => s?.frequency.times),
  column('per', 'text', 'The period: day, week or month', (_, s) => s?.frequency.per),
  ...ends<Row>('duration', 'How long', (_, s) => s?.frequency.duration),
  column('duration_unit', 'text', 'day, week or month', (_, s) => s?.frequency.durationUnit),
  column('visits', 'text', 'Visits in total: a number, or "4 to 6"', (_, s) => span(s?.frequency.visits)),
  ...ends<Row>('visits', 'Visits in total', (_, s) => s?.frequency.visits),
  column('open_ended', 'flag', 'No countable amount', (_, s) => s?.frequency.openEnded),
  column('frequency_courses', 'text', 'The parts of a taper, in order', (_, s) => list(s?.frequency.courses.map(told))),
  column('frequency_other_readings', 'text', 'How the wording could be read, too', (_, s) =>
    list(s?.frequency.alternatives.map(({ reading, visits }) => withVisits(reading, visits))),
  ),
  column('frequency_unused', 'text', 'Figures of the wording that no reading uses', (_, s) =>
    list(s?.frequency.unused),
  ),
  column('frequency_status', 'text', 'extracted, missing, ambiguous …', (_, s) => s?.frequency.status),
  column('frequency_confidence', 'number', 'How likely the frequency is right', (_, s) => s?.frequency.confidence),
  column('drug', 'text', 'Name of the drug', (_, s) => s?.drug?.name),
  column('drug_strength', 'text', 'Its strength', (_, s) => s?.drug?.strength),
  column('drug_quantity', 'number', 'Tablets, patches … in all', (_, s) => s?.drug?.quantity),
  column('drug_refills', 'number', 'Refills', (_, s) => s?.drug?.refills),
  column('drug_ingredients', 'text', 'What it is made of', (_, s) =>
    list(s?.drug?.ingredients.map(({ name, strength }) => (strength === null ? name : `${name} ${strength}`))),
  ),
  column('drug_directions', 'text', 'How to take it, as written', (_, s) => s?.drug?.directions),
  column('drug_status', 'text', 'extracted, ambiguous …', (_, s) => s?.drug?.status),
  column('drug_confidence', 'number', 'How likely the drug is right', (_, s) => s?.drug?.confidence),
  column('ur_guideline', 'text', 'What utilization review went by', (_, s) => s?.claimsAdministratorGuideline.value),
  column('reviewer_guideline', 'text', 'What the reviewer went by', (_, s) => s?.reviewerGuideline.value),
  column('rationale', 'text', "The reviewer's reasons, as worded", (_, s) => s?.rationale.value),
  column('outcome', 'text', 'upheld or overturned', (_, s) => s?.outcome.value),
  column('service_fields', 'text', 'Fields of the service that are not plainly read', (_, s) =>
    s
      ? statuses({
          request: s.request,
          request_original: s.original,
          request_authorized: s.authorized,
          category: s.category,
          ur_guideline: s.claimsAdministratorGuideline,
          reviewer_guideline: s.reviewerGuideline,
          rationale: s.rationale,
          outcome: s.outcome,
        })
      : null,
  ),
  column(
    'proposal',
    'text',
    'upheld, overturned or physician-review: a physician decides',
    (r, s) => proposalOf(r, s)?.proposal,
  ),
  column(
    'proposal_support',
    'number',
    'How strongly the record supports the request, 0 to 1',
    (r, s) => proposalOf(r, s)?.support,
  ),
  column('limit_requested', 'text', 'What was asked, against the limit', (r, s) =>
    span(proposalOf(r, s)?.limit?.requested),
  ),
  ...ends<Row>('limit_requested', 'What was asked', (r, s) => proposalOf(r, s)?.limit?.requested),
  column('limit_allowed', 'text', 'What the guideline allows', (r, s) => span(proposalOf(r, s)?.limit?.allowed)),
  ...ends<Row>('limit_allowed', 'What the guideline allows', (r, s) => proposalOf(r, s)?.limit?.allowed),
  column('limit_unit', 'text', 'What is counted', (r, s) => proposalOf(r, s)?.limit?.unit),
  column(
    'limit_excess',
    'number',
    'How much more was asked than is allowed',
    (r, s) => proposalOf(r, s)?.limit?.excess,
  ),
  column('guideline', 'text', 'The guideline, cited', (r, s) => proposalOf(r, s)?.guideline?.citation),
  column('guideline_id', 'text', 'Its name here', (r, s) => proposalOf(r, s)?.guideline?.id),
  column('guideline_edition', 'text', 'Its edition', (r, s) => proposalOf(r, s)?.guideline?.edition),
  column('criteria', 'text', 'Each criterion: met, not-met, not-found or not-applicable', (r, s) =>
    list(proposalOf(r, s)?.criteria.map(({ id, text, result }) => `${id} (${text}): ${result}`)),
  ),
  column('proposal_missing', 'text', 'What the record would have to contain', (r, s) =>
    list(proposalOf(r, s)?.missing),
  ),
  column('proposal_rationale', 'text', 'Why it is proposed', (r, s) => proposalOf(r, s)?.rationale),
  column('lowest_confidence', 'number', "The least certain of the letter's and the service's fields", lowestConfidence),
]

const withVisits = (reading: string, visits: Range | null) =>
  visits === null ? reading : `${reading} (${span(visits)} visits)`

const per = (range: Range | null, unit: string | null) => [span(range), unit].filter((x) => x !== null).join(' ')

/** A part of a taper: its reading, and the figures it stands for. */
function told({
  reading,
  times,
  per: period,
  duration,
  durationUnit,
  visits,
}: Service['frequency']['courses'][number]) {
  return `${withVisits(reading, visits)} [${per(times, period)} / ${per(duration, durationUnit)}]`
}

/** The least certain of the fields that a row shows: what to sort by when checking by hand. */
function lowestConfidence(record: CaseRecord, service: Row): number {
  const header = Object.values(record.header).filter((f) => f.value !== null)
  const drug = service?.drug ? [service.drug] : []
  const own = service ? [service.request, service.category, service.frequency, ...drug, service.outcome] : []
  return Math.min(1, ...[...header, ...own].map((f) => f.confidence))
}
