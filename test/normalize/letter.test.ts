import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { caseRecordSchema, type Document } from '../../src/model/index.ts'
import { failedRecord, normalizeLetter, splitLetters } from '../../src/normalize/index.ts'
import {
  aDocument,
  decisionRows,
  headerRows,
  letterPages,
  methodRows,
  serviceRows,
  summaryRows,
} from '../fixtures/letters.ts'
import { aReader } from '../fixtures/records.ts'

const read = (document: Document) =>
  splitLetters(document).map((l) => caseRecordSchema.parse({ ...normalizeLetter(l), proposals: [] }))
const readOne = (pages: readonly (readonly string[])[], source: 'ocr' | 'text-layer' = 'text-layer') => {
  const [record] = read(aDocument(pages, { source }))
  if (!record) throw new Error('no record')
  return record
}
const values = (record: Record<string, { value: unknown }>) =>
  Object.fromEntries(Object.entries(record).map(([k, f]) => [k, f.value]))

const header = {
  caseNumber: 'CM88-1234567',
  claimNumber: null,
  dateAssigned: '2018-03-14',
  dateOfInjury: '2017-02-01',
  decisionDate: '2018-04-11',
  urDecisionDate: '2018-02-27',
  applicationReceived: '2018-03-02',
  priority: 'standard',
}

describe('a letter with a header block', () => {
  it('is read whole, with the page and box of everything', () => {
    const record = readOne(letterPages())
    expect(values(record.header)).toEqual(header)
    expect(values(record.reviewer)).toEqual({
      specialties: ['Sports Medicine', 'Physical Medicine & Rehabilitation'],
      licensedStates: ['Utah', 'New Mexico'],
    })
    expect(values(record.patient)).toEqual({ age: 37, sex: 'female' })
    expect(record.clinicalSummary.value).toMatch(/^The injured worker is a 37-year-old woman .* denied the rest\.$/)
    expect(record.services.map((s) => [s.request.value, s.outcome.value, s.rationale.value])).toEqual([
      [
        'Physical therapy 2 times a week for 4 weeks',
        'upheld',
        'No progress is told. The request is not medically necessary.',
      ],
      ['Ankle brace, right', 'overturned', 'The joint is loose. The request is medically necessary.'],
    ])
    expect(record.services[0]?.claimsAdministratorGuideline.value).toBe(
      'The Claims Administrator cited nothing for its decision.',
    )
    expect(record.services[0]?.reviewerGuideline.value).toBe('Decision based on the ankle chapter.')
    expect(record.outcome).toBe('mixed')
    expect(record.status).toBe('complete')
    expect(record.issues).toEqual([])
    expect(record.header.urDecisionDate.evidence[0]).toMatchObject({ page: 1, text: '02/27/2018' })
    expect(record.services[1]?.outcome.evidence[0]?.page).toBe(2)
  })

  it('is read through misread headings, labels, outcomes and digits, with less confidence', () => {
    const damaged = letterPages().map((rows) =>
      rows.map((row) =>
        row
          .replace('CLINICAL CASE', 'CL1NlCAL CA5E')
          .replace('IMR ISSUES', 'lMR 1SSUES')
          .replace('Claims Administrator guideline', 'Clairns Administrat0r guidellne')
          .replace('Decision rationale', 'Decislon rationa1e')
          .replace('Upheld', 'Upheid')
          .replace('Overturned', 'Overtumed')
          .replace('Date Assigned', 'Date Assiqned')
          .replace('03/14/2018', 'O3/l4/2018')
          .replace('CM88-', 'CMB8-'),
      ),
    )
    const record = readOne(damaged, 'ocr')
    expect(values(record.header)).toEqual(header)
    expect(record.services.map((s) => s.outcome.value)).toEqual(['upheld', 'overturned'])
    expect(
      record.services.every((s) => s.rationale.value !== null && s.claimsAdministratorGuideline.value !== null),
    ).toBe(true)
    expect(record.header.dateAssigned.confidence).toBeLessThan(0.9)
    expect(record.header.dateAssigned.confidence).toBeLessThan(record.header.decisionDate.confidence)
  })

  it('keeps the words of the decision out of the summary when its heading is lost', () => {
    const pages = [
      [...headerRows(), ...methodRows, ...summaryRows],
      ['', ...serviceRows('Ankle brace, right: Upheld', 'The request is not medically necessary.')],
    ]
    const record = readOne(pages)
    expect(record.clinicalSummary.value).not.toMatch(/brace|guideline|Upheld/)
    expect(record.services.map((s) => s.request.value)).toEqual(['Ankle brace, right'])
  })

  it('takes page numbers and fax lines out of a rationale that runs over a page, and joins a request that wraps', () => {
    const record = readOne([
      [
        ...headerRows(),
        ...methodRows,
        ...summaryRows,
        ...decisionRows,
        'Home visits by a nurse, four hours a day, on each day of the week but Sunday, for the',
        'first two months: Upheld',
        '',
        'MAXIMUS guideline: None.',
        '',
        'Decision rationale: The wound has healed and the worker walks without any help, so that',
        'Final Determination Letter for IMR Case Number CM88-1234567 3',
      ],
      ['FROM: 8005550100 04/12/2018 10:22 P.03', 'no nurse is needed. The request is not medically necessary.'],
    ])
    expect(record.services[0]?.request.value).toBe(
      'Home visits by a nurse, four hours a day, on each day of the week but Sunday, for the first two months',
    )
    expect(record.services[0]?.rationale.value).toBe(
      'The wound has healed and the worker walks without any help, so that no nurse is needed. The request is not medically necessary.',
    )
  })

  it('holds the header right where the summary differs, and says so', () => {
    const pages = [
      [
        ...headerRows(),
        ...methodRows,
        ...summaryRows.map((r) =>
          r.replace('fell from a ladder on', 'had an industrial injury on').replace('02-01-2017', '02-10-2017'),
        ),
      ],
      letterPages()[1] ?? [],
    ]
    const record = readOne(pages)
    expect(record.header.dateOfInjury).toMatchObject({ value: '2017-02-01', status: 'extracted' })
    expect(record.issues.map((i) => i.rule)).toContain('header.differs-from-summary')
    expect(record.review.state).toBe('needs-review')
  })

  it('never rolls an impossible date over, and never leaves an outcome out in silence', () => {
    const pages = letterPages().map((rows) =>
      rows.map((r) => r.replace('03/14/2018', '13/44/2018').replace('brace, right: Overturned', 'brace, right')),
    )
    const record = readOne(pages)
    expect(record.header.dateAssigned.value).toBeNull()
    expect(record.issues.map((i) => i.rule)).toEqual(expect.arrayContaining(['header.impossible-date']))
    expect(record.services).toHaveLength(2)
    expect(record.services[1]?.request.value).toBe('Ankle brace, right')
    expect(record.services[1]?.outcome).toMatchObject({ value: 'overturned', status: 'ambiguous' })
    expect(record.status).toBe('partial')
  })
})

describe('other generations of letters', () => {
  it('are read without a header block: dates, age and credentials from the sentences', () => {
    const record = readOne([
      [
        '                 HOW THE IMR FINAL DETERMINATION WAS MADE',
        'A reviewer looked at the file. The expert reviewer is Board Certified in Family Medicine, has a subspecialty in',
        'Sports Medicine, and is licensed to practice in Oregon. He/she has been in practice for years.',
        ...summaryRows.slice(0, 6),
        'The patient is a 61 year old with an injury date on 5/6/09. The utilization review',
        'determination being challenged is dated 1/17/14. He told of pain.',
        ...decisionRows,
        ...serviceRows('LUMBAR BRACE: Upheld', 'The request is not medically necessary and appropriate.'),
      ],
    ])
    expect(record.header.dateOfInjury.value).toBe('2009-05-06')
    expect(record.header.urDecisionDate.value).toBe('2014-01-17')
    expect(record.patient.age.value).toBe(61)
    expect(record.patient.sex.value).toBeNull()
    expect(values(record.reviewer)).toEqual({
      specialties: ['Family Medicine', 'Sports Medicine'],
      licensedStates: ['Oregon'],
    })
    expect(record.document.layout).toBe('2014')
    expect(record.services.map((s) => s.request.value)).toEqual(['LUMBAR BRACE'])
  })

  it('of 2013 are read from their numbered sentences', () => {
    const record = readOne([
      [
        'Notice of Independent Medical Review Determination',
        'Dated: 11/05/2013',
        'IMR Case Number: CM13-0000042     Date of Injury: 4/3/2011',
        'UR Denial Date: 7/9/2013',
        '',
        '1) MAXIMUS Federal Services, Inc. has determined the request for a knee brace is not',
        'medically necessary and appropriate.',
        '2) MAXIMUS Federal Services, Inc. has determined the request for six visits of',
        'physical therapy is medically necessary and appropriate.',
        '',
        '1) Regarding the request for a knee brace:',
        'Medical Treatment Guideline(s) Relied Upon by the Expert Reviewer to Make His/Her Decision:',
        'The Expert Reviewer relied on the knee chapter.',
        'Rationale for the Decision:',
        'The knee is stable.',
        '2) Regarding the request for six visits of physical therapy:',
        'Rationale for the Decision:',
        'The knee is weak.',
      ],
    ])
    expect(record.document.layout).toBe('2013-notice')
    expect(record.services.map((s) => [s.request.value, s.outcome.value, s.rationale.value])).toEqual([
      ['a knee brace', 'upheld', 'The knee is stable.'],
      ['six visits of physical therapy', 'overturned', 'The knee is weak.'],
    ])
    expect(values(record.header)).toMatchObject({
      caseNumber: 'CM13-0000042',
      dateOfInjury: '2011-04-03',
      urDecisionDate: '2013-07-09',
      decisionDate: '2013-11-05',
    })
  })
})

describe('a file of several letters', () => {
  it('gives one record a letter; other sheets are left out and told of', () => {
    const document = aDocument([
      ['FAX COVER SHEET', 'To whom it may concern'],
      ...letterPages('CM88-1111111'),
      ['PROOF OF SERVICE', 'I am a citizen.'],
      ...letterPages('CM88-2222222'),
    ])
    const letters = splitLetters(document)
    expect(letters.map((l) => l.pages.map((p) => p.number))).toEqual([
      [2, 3],
      [5, 6],
    ])
    const records = read(document)
    expect(records.map((r) => r.header.caseNumber.value)).toEqual(['CM88-1111111', 'CM88-2222222'])
    expect(records[0]?.issues.filter((i) => i.rule === 'document.unassigned-page').map((i) => i.page)).toEqual([1, 4])
    expect(new Set(records.map((r) => r.caseId)).size).toBe(2)
  })

  it('whose pages lie in disorder is put in order by the numbers that are printed on them', () => {
    const numbered = (caseNumber: string) =>
      letterPages(caseNumber).map((rows, i) => [...rows, '', `IMR Case Number ${caseNumber}   Page ${i + 1}`])
    const [a1 = [], a2 = []] = numbered('CM88-1111111')
    const [b1 = [], b2 = []] = numbered('CM88-2222222')
    const inOrder = read(aDocument([a1, a2, b1, b2]))
    for (const pages of [
      [a2, a1, b1, b2],
      [a1, b1, a2, b2],
      [a2, b2, a1, b1],
    ]) {
      const records = read(aDocument(pages))
      expect(records.map((r) => r.header.caseNumber.value)).toEqual(['CM88-1111111', 'CM88-2222222'])
      expect(records.map((r) => r.services.map((s) => s.outcome.value))).toEqual(
        inOrder.map((r) => r.services.map((s) => s.outcome.value)),
      )
      expect(records.flatMap((r) => r.issues.filter((i) => i.rule === 'document.unassigned-page'))).toEqual([])
    }
  })

  it('without any letter gives a record of what it seems to be, for a person to look at', () => {
    const record = readOne([['PROOF OF SERVICE', 'I am over the age of eighteen.']])
    expect(record.document.kind).toBe('proof-of-service')
    expect(record.status).toBe('failed')
    expect(record.review.state).toBe('needs-review')
  })
})

describe('any input', () => {
  const everyRow = letterPages().flat()
  const row = fc.oneof(
    fc.constantFrom(...everyRow),
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )

  it('gives records that keep the schema, the same each time, however the rows are shuffled or broken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(row, { maxLength: 40 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('ocr' as const, 'text-layer' as const),
        (pages, source) => {
          const document = aDocument(pages, { source })
          const first = read(document)
          expect(first.length).toBeGreaterThan(0)
          expect(read(document)).toEqual(first)
          const placed = splitLetters(document).flatMap((l) => [
            ...l.pages.map((p) => p.number),
            ...(l.loose ?? []).map((s) => s.page),
          ])
          expect(placed.sort((a, b) => a - b)).toEqual(document.pages.map((p) => p.number))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('that could not be opened gives a failed record', () => {
    const record = caseRecordSchema.parse(
      failedRecord(
        { fileName: 'x.pdf', sha256: '', mediaType: 'application/pdf', pageCount: 0 },
        { code: 'empty-file', message: 'The file is empty.' },
        aReader,
      ),
    )
    expect(record).toMatchObject({ status: 'failed', issues: [{ rule: 'document.empty-file', severity: 'error' }] })
  })
})
