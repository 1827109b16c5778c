import {
  type Calibration,
  type CaseRecord,
  type Field,
  type Header,
  type IsoDate,
  type Issue,
  madeBy,
  missing,
  type Page,
  type PageSummary,
} from '../model/index.ts'
import { findDiagnoses } from './determination/diagnoses/index.ts'
import { withDoubts } from './determination/header/date-order.ts'
import { readHeader } from './determination/header/header.ts'
import { findToldDates, type ToldDates, withTold } from './determination/header/told-dates.ts'
import type { Layout } from './determination/layout/letter-vocabulary.ts'
import { findSections, recogniseLayout, type Section } from './determination/layout/sections.ts'
import { readSummary, summarySpan } from './determination/layout/summary.ts'
import { readPatient } from './determination/people/patient.ts'
import { readReviewer } from './determination/people/reviewer.ts'
import { readNotice } from './determination/services/notice.ts'
import { rollUp } from './determination/services/outcome.ts'
import { readQuestions } from './determination/services/questions.ts'
import { type ReadServices, readServices } from './determination/services/services.ts'
import { readSingle } from './determination/services/single.ts'
import { type Flow, flowOf } from './page-text/flow.ts'
import type { Span } from './page-text/transcript.ts'
import { type Letter, withLetter } from './separate/split-letters.ts'
import { calibration as standardCalibration, withProbabilities } from './trust/calibrate.ts'
import { checkRecord } from './trust/checks.ts'
import { reviewOf, statusOf } from './trust/review.ts'

export { type ChosenWords, valueOfWords } from './chosen-words.ts'
export { diagnosisOfWording } from './determination/diagnoses/index.ts'
export { type Asked, askedFor } from './determination/services/asked.ts'
export { rollUp } from './determination/services/outcome.ts'
export { cutsOf, lettersOf } from './separate/cuts.ts'
export { withDuplicates } from './separate/duplicates.ts'
export { type FailedFile, failedRecord } from './separate/failed-record.ts'
export { type Letter, type LooseSheet, splitLetters } from './separate/split-letters.ts'
export { checkValues } from './trust/checks.ts'
export { type Doubt, doubtsOf, lacksOnlyALetter, reviewOf, statusOf } from './trust/review.ts'

export type NormalizeOptions = {
  /** How scores become probabilities; null leaves the scores as they are, to calibrate by. Default: as measured by us. */
  readonly calibration?: Calibration | null
}

/**
 * Reads one letter into a case record without proposals. Pure and deterministic; whatever the pages hold, a record comes out:
 * what was not found is missing, what does not fit is an issue. Time grows with the letter's length.
 */
export function normalizeLetter(
  letter: Letter,
  { calibration = standardCalibration }: NormalizeOptions = {},
): Omit<CaseRecord, 'proposals'> {
  const flow = flowOf(letter.pages)
  const sections = findSections(flow)
  const layout = recogniseLayout(flow)
  const whole = { start: 0, end: flow.transcript.text.length }
  // A page that the letter was mailed under says `Sincerely` and tells of appeals before the letter begins.
  const first = sections.find((s) => s.kind !== 'closing')
  const opening = { start: 0, end: (first ?? sections[0])?.heading ?? whole.end }
  const summary = summarySpan(flow, sections)
  const { header: read, blockEnd } = readHeader(flow, opening.end)
  // The notice of 2013 tells its dates in a paragraph under the heading of the decisions.
  const until = layout?.style === 'notice' && summary ? summary.start : opening.end
  // In a block of labels no words lead to a date, only its place does.
  const before = { start: Math.min(blockEnd, until), end: until }
  const { header, differing } = completed(flow, read, summary, before)
  const { services, lostNumbers } = servicesOf(flow, layout, sections)
  const reviewers = sections.filter((s) => s.kind === 'method' || s.kind === 'qualifications')
  // A letter whose head is lost is known by its services; what stands on a form of the state is none, whatever it says.
  const isForm = letter.documents.some(({ form, kind }) => form !== null && kind !== 'form-instructions')
  const isLetter = letter.kind === undefined || (services.length > 0 && !isForm)
  const found = {
    header,
    // Of an unknown form nobody knows where it tells of its reviewer.
    reviewer: readReviewer(flow, reviewers.length > 0 ? reviewers : [layout ? opening : whole]),
    patient: readPatient(flow, summary),
    clinicalSummary: readSummary(flow, summary),
    services,
    diagnoses: summary
      ? findDiagnoses(flow.transcript, summary, {
          dateOfService: header.urDecisionDate.value ?? header.decisionDate.value,
        })
      : [],
  }
  const scored = isLetter ? found : ofNoLetter(found)
  const body = calibration === null ? scored : withProbabilities(scored, '', letter.pages, calibration)
  const issues: readonly Issue[] = [
    ...letter.document.issues.filter((i) => i.page === null || letter.pages.some((p) => p.number === i.page)),
    ...checkRecord(body, {
      pages: letter.pages,
      loose: letter.loose ?? [],
      isLetter,
      layout: layout?.name ?? null,
      told: differing,
      lostNumbers,
    }),
  ]
  return {
    schemaVersion: '1',
    caseId: `${letter.document.sha256}-${letter.index}`,
    document: documentOf(letter, isLetter, layout),
    documents: isLetter && letter.kind !== undefined ? asLetter(letter) : letter.documents,
    ...body,
    outcome: rollUp(body.services),
    issues,
    status: statusOf(issues, body.services.length > 0 || summary !== null || flow.rows.length > 0),
    review: reviewOf({ ...body, issues }),
    made: madeBy(letter.document.readBy),
  }
}

type Found = Pick<CaseRecord, 'header' | 'reviewer' | 'patient' | 'clinicalSummary' | 'services' | 'diagnoses'>

/** What labels of a letter mean on other paper: a claim number and a date of injury are those wherever they stand, a date beside a signature is no decision's. */
function ofNoLetter({ header }: Found): Found {
  const rule = 'document.no-letter'
  return {
    header: {
      ...header,
      caseNumber: missing(rule),
      dateAssigned: missing(rule),
      decisionDate: missing(rule),
      urDecisionDate: missing(rule),
      applicationReceived: missing(rule),
      priority: missing(rule),
    },
    reviewer: { specialties: missing(rule), licensedStates: missing(rule) },
    patient: { age: missing(rule), sex: missing(rule) },
    clinicalSummary: missing(rule),
    services: [],
    diagnoses: [],
  }
}

/** Pages that have turned out to be a letter. */
const asLetter = ({ pages }: Letter): CaseRecord['documents'] =>
  pages.length > 0
    ? withLetter(
        pages.map(({ number }) => number),
        [],
        0.5,
      )
    : []

function documentOf(letter: Letter, isLetter: boolean, layout: Layout | null): CaseRecord['document'] {
  const { document, pages } = letter
  const numbers = pages.map((p) => p.number)
  return {
    fileName: document.fileName,
    sha256: document.sha256,
    mediaType: document.mediaType,
    pageCount: document.pageCount,
    pageRange: numbers.length > 0 ? [Math.min(...numbers), Math.max(...numbers)] : [0, 0],
    kind: isLetter ? 'imr-determination' : (letter.kind ?? 'other'),
    layout: layout?.name ?? null,
    pages: pages.map(summaryOf),
  }
}

function summaryOf({ number, source, rotation, skew, dpi, confidence, status }: Page): PageSummary {
  return { number, source, rotation, skew, dpi, confidence, status }
}

type Differing = Parameters<typeof checkRecord>[1]['told']

/**
 * Dates that the summary tells fill what the header lacks, and are compared with what it has; what sentences before the first
 * section tell only fills.
 */
function completed(
  flow: Flow,
  header: Header,
  summary: Span | null,
  opening: Span,
): { readonly header: Header; readonly differing: Differing } {
  const decided = header.decisionDate.value
  const inSummary = findToldDates(flow, summary ? [summary] : [], decided)
  const inOpening = findToldDates(flow, [opening], decided)
  const filled = (key: keyof ToldDates, rule: string, field: Field<IsoDate>) =>
    field.value === null ? withTold(flow, field, inOpening[key], `opening.${rule}`).field : field
  const { applicationReceived } = header
  const received =
    applicationReceived.value === null
      ? withTold(flow, applicationReceived, inSummary.applicationReceived, 'summary.application-received').field
      : applicationReceived
  const injury = withTold(flow, header.dateOfInjury, inSummary.dateOfInjury, 'summary.date-of-injury')
  const ur = withTold(flow, header.urDecisionDate, inSummary.urDecisionDate, 'summary.ur-decision-date')
  const differing = [
    { field: 'dateOfInjury' as const, other: injury.other },
    { field: 'urDecisionDate' as const, other: ur.other },
  ].flatMap(({ field, other }) =>
    other ? [{ field, value: other.value, page: flow.transcript.pageAt(other.start) }] : [],
  )
  return {
    header: withDoubts({
      ...header,
      dateOfInjury: filled('dateOfInjury', 'date-of-injury', injury.field),
      urDecisionDate: filled('urDecisionDate', 'ur-decision-date', ur.field),
      applicationReceived: filled('applicationReceived', 'application-received', received),
      dateAssigned: filled('dateAssigned', 'date-assigned', header.dateAssigned),
    }),
    differing,
  }
}

/** The ways to read the services, each a generation's own. */
const readings = {
  blocks: (flow: Flow, sections: readonly Section[]) => readServices(flow, decisionsSpan(flow, sections)),
  notice: (flow: Flow, sections: readonly Section[]) => ({ services: readNotice(flow, sections), lostNumbers: [] }),
  single: (flow: Flow, sections: readonly Section[]) => ({ services: readSingle(flow, sections), lostNumbers: [] }),
  questions: (flow: Flow, sections: readonly Section[]) => ({
    services: readQuestions(flow, sections),
    lostNumbers: [],
  }),
} as const

/** The services as the letter's generation states them; a title that was taken for another's must not lose them. */
function servicesOf(flow: Flow, layout: Layout | null, sections: readonly Section[]): ReadServices {
  const first = layout?.style ?? 'blocks'
  for (const style of [first, 'blocks', 'notice', 'single', 'questions'] as const) {
    const read = readings[style](flow, sections)
    if (read.services.length > 0) return read
  }
  // A form that nobody knows may decide before it sums up.
  return readServices(flow, { start: 0, end: flow.transcript.text.length })
}

/** Where the decisions stand: under their heading, else behind the summary's heading, else anywhere. */
function decisionsSpan(flow: Flow, sections: readonly Section[]): Span {
  const own = sections.filter((s) => s.kind === 'decisions').at(-1)
  const summary = sections.find((s) => s.kind === 'summary')
  const start = own?.start ?? summary?.start ?? 0
  const closing = sections.find((s) => s.kind === 'closing' && s.heading > start)
  return { start, end: closing?.heading ?? flow.transcript.text.length }
}
