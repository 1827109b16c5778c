import { describe, expect, it } from 'vitest'
import type { Document, FiledDocument } from '../../../src/model/index.ts'
import { cutsOf, normalizeLetter, splitLetters } from '../../../src/normalize/index.ts'
import { documentsOf } from '../../../src/normalize/separate/documents.ts'
import { caseFile, pagesOf } from '../../fixtures/case-file.ts'
import { aPage } from '../../fixtures/pages.ts'
import { aReader } from '../../fixtures/records.ts'

const file = (pages: Document['pages']): Document => ({
  fileName: 'case.pdf',
  sha256: 'd'.repeat(64),
  mediaType: 'application/pdf',
  pageCount: pages.length,
  pages,
  issues: [],
  readBy: aReader,
})

/** The documents of the invented file as it was written. */
const written = [...new Set(caseFile.map(({ doc }) => doc))].map((doc) => {
  const pages = caseFile.flatMap((page, i) => (page.doc === doc ? [i + 1] : []))
  return { kind: caseFile.find((page) => page.doc === doc)?.kind, pages }
})
const told = (documents: readonly FiledDocument[]) => documents.map(({ kind, pages }) => ({ kind, pages }))

describe('a case file', () => {
  const found = documentsOf(pagesOf(caseFile))

  it('is separated into its documents, each with its kind; a blank back stays with what it is the back of', () => {
    expect(told(found)).toEqual(written)
  })

  it('has forms of the state by name and version, also as practice software sets them', () => {
    expect(found.flatMap(({ id, form }) => (form ? [[id, form.name, form.version]] : []))).toEqual([
      [2, 'dwc-imr', '2014-02'],
      [3, 'dwc-imr', null],
      [6, 'dwc-rfa', '2014-01'],
      [7, 'dwc-pr-2', '2005-06'],
      [13, 'dwc-rfa', '2014-01'],
      [15, 'dwc-rfa', '2012-13'],
    ])
  })

  it('tells a copy that was faxed again from notes of other visits on the same form', () => {
    expect(found.flatMap(({ id, duplicateOf }) => (duplicateOf === null ? [] : [[id, duplicateOf]]))).toEqual([[13, 6]])
  })

  it('is no letter: labels of a letter are not read on other paper, and a signature’s date is no decision’s', () => {
    const [letter, ...others] = splitLetters(file(pagesOf(caseFile)))
    expect(others).toEqual([])
    if (!letter) throw new Error('nothing was found')
    const { document, documents, header, services, diagnoses, clinicalSummary, outcome } = normalizeLetter(letter)
    expect(document.kind).toBe('case-file')
    expect(told(documents)).toEqual(written)
    expect({ services, diagnoses, summary: clinicalSummary.value, outcome }).toEqual({
      services: [],
      diagnoses: [],
      summary: null,
      outcome: null,
    })
    const { claimNumber: _, dateOfInjury: __, ...dates } = header
    expect(Object.values(dates).map(({ value }) => value)).toEqual(Object.values(dates).map(() => null))
  })

  it('is offered to a person as it was separated, page by page', () => {
    const cuts = cutsOf(file(pagesOf(caseFile)))
    expect(cuts.flatMap(({ pages }) => pages)).toEqual(caseFile.map((_, i) => i + 1))
    expect(cuts.filter(({ kind }) => kind !== 'blank').map(({ kind }) => kind)).toEqual(written.map(({ kind }) => kind))
  })
})

describe('a form of the state', () => {
  it('is not what a sentence quotes: the name of a form makes none, and its title alone does not either', () => {
    const letter = aPage([
      'We refer to the Request for Authorization (DWC Form RFA) that you sent.',
      'Please send the Primary Treating Physician’s Progress Report (PR-2) with it.',
      'An Application for Independent Medical Review is enclosed.',
      'Sincerely,',
    ])
    const titled = aPage(['REQUEST FOR AUTHORIZATION', 'see the attached pages'])
    expect(documentsOf([letter]).map(({ form }) => form)).toEqual([null])
    expect(documentsOf([titled]).map(({ kind, form }) => [kind, form])).toEqual([['rfa', null]])
  })

  it('keeps its sheets together, and begins anew with its first', () => {
    const rows = (n: number) => caseFile.filter(({ doc }) => doc === 7)[n]?.rows ?? []
    const pages = [rows(0), rows(1), rows(0), rows(1)].map((own, i) => aPage(own, { number: i + 1 }))
    expect(documentsOf(pages).map((d) => d.pages)).toEqual([
      [1, 2],
      [3, 4],
    ])
  })
})

describe('any pages', () => {
  it('stand each in one document, once, readable or not', () => {
    const unreadable = { ...aPage([], { number: 2 }), status: 'unreadable' as const }
    const pages = [aPage([], { number: 1 }), unreadable, ...pagesOf(caseFile).map((p, i) => ({ ...p, number: i + 3 }))]
    const documents = documentsOf(pages)
    expect(documents.flatMap((d) => d.pages)).toEqual(pages.map((p) => p.number))
    expect(documents.map((d) => d.id)).toEqual(documents.map((_, i) => i + 1))
    expect(documentsOf([aPage([])]).map(({ kind, pages: of }) => [kind, of])).toEqual([['other', [1]]])
    expect(documentsOf([])).toEqual([])
  })
})
