import { describe, expect, it } from 'vitest'
import { caseRecordSchema } from '../../../../src/model/index.ts'
import { normalizeLetter, splitLetters } from '../../../../src/normalize/index.ts'
import { aDocument, headerRows, letterPages } from '../../../fixtures/letters.ts'

/** The header of an invented letter whose header block reads like this. */
function headerOf(...rows: readonly string[]) {
  const [first = [], ...rest] = letterPages()
  const below = first.slice(headerRows().length).map((row) => row.replace(/02-01-2017|2\/27\/18/g, 'that day'))
  const [letter] = splitLetters(aDocument([[...rows, ...below], ...rest], { source: 'ocr' }))
  if (!letter) throw new Error('no letter')
  return caseRecordSchema.parse({ ...normalizeLetter(letter), proposals: [] }).header
}
const dates = ['dateAssigned', 'dateOfInjury', 'decisionDate', 'urDecisionDate', 'applicationReceived'] as const
const datesOf = (header: ReturnType<typeof headerOf>) => Object.fromEntries(dates.map((d) => [d, header[d].value]))
const printed = {
  dateAssigned: '2018-03-14',
  dateOfInjury: '2017-02-01',
  decisionDate: '2018-04-11',
  urDecisionDate: '2018-02-27',
  applicationReceived: '2018-03-02',
}
const [number = '', assigned = '', decided = '', priority = '', received = ''] = headerRows()

describe('a header of two columns', () => {
  it('is read where nothing lies over it', () => {
    expect(datesOf(headerOf(...headerRows()))).toEqual(printed)
  })

  it('gives a covered value none, and never the date of the label beside it', () => {
    const covered = decided.replace('04/11/2018      UR Denial Date:', '~#                              ')
    const header = headerOf(number, assigned, covered, priority, received)
    expect(datesOf(header)).toEqual({ ...printed, decisionDate: null })
    expect(header.decisionDate.status).not.toBe('extracted')
  })

  it('gives neither of two labels the date of the other when the values of both rows are covered crosswise', () => {
    const header = headerOf(
      number,
      assigned.replace('03/14/2018', '~~        '),
      decided.replace('02/27/2018', '          '),
      priority,
      received,
    )
    expect(datesOf(header)).toEqual({ ...printed, dateAssigned: null, urDecisionDate: null })
  })

  it('knows a value whose label is covered by its row and its column, and is less sure of it', () => {
    const header = headerOf(number, assigned, decided.replace('UR Denial Date:', '#. ~           '), priority, received)
    expect(datesOf(header)).toEqual(printed)
    expect(header.urDecisionDate.rule).toBe('header.ur-decision-date.beside')
    expect(header.urDecisionDate.confidence).toBeLessThan(header.decisionDate.confidence)
  })

  it('knows a row without any label by the rows above and below, and says that it is doubtful', () => {
    const bare = decided.replace('Decision Date:', '~             ').replace('UR Denial Date:', '  #~           ')
    const header = headerOf(number, assigned, bare, priority, received)
    expect(datesOf(header)).toEqual(printed)
    expect(header.decisionDate.status).toBe('ambiguous')
    expect(header.urDecisionDate.status).toBe('ambiguous')
  })

  it('takes no day of a stamp for the value of a label that it covers', () => {
    const header = headerOf(
      number,
      assigned.replace('Date of Injury:    02/01/2017', 'RECEIVED MAR 05 2018         '),
      decided,
      priority,
      received,
    )
    expect(datesOf(header)).toEqual({ ...printed, dateOfInjury: null })
  })

  it('does not look for sentences in it that tell dates', () => {
    const header = headerOf(number, assigned, decided.replace('02/27/2018', '.'), priority, received)
    expect(header.urDecisionDate.value).toBeNull()
  })
})

describe('a header whose columns nobody can tell', () => {
  it('gives a label no date that stands a column away', () => {
    const header = headerOf(
      'Case Number:      CM88-1234567',
      'Date Assigned:                                     02/01/2017',
    )
    expect(header.dateAssigned.value).toBeNull()
  })
})

describe('a header whose right column is lost', () => {
  it('makes no sentence of the labels that are left', () => {
    const header = headerOf(
      'Case Number:      CM88-1234567',
      'Date Assigned:    03/14/2018      #~',
      'Decision Date:    04/11/2018      ~      ial Date:    02/27/20',
      'Priority:         Standard        ~.',
    )
    expect(datesOf(header)).toMatchObject({
      dateAssigned: '2018-03-14',
      decisionDate: '2018-04-11',
      urDecisionDate: null,
    })
  })
})

describe('dates of a header that contradict each other', () => {
  it('make the one doubtful that most others contradict', () => {
    const header = headerOf(number, assigned, decided.replace('02/27/2018', '02/27/2019'), priority, received)
    expect(header.urDecisionDate.status).toBe('ambiguous')
    expect(header.urDecisionDate.confidence).toBeLessThan(0.5)
    expect(dates.filter((d) => header[d].status === 'ambiguous')).toEqual(['urDecisionDate'])
  })

  it('make a decision doubtful that lies years after all that came before it', () => {
    const header = headerOf(number, assigned, decided.replace('04/11/2018', '04/11/2048'), priority, received)
    expect(header.decisionDate.status).toBe('ambiguous')
    expect(header.decisionDate.confidence).toBeLessThan(0.5)
  })

  it('are measured by the years of most, the case number’s among them', () => {
    const header = headerOf(
      number.replace('CM88', 'CM18'),
      assigned.replace('03/14/2018', '03/14/2028'),
      decided.replace('04/11/2018', '04/11/2048'),
      priority,
      received,
    )
    expect(dates.filter((d) => header[d].status === 'ambiguous')).toEqual(['dateAssigned', 'decisionDate'])
    expect(header.urDecisionDate.value).toBe('2018-02-27')
  })

  it('leave none that another label has too and the summary tells otherwise: two rows were read as one', () => {
    const [first = [], ...rest] = letterPages()
    const rows = first.map((row) =>
      row
        .replace('Injury:    02/01/2017', 'Injury:    02/27/2018')
        .replace('who fell from a ladder on', 'with a date of injury of'),
    )
    const [letter] = splitLetters(aDocument([rows, ...rest], { source: 'ocr' }))
    if (!letter) throw new Error('no letter')
    const { dateOfInjury, urDecisionDate } = normalizeLetter(letter).header
    expect(dateOfInjury).toMatchObject({ value: null, status: 'ambiguous' })
    expect(dateOfInjury.alternatives?.map((a) => a.value)).toEqual(['2018-02-27', '2017-02-01'])
    expect(urDecisionDate.value).toBe('2018-02-27')
  })

  it('leave none that was found by its place alone', () => {
    const lost = decided.replace('UR Denial Date:', '               ').replace('02/27/2018', '02/27/2019')
    const header = headerOf(number, assigned, lost, priority, received)
    expect(header.urDecisionDate).toMatchObject({ value: null, alternatives: [{ value: '2019-02-27' }] })
  })
})
