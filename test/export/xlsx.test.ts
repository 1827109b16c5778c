import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBuffer } from 'yauzl'
import { workbook } from '../../src/export/xlsx/index.ts'
import { columnName, dateSerial, sheetText } from '../../src/export/xlsx/rows.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { aRecord, aService, read } from '../fixtures/records.ts'
import { fullRecord } from './full-record.ts'

/** The parts of a workbook, by path. */
async function partsOf(
  records: readonly CaseRecord[],
  rowsOfSheet?: number,
): Promise<Readonly<Record<string, string>>> {
  const pieces: Uint8Array[] = []
  for await (const piece of workbook(records, rowsOfSheet === undefined ? {} : { rowsOfSheet })) pieces.push(piece)
  const zip = (await promisify(fromBuffer as (b: Buffer, o: object, f: (e: Error | null, z: never) => void) => void)(
    Buffer.concat(pieces),
    { lazyEntries: false },
  )) as unknown as import('yauzl').ZipFile
  const parts: Record<string, string> = {}
  await new Promise<void>((resolve, reject) => {
    let open = 1
    const close = () => --open === 0 && resolve()
    zip.on('entry', (entry: import('yauzl').Entry) => {
      open++
      zip.openReadStream(entry, (error, stream) => {
        if (error || !stream) return reject(error)
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          parts[entry.fileName] = Buffer.concat(chunks).toString('utf8')
          close()
        })
        return undefined
      })
    })
    zip.on('end', close)
    zip.on('error', reject)
  })
  return parts
}

const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/_x([0-9A-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

type ReadCell = { readonly kind: string; readonly value: string }

/** Rows of a sheet, each by the names in its first row. */
function rowsOf(sheet: string): readonly Readonly<Record<string, ReadCell>>[] {
  const rows = [...sheet.matchAll(/<row r="\d+">(.*?)<\/row>/gs)].map(([, row = '']) =>
    Object.fromEntries(
      [...row.matchAll(/<c r="([A-Z]+)\d+"([^>]*)>(.*?)<\/c>/gs)].map(([, column = '', how = '', inside = '']) => {
        const kind = /t="inlineStr"/.test(how)
          ? 'text'
          : /t="b"/.test(how)
            ? 'flag'
            : /s="1"/.test(how)
              ? 'date'
              : 'number'
        return [column, { kind, value: unescaped(inside.replace(/<[^>]+>/g, '')) }]
      }),
    ),
  )
  const [head = {}, ...body] = rows
  return body.map((row) => Object.fromEntries(Object.entries(row).map(([c, cell]) => [head[c]?.value ?? c, cell])))
}

describe('XLSX', () => {
  it('has sheets of letters, services and diagnoses, tied by case_id, with dates as dates, numbers as numbers, texts as texts', async () => {
    const parts = await partsOf([fullRecord, aRecord({ sha256: 'd'.repeat(64) })])
    expect([...(parts['xl/workbook.xml'] ?? '').matchAll(/<sheet name="([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'letters',
      'services',
      'diagnoses',
    ])
    const [letters, services, diagnoses] = [1, 2, 3].map((n) => rowsOf(parts[`xl/worksheets/sheet${n}.xml`] ?? ''))
    expect(letters).toHaveLength(2)
    expect(letters?.[0]).toMatchObject({
      case_id: { kind: 'text', value: fullRecord.caseId },
      claim_number: { kind: 'text', value: '88-17' },
      date_of_injury: { kind: 'date', value: String(dateSerial('2013-10-02')) },
      age: { kind: 'number', value: '51' },
    })
    expect(letters?.[1]).not.toHaveProperty('age')
    expect(services).toHaveLength(1)
    expect(services?.[0]).toMatchObject({
      case_id: { kind: 'text', value: fullRecord.caseId },
      visits: { kind: 'text', value: '12 to 24' },
      visits_min: { kind: 'number', value: '12' },
      visits_max: { kind: 'number', value: '24' },
      open_ended: { kind: 'flag', value: '0' },
    })
    expect(diagnoses?.[0]).toMatchObject({
      diagnosis: { kind: 'number', value: '1' },
      text: { kind: 'text', value: 'left shoulder strain' },
    })
  })

  it('goes on in another sheet when one is full', async () => {
    const records = Array.from({ length: 5 }, (_, i) =>
      aRecord({ index: i + 1, services: [aService({ request: `Chair ${i}`, outcome: 'upheld' })] }),
    )
    const parts = await partsOf(records, 3)
    const names = [...(parts['xl/workbook.xml'] ?? '').matchAll(/<sheet name="([^"]+)"/g)].map(([, name]) => name)
    expect(names).toEqual(['letters', 'letters 2', 'letters 3', 'services', 'services 2', 'services 3', 'diagnoses'])
    const requests = [4, 5, 6].flatMap((n) =>
      rowsOf(parts[`xl/worksheets/sheet${n}.xml`] ?? '').map((r) => r.request?.value),
    )
    expect(requests).toEqual(['Chair 0', 'Chair 1', 'Chair 2', 'Chair 3', 'Chair 4'])
  })

  it('gives the same bytes for the same records', async () => {
    const bytes = async () => {
      const pieces: Uint8Array[] = []
      for await (const piece of workbook([fullRecord])) pieces.push(piece)
      return Buffer.concat(pieces)
    }
    expect(await bytes()).toEqual(await bytes())
  })

  it('gives back any text, formulas and control characters included, as text', async () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme', minLength: 1 }), 60)
    const odd = ['=1+1', '\u0007bell', '_x0041_', 'a<b&c>d', ' spaced ', 'a\r\nb', '\uFFFF']
    const all = [...texts, ...odd]
    const records = all.map((request, i) =>
      aRecord({
        index: i + 1,
        services: [{ ...aService({ request: 'x', outcome: 'upheld' }), request: read(request) }],
      }),
    )
    const parts = await partsOf(records)
    expect(rowsOf(parts['xl/worksheets/sheet2.xml'] ?? '').map((r) => r.request)).toEqual(
      all.map((value) => ({ kind: 'text', value })),
    )
  })

  it('says so at the end of a text that is longer than a cell may be', () => {
    expect(sheetText('a'.repeat(40_000))).toMatch(/^a+ … \(cut at 32767 of 40000 characters: see JSON Lines\)$/)
    expect(sheetText('a'.repeat(40_000))).toHaveLength(32_767)
  })

  it('counts days as spreadsheets do, and none where they are wrong', () => {
    expect([dateSerial('1900-02-28'), dateSerial('1900-03-01'), dateSerial('2013-10-02')]).toEqual([null, 61, 41_549])
    expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA'])
  })
})
