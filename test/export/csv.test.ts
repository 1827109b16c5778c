import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvHeader, csvRows } from '../../src/export/index.ts'
import { aRecord, aService, read } from '../fixtures/records.ts'

/** Reads CSV as RFC 4180 says. */
function parse(text: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') {
      rows.push(row)
      row = []
    }
  }
  return rows
}

const columns = parse(csvHeader())[0] ?? []
const rowsOf = (record: Parameters<typeof csvRows>[0]) =>
  parse(csvRows(record)).map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))
const requested = (request: string) => aRecord({ services: [aService({ request, outcome: 'upheld' })] })

describe('CSV', () => {
  it('has one row a service, and one for a letter without any', () => {
    const services = [1, 2].map((sequence) =>
      aService({ request: `Chair ${sequence}`, outcome: 'overturned', sequence }),
    )
    const rows = rowsOf(aRecord({ services, header: { caseNumber: read('CM88-1') }, diagnoses: ['sprain', 'strain'] }))
    expect(rows).toMatchObject([
      { case_number: 'CM88-1', service: '1', request: 'Chair 1', outcome: 'overturned', diagnoses: 'sprain; strain' },
      { case_number: 'CM88-1', service: '2', request: 'Chair 2', open_ended: 'true' },
    ])
    expect(rowsOf(aRecord({}))).toMatchObject([{ service: '', request: '' }])
  })

  it('gives back any text that was put in, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const [row, ...more] = rowsOf(requested(text))
        expect(more).toEqual([])
        expect(row?.request?.replace(/^'(?=[=+\-@\t\r\n])/, '')).toBe(text)
      }),
    )
  })

  it('has the same number of cells in every row', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const row of parse(csvRows(requested(text)))) expect(row).toHaveLength(columns.length)
      }),
    )
  })

  it.each(['=1+1', '+1', '-1', '@sum', '\tx', '\rx', '\nx'])('lets no spreadsheet take %j for a formula', (text) => {
    expect(rowsOf(requested(text))[0]?.request).toBe(`'${text}`)
  })
})
