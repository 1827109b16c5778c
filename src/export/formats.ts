import type { CaseRecord } from '../model/index.ts'
import { BYTE_ORDER_MARK, csvHeader, csvRows } from './csv.ts'
import { goldLine } from './gold.ts'
import { jsonLine } from './jsonl.ts'

export type ExportOptions = {
  /** CSV begins with the mark by which Excel knows UTF-8. */
  readonly bom?: boolean
  /** When it is exported: FHIR asks when its resources were made. Default: now. */
  readonly at?: Date
}

type Records = AsyncIterable<CaseRecord>

/** What records are written as: the media type, and the pieces of the file, none of which needs all records in memory. */
export type Format = {
  readonly mediaType: string
  readonly extension: string
  readonly write: (records: Records, options: ExportOptions) => AsyncIterable<string | Uint8Array>
}

async function* lines(records: Records, line: (record: CaseRecord) => string, head = ''): AsyncGenerator<string> {
  if (head !== '') yield head
  for await (const record of records) yield line(record)
}

/** Every format in which all that is stored can be written. */
export const formats = {
  jsonl: {
    mediaType: 'application/jsonl; charset=utf-8',
    extension: 'jsonl',
    write: (records) => lines(records, jsonLine),
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    write: (records, { bom = false }) => lines(records, csvRows, (bom ? BYTE_ORDER_MARK : '') + csvHeader()),
  },
  gold: {
    mediaType: 'application/jsonl; charset=utf-8',
    extension: 'jsonl',
    write: (records) => lines(records, goldLine),
  },
  xlsx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    extension: 'xlsx',
    // What makes zip files is loaded where it is asked for.
    write: async function* (records) {
      const { workbook } = await import('./xlsx/index.ts')
      yield* workbook(records)
    },
  },
  fhir: {
    mediaType: 'application/fhir+ndjson',
    extension: 'ndjson',
    write: async function* (records, { at = new Date() }) {
      const { bundleOf } = await import('./fhir/index.ts')
      yield* lines(records, (record) => `${JSON.stringify(bundleOf(record, at))}\n`)
    },
  },
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as readonly FormatName[]
