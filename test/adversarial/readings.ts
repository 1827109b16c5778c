import { propose } from '../../src/decide/index.ts'
import { lateralityIn, levelsIn, regionsIn } from '../../src/language/anatomy/regions.ts'
import { findDates } from '../../src/language/dates.ts'
import { readFrequency } from '../../src/language/frequency/reading.ts'
import type { Document, Page } from '../../src/model/index.ts'
import { findDiagnoses } from '../../src/normalize/determination/diagnoses/index.ts'
import { findCaseNumbers } from '../../src/normalize/determination/header/case-number.ts'
import { readHeader } from '../../src/normalize/determination/header/header.ts'
import { findToldDates } from '../../src/normalize/determination/header/told-dates.ts'
import { findSections } from '../../src/normalize/determination/layout/sections.ts'
import { readPatient } from '../../src/normalize/determination/people/patient.ts'
import { readReviewer } from '../../src/normalize/determination/people/reviewer.ts'
import { describeRequest } from '../../src/normalize/determination/request/index.ts'
import { necessityAtEnd } from '../../src/normalize/determination/services/outcome.ts'
import { readServices } from '../../src/normalize/determination/services/services.ts'
import { splitRequest } from '../../src/normalize/determination/services/split-request.ts'
import { normalizeLetter, splitLetters } from '../../src/normalize/index.ts'
import { flowOf } from '../../src/normalize/page-text/flow.ts'
import { aDecisionRequest, library } from '../decide/a-request.ts'
import { aPage } from '../fixtures/pages.ts'
import { aReader } from '../fixtures/records.ts'

/** A function that reads text, of any room, as something that a text is given to. */
export type Reading = { readonly name: string; readonly read: (text: string) => unknown }

/** Rows as a printed page has them, cut where a blank is, pages of 60 rows. */
function pagesOf(text: string): readonly Page[] {
  const rows = text.match(/[^\n\f]{1,90}(?:\s|$)|\S{1,90}|\n/g) ?? ['']
  const pages: Page[] = []
  for (let i = 0; i < rows.length; i += 60) pages.push(aPage(rows.slice(i, i + 60), { number: pages.length + 1 }))
  return pages
}

const flowFrom = (text: string) => {
  const flow = flowOf(pagesOf(text))
  return { flow, whole: { start: 0, end: flow.transcript.text.length } }
}

function documentOf(text: string): Document {
  const pages = pagesOf(text)
  return {
    fileName: 'letter.pdf',
    sha256: 'a'.repeat(64),
    mediaType: 'application/pdf',
    pageCount: pages.length,
    pages,
    issues: [],
    readBy: aReader,
  }
}

const onFlow = (name: string, read: (given: ReturnType<typeof flowFrom>) => unknown): Reading => ({
  name,
  read: (text) => read(flowFrom(text)),
})

export const readings: readonly Reading[] = [
  { name: 'request', read: (text) => describeRequest(text, { associated: false }) },
  { name: 'frequency', read: (text) => readFrequency(text, 'therapy') },
  { name: 'split request', read: splitRequest },
  { name: 'regions', read: regionsIn },
  { name: 'laterality', read: lateralityIn },
  { name: 'levels', read: levelsIn },
  { name: 'dates', read: (text) => findDates(text) },
  { name: 'case numbers', read: findCaseNumbers },
  { name: 'necessity', read: necessityAtEnd },
  onFlow('diagnoses', ({ flow, whole }) => findDiagnoses(flow.transcript, whole, { dateOfService: '2016-01-01' })),
  onFlow('told dates', ({ flow, whole }) => findToldDates(flow, [whole], null)),
  onFlow('patient', ({ flow, whole }) => readPatient(flow, whole)),
  onFlow('header', ({ flow, whole }) => readHeader(flow, whole.end)),
  onFlow('reviewer', ({ flow, whole }) => readReviewer(flow, [whole])),
  onFlow('sections', ({ flow }) => findSections(flow)),
  onFlow('services', ({ flow, whole }) => readServices(flow, whole)),
  {
    name: 'whole letters, checks and all',
    read: (text) => splitLetters(documentOf(text)).map((letter) => normalizeLetter(letter)),
  },
  {
    name: 'proposals',
    read: (text) =>
      propose(
        aDecisionRequest({ summary: text }, { request: 'MRI lumbar', category: 'imaging-mri', regions: ['low-back'] }),
        library,
      ),
  },
]
