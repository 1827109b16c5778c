import type { CaseRecord, Field, IsoDate, Issue, Page } from '../model/index.ts'
import { necessityAtEnd } from './outcome.ts'
import type { LooseSheet } from './split-letters.ts'

type Checked = Pick<CaseRecord, 'header' | 'reviewer' | 'patient' | 'clinicalSummary' | 'services'>

/** What else the checks look at. */
export type Surroundings = {
  readonly pages: readonly Page[]
  readonly loose: readonly LooseSheet[]
  readonly isLetter: boolean
  readonly layout: string | null
  /** Dates that the summary tells otherwise than the header. */
  readonly told: readonly {
    readonly field: 'dateOfInjury' | 'urDecisionDate'
    readonly value: IsoDate
    readonly page: number | null
  }[]
}

/** Problems of one record, as data, in the record's order. */
export function checkRecord(record: Checked, around: Surroundings): readonly Issue[] {
  if (!around.isLetter)
    return [
      issue('document.no-letter', 'error', 'The file holds no determination letter that could be recognised.', null),
      ...pageIssues(around),
    ]
  return [
    ...pageIssues(around),
    ...(around.layout === null
      ? [
          issue(
            'document.unknown-layout',
            'warning',
            'The letter is of no known generation; it was read as far as possible.',
            'document.layout',
          ),
        ]
      : []),
    ...headerIssues(record, around),
    ...textIssues(record),
    ...record.services.flatMap(serviceIssues),
  ]
}

const issue = (
  rule: string,
  severity: Issue['severity'],
  message: string,
  path: string | null,
  page: number | null = null,
): Issue => ({ rule, severity, message, path, page })

function pageIssues({ pages, loose }: Surroundings): readonly Issue[] {
  return [
    ...pages
      .filter((p) => p.status === 'unreadable')
      .map((p) => issue('page.unreadable', 'error', `Page ${p.number} could not be read.`, null, p.number)),
    ...loose.map(({ page, kind }) =>
      issue(
        'document.unassigned-page',
        kind === 'blank' ? 'info' : 'warning',
        `Page ${page} belongs to no letter (${kind}).`,
        null,
        page,
      ),
    ),
  ]
}

const dates = ['dateOfInjury', 'urDecisionDate', 'applicationReceived', 'dateAssigned', 'decisionDate'] as const
const important = ['caseNumber', 'dateOfInjury', 'urDecisionDate'] as const

function headerIssues({ header }: Checked, { told }: Surroundings): readonly Issue[] {
  const issues: Issue[] = []
  for (const key of important) {
    if (header[key].value === null)
      issues.push(issue('header.missing', 'warning', `The letter's ${words(key)} was not found.`, `header.${key}`))
  }
  for (const key of dates) {
    const field = header[key]
    if (field.status === 'ambiguous' && field.value === null)
      issues.push(
        issue(
          'header.impossible-date',
          'warning',
          `The ${words(key)} is no day of the calendar as read.`,
          `header.${key}`,
          pageOf(field),
        ),
      )
  }
  const known = dates.filter((key) => header[key].value !== null)
  for (const [i, later] of known.entries()) {
    const earlier = known[i - 1]
    if (earlier && (header[earlier].value ?? '') > (header[later].value ?? ''))
      issues.push(
        issue(
          'header.date-order',
          'warning',
          `The ${words(earlier)} lies after the ${words(later)}.`,
          `header.${later}`,
          pageOf(header[later]),
        ),
      )
  }
  for (const { field, page } of told) {
    const severity = field === 'dateOfInjury' ? 'warning' : 'info'
    issues.push(
      issue(
        'header.differs-from-summary',
        severity,
        `The summary gives another ${words(field)} than the header.`,
        `header.${field}`,
        page,
      ),
    )
  }
  return issues
}

const pageOf = (field: Field<unknown>) => field.evidence[0]?.page ?? null
const names: Readonly<Record<string, string>> = {
  urDecisionDate: 'date of the utilization review decision',
  applicationReceived: 'date on which the application was received',
}
const words = (key: string) => names[key] ?? key.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)

function textIssues({ clinicalSummary, services, reviewer }: Checked): readonly Issue[] {
  const issues: Issue[] = []
  if (clinicalSummary.value === null)
    issues.push(issue('summary.missing', 'error', 'The clinical case summary was not found.', 'clinicalSummary'))
  if (reviewer.specialties.value === null)
    issues.push(issue('reviewer.missing', 'info', "The reviewer's specialty was not found.", 'reviewer.specialties'))
  if (services.length === 0)
    issues.push(issue('services.missing', 'error', 'No disputed service was found.', 'services'))
  return issues
}

function serviceIssues(service: CaseRecord['services'][number], i: number): readonly Issue[] {
  const path = `services[${i}]`
  const name = `Service ${service.sequence}`
  const issues: Issue[] = []
  const { request, outcome, rationale } = service
  if (request.value === null)
    issues.push(issue('service.no-request', 'error', `${name} has no wording of its request.`, `${path}.request`))
  if (outcome.value === null)
    issues.push(issue('service.no-outcome', 'error', `${name} has no outcome.`, `${path}.outcome`))
  else if (outcome.status === 'ambiguous')
    issues.push(
      issue(
        'service.outcome-not-stated',
        'error',
        `The outcome of service ${service.sequence} could not be read where it is stated.`,
        `${path}.outcome`,
        pageOf(outcome),
      ),
    )
  if (rationale.value === null)
    issues.push(issue('service.no-rationale', 'warning', `${name} has no rationale.`, `${path}.rationale`))
  const closing = rationale.value === null ? null : necessityAtEnd(rationale.value)
  if (closing && outcome.value !== null && closing.outcome !== outcome.value)
    issues.push(
      issue(
        'service.outcome-differs',
        'warning',
        `The rationale of service ${service.sequence} ends otherwise than its outcome says.`,
        `${path}.outcome`,
        pageOf(outcome),
      ),
    )
  return [...issues, ...splitIssues(service, path)]
}

/** Original = authorized + remaining, where all three state one plain count. */
function splitIssues(
  { sequence, request, original, authorized }: CaseRecord['services'][number],
  path: string,
): readonly Issue[] {
  const counts = [original?.value, authorized?.value, request.value].map(countIn)
  const [asked, granted, left] = counts
  if (asked == null || granted == null || left == null || asked === granted + left) return []
  return [
    issue(
      'service.split-arithmetic',
      'warning',
      `The parts of service ${sequence} do not add up to the original request.`,
      `${path}.request`,
      pageOf(request),
    ),
  ]
}

function countIn(text: string | null | undefined): number | null {
  const numbers = [
    ...(text ?? '').matchAll(/(?:#\s?(\d{1,3})\b|\b(\d{1,3})\s+(?:\w+\s+){0,3}?(?:sessions?|visits?|treatments?)\b)/gi),
  ]
  const only = numbers[0]
  return numbers.length === 1 && only ? Number(only[1] ?? only[2]) : null
}
