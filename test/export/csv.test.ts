import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { letterColumns, serviceColumns } from '../../src/export/columns/index.ts'
import { csvHeader, csvRows, formats } from '../../src/export/index.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { aRecord, aService, read } from '../fixtures/records.ts'
import { fullRecord } from './full-record.ts'

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
        expect(row?.request?.replace(/^'(?=[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20])/, '')).toBe(text)
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

  it.each(['=1+1', '+1', '-1', '@sum', '\tx', '\rx', '\nx', '\uFF1D1+1'])(
    'lets no spreadsheet take %j for a formula',
    (text) => {
      expect(rowsOf(requested(text))[0]?.request).toBe(`'${text}`)
    },
  )

  it('writes no range that a spreadsheet would take for a date, and has its two ends to count with', () => {
    const [row] = rowsOf(fullRecord)
    expect(row).toMatchObject({
      visits: '12 to 24',
      visits_min: '12',
      visits_max: '24',
      times_min: '2',
      times_max: '3',
      limit_allowed: '8 to 10',
      limit_allowed_min: '8',
    })
    for (const { name, type, cell } of [...letterColumns, ...serviceColumns])
      if (type === 'number')
        expect([name, typeof cell(fullRecord, fullRecord.services[0] ?? null)]).toEqual([name, 'number'])
  })

  it('tells what the letter does not state from what is blacked out', () => {
    const redacted = { ...read('x'), value: null, status: 'redacted' as const }
    expect(
      rowsOf(aRecord({ header: { claimNumber: redacted, caseNumber: read('CM88-1') } }))[0]?.letter_fields,
    ).toMatch(/^claim_number: redacted; date_of_injury: missing;/)
  })

  it('begins with a byte order mark when it is asked to', async () => {
    const whole = async (bom: boolean) => {
      let text = ''
      for await (const piece of formats.csv.write(one(fullRecord), { bom })) text += piece
      return text
    }
    expect(await whole(true)).toBe(`\uFEFF${await whole(false)}`)
  })
})

async function* one(record: CaseRecord) {
  yield record
}
