import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagnosisColumns, letterColumns, serviceColumns } from '../../src/export/columns/index.ts'
import { csvRows } from '../../src/export/index.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { changedAt, fullRecord, modelLeaves } from './full-record.ts'

const page = readFileSync(new URL('../../docs/exports.md', import.meta.url), 'utf8')
/** Rows of the table below a heading of the page, without its head. */
const tableOf = (heading: string) =>
  (page.split(`## ${heading}\n`)[1] ?? '')
    .split(/\n#/)[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| ') || line.startsWith('|`'))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    ) ?? []

/** `*.raw`: any field's. */
const matches = (pattern: string, leaf: string) =>
  pattern.startsWith('*') ? leaf.includes(pattern.slice(1)) : leaf.startsWith(pattern)

/** Cells of the workbook's three tables. */
const cells = (record: CaseRecord) =>
  JSON.stringify([
    letterColumns.map(({ cell }) => cell(record, null)),
    record.services.map((s) => serviceColumns.map(({ cell }) => cell(record, s))),
    record.diagnoses.map((diagnosis, i) =>
      diagnosisColumns.map(({ cell }) => cell(record, { position: i + 1, diagnosis })),
    ),
  ])

describe.each([
  ['What CSV leaves out', csvRows],
  ['What XLSX leaves out', cells],
] as const)('%s', (heading, written) => {
  const leftOut = tableOf(heading).map(([place = '']) => place)
  const before = written(fullRecord)
  const unseen = modelLeaves.filter((leaf) => written(changedAt(leaf)) === before)

  it('is listed, with the reason: every other leaf of the record changes the table when it changes', () => {
    expect(leftOut.length).toBeGreaterThan(3)
    expect(unseen.filter((leaf) => !leftOut.some((pattern) => matches(pattern, leaf)))).toEqual([])
  })

  it('is listed no longer when it is there', () => {
    expect(leftOut.filter((pattern) => !unseen.some((leaf) => matches(pattern, leaf)))).toEqual([])
  })
})

describe('the page on exports', () => {
  it.each([
    ['Columns of letters', letterColumns],
    ['Columns of services', serviceColumns],
    ['Columns of diagnoses', diagnosisColumns],
  ] as const)('%s: explains every column in its order', (heading, columns) => {
    const explained = tableOf(heading).map(([name, type, about]) => ({ name, type, about }))
    expect(explained).toEqual(columns.map(({ name, type, about }) => ({ name, type, about })))
  })
})
