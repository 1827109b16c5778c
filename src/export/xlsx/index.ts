import { ZipFile } from 'yazl'
import type { CaseRecord } from '../../model/index.ts'
import { type Column, diagnosisColumns, letterColumns, serviceColumns } from '../columns/index.ts'
import { SHEET_HEAD, sheetEnd, sheetPath, workbookParts } from './parts.ts'
import { columnName, headRow, sheetRow } from './rows.ts'
import { openSpool, type Spool } from './spool.ts'

/** Rows that a sheet can have, the column names included; what is more goes on in another sheet. */
const ROWS = 1_048_576

/** One kind of rows of a record. */
type Table = {
  readonly name: string
  readonly columns: readonly Column<never>[]
  readonly rows: (record: CaseRecord) => readonly unknown[]
}

/** What ties a row of a service or diagnosis to its letter. */
const keys = letterColumns.filter(({ name }) => name === 'case_id' || name === 'case_number')

const tables: readonly Table[] = [
  { name: 'letters', columns: letterColumns, rows: () => [null] },
  { name: 'services', columns: [...keys, ...serviceColumns], rows: (r) => r.services },
  {
    name: 'diagnoses',
    columns: [...keys, ...diagnosisColumns],
    rows: (r) => r.diagnoses.map((diagnosis, i) => ({ position: i + 1, diagnosis })),
  },
]

/** Sheets of one table: the last is being written, those before are full. */
type Sheet = { readonly name: string; readonly table: Table; readonly spool: Spool; rows: number }

/**
 * Records as a workbook: sheets of letters, services and diagnoses. They are read once, so that the sheets are of one moment; a zip file holds one
 * sheet after the other, so they wait on disk, and memory holds a few rows however many there are. `rowsOfSheet` is for tests.
 */
export async function* workbook(
  records: AsyncIterable<CaseRecord> | Iterable<CaseRecord>,
  { rowsOfSheet = ROWS }: { readonly rowsOfSheet?: number } = {},
): AsyncGenerator<Uint8Array> {
  const sheets: Sheet[] = []
  try {
    for (const table of tables) sheets.push(await begin(table, table.name))
    for await (const record of records)
      for (const table of tables)
        for (const row of table.rows(record)) {
          const sheet = await withRoom(sheets, table, rowsOfSheet)
          const cells = table.columns.map(({ type, cell }) => ({ type, value: cell(record, row as never) }))
          await sheet.spool.write(sheetRow(++sheet.rows, cells))
        }
    sheets.sort((a, b) => tables.indexOf(a.table) - tables.indexOf(b.table))
    yield* zipped(sheets)
  } finally {
    for (const { spool } of sheets) await spool.close()
  }
}

async function begin(table: Table, name: string): Promise<Sheet> {
  const spool = await openSpool()
  await spool.write(SHEET_HEAD + headRow(table.columns))
  return { name, table, spool, rows: 1 }
}

async function withRoom(sheets: Sheet[], table: Table, rowsOfSheet: number): Promise<Sheet> {
  const those = sheets.filter((sheet) => sheet.table === table)
  const last = those.at(-1)
  if (last && last.rows < rowsOfSheet) return last
  const next = await begin(table, `${table.name} ${those.length + 1}`)
  sheets.push(next)
  return next
}

async function* zipped(sheets: readonly Sheet[]): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  // The same records give the same bytes.
  const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true }
  const out = zip.outputStream
  const fail = (error: unknown) => out.emit('error', error)
  zip.on('error', fail)
  for (const [path, text] of Object.entries(workbookParts(sheets.map((s) => s.name))))
    zip.addBuffer(Buffer.from(text), path, options)
  for (const [i, { spool, table, rows }] of sheets.entries()) {
    await spool.write(sheetEnd(`${columnName(table.columns.length - 1)}${rows}`))
    zip.addReadStreamLazy(sheetPath(i), options, (give) => {
      spool.read().then((stream) => give(null, stream), fail)
    })
  }
  zip.end()
  yield* out as AsyncIterable<Uint8Array>
}
