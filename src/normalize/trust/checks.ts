import type { CaseRecord, IsoDate, Issue, Page } from '../../model/index.ts'
import type { LooseSheet } from '../separate/split-letters.ts'
import { serviceIssues } from './checks-services.ts'
import { issue, pageOf } from './issues.ts'
import { NO_LETTER } from './review.ts'

type Checked = Pick<CaseRecord, 'header' | 'reviewer' | 'patient' | 'clinicalSummary' | 'services'>

/** What else the checks look at. */
export type Surroundings = {
  readonly pages: readonly Page[]
  readonly loose: readonly LooseSheet[]
  readonly isLetter: boolean
  readonly layout: string | null
  /** Numbers that are missing in the letter's own list of services. */
  readonly lostNumbers: readonly number[]
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
      issue(NO_LETTER, 'error', 'The file holds no determination letter that could be recognised.', null),
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
    ...around.lostNumbers.map((n) =>
      issue(
        'services.number-missing',
        'warning',
        `The letter's list of services has no number ${n} as read.`,
        'services',
      ),
    ),
    ...ageIssues(record),
    ...record.services.flatMap((service, i) => serviceIssues(service, i, record.clinicalSummary)),
  ]
}

/** Of {@link checkRecord}'s problems those that the record alone tells, without its pages: they can be looked for again when it was corrected. */
export function checkValues(record: Checked): readonly Issue[] {
  return checkRecord(record, { pages: [], loose: [], isLetter: true, layout: '', lostNumbers: [], told: [] })
}

/** Sheets that come with letters and belong to none. */
const expected: ReadonlySet<LooseSheet['kind']> = new Set(['blank', 'cover', 'proof-of-service'])

function pageIssues({ pages, loose }: Surroundings): readonly Issue[] {
  return [
    ...pages
      .filter((p) => p.status === 'unreadable')
      .map((p) => issue('page.unreadable', 'error', `Page ${p.number} could not be read.`, null, p.number)),
    ...loose.map(({ page, kind }) =>
      issue(
        'document.unassigned-page',
        expected.has(kind) ? 'info' : 'warning',
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

const names: Readonly<Record<string, string>> = {
  urDecisionDate: 'date of the utilization review decision',
  applicationReceived: 'date on which the application was received',
}
const words = (key: string) => names[key] ?? key.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)

/** Nobody is hurt at work before this age, or reviewed after that one. */
const YOUNGEST = 14
const OLDEST = 100

/** The age that the summary tells, against the years that passed since the injury. */
function ageIssues({ header, patient: { age } }: Checked): readonly Issue[] {
  if (age.value === null) return []
  const years = [header.dateOfInjury.value, header.decisionDate.value ?? header.urDecisionDate.value].map((date) =>
    date === null ? null : Number(date.slice(0, 4)),
  )
  const [injured, reviewed] = years
  const since = injured != null && reviewed != null ? reviewed - injured : 0
  if (age.value <= OLDEST && age.value - since >= YOUNGEST) return []
  const message =
    age.value > OLDEST || age.value < YOUNGEST
      ? `An age of ${age.value} years is hardly right.`
      : `At ${age.value} years, the patient would have been hurt at work at about ${age.value - since}.`
  return [issue('patient.age-differs', 'warning', message, 'patient.age', pageOf(age))]
}

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
