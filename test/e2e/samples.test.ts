import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { sources } from '../../samples/make/main.ts'
import { evaluate, parseGold, type Score } from '../../src/evaluate/index.ts'
import { type CaseRecord, caseRecordSchema } from '../../src/model/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'

const folder = new URL('../../samples/', import.meta.url)
const gold = parseGold(readFileSync(new URL('expected.jsonl', folder), 'utf8'))
const byFile = new Map<string, readonly CaseRecord[]>()
let score: Score

// In-sample: whoever wrote the rules knew these letters. They hold what was reached; bench/RESULTS.md tells what unseen ones give.
beforeAll(async () => {
  ensureBuilt()
  const paths = sources().map(({ file }) => fileURLToPath(new URL(file, folder)))
  const { code, stdout, stderr } = await imr(['run', ...paths, '--no-store', '--quiet', '--out', '-'])
  expect([code, stderr]).toEqual([0, ''])
  const records = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as CaseRecord)
  for (const record of records) {
    const { fileName } = record.document
    byFile.set(fileName, [...(byFile.get(fileName) ?? []), record])
  }
  score = evaluate(gold, records)
}, 600_000)

const one = (name: string): CaseRecord => {
  const record = [...byFile].find(([file]) => file.startsWith(name))?.[1][0]
  if (!record) throw new Error(`no record of sample ${name}`)
  return record
}
const accuracy = (measure: string) => score.accuracies.find((a) => a.measure === measure)?.accuracy ?? 0
const f1 = (measure: string) => score.lists.find((l) => l.measure === measure)?.f1 ?? 0

describe('the samples, read by the built command with the real engine', () => {
  it('give records that fit the schema', () => {
    expect([...byFile.keys()].sort()).toEqual(
      sources()
        .map((s) => s.file)
        .sort(),
    )
    for (const record of [...byFile.values()].flat()) expect(caseRecordSchema.safeParse(record).error).toBeUndefined()
  })

  it('say what their sources say', () => {
    expect(accuracy('header + patient')).toBeGreaterThanOrEqual(0.98)
    expect(accuracy('outcome')).toBe(1)
    expect(accuracy('frequency')).toBeGreaterThanOrEqual(0.97)
    expect(accuracy('request wording')).toBeGreaterThanOrEqual(0.95)
    expect(accuracy('category')).toBeGreaterThanOrEqual(0.97)
    expect(f1('services')).toBe(1)
    expect(f1('diagnoses')).toBeGreaterThanOrEqual(0.9)
  })

  it('turn pages upright, and say by how much', () => {
    expect(one('05').document.pages.map((p) => p.rotation)).toEqual([180, 270])
    expect(Math.abs(one('04').document.pages[0]?.skew ?? 0)).toBeGreaterThan(1.5)
  })

  it('read a born-digital letter from its text layer, every other by its ink', () => {
    expect(one('12').document.pages.map((p) => p.source)).toEqual(['text-layer'])
    expect(one('01').document.pages[0]?.source).toBe('ocr')
  })

  it('give one record a letter for a file of three, each with its pages, the blank sheet and the cover in none of the texts', () => {
    const records = byFile.get('11-batch.pdf') ?? []
    expect(records.map((r) => r.header.caseNumber.value)).toEqual(['CM15-9901101', 'CM15-9901102', 'CM15-9901103'])
    expect(records.map((r) => r.caseId.split('-')[1])).toEqual(['1', '2', '3'])
    expect(records.map((r) => r.services.length)).toEqual([2, 1, 1])
    expect(records.map((r) => r.document.pageRange)).toEqual([
      [2, 3],
      [5, 5],
      [6, 6],
    ])
  })

  it('bind associated surgical services to their surgery', () => {
    const services = one('10').services.filter((s) => s.request.value?.startsWith('Associated'))
    expect(services.map((s) => s.parentSequence)).toEqual(services.map(() => 1))
  })

  it('propose from dated guidelines: 16 visits against 4-6, 12 against 10, and an open-ended request', () => {
    const [acupuncture, massage, hardening] = one('07').proposals
    expect(acupuncture).toMatchObject({ proposal: 'upheld', limit: null })
    expect(acupuncture?.missing.join()).toContain('number of sessions')
    expect(massage).toMatchObject({
      proposal: 'upheld',
      limit: { requested: [16, 16], allowed: [4, 6], unit: 'visits', excess: 10 },
    })
    expect(hardening).toMatchObject({
      proposal: 'upheld',
      limit: { requested: [12, 12], allowed: [10, 10], unit: 'visits', excess: 2 },
    })
  })

  it('carry page, box and words on every value', () => {
    for (const { header, services } of [...byFile.values()].flat()) {
      for (const field of [...Object.values(header), ...services.flatMap((s) => [s.request, s.outcome])]) {
        if (field.value !== null) expect(field.evidence.length).toBeGreaterThan(0)
      }
    }
  })
})
