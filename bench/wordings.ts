// How much is read rightly of service requests and clinical paragraphs that somebody wrote and labelled, field by field.
//   npx tsx bench/wordings.ts FOLDER [--show]
// FOLDER holds requests.jsonl ({request, category, regions, laterality, levels, frequency, drug}) and paragraphs.jsonl ({text, diagnoses}); labels
// may say of themselves what can be argued about (`debatable`, `optional`, `…Also`): strict figures count them, fair ones leave them out.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diagnosisLikeness, SAME_DIAGNOSIS } from '../src/evaluate/diagnosis.ts'
import { pairGreedily } from '../src/evaluate/pair.ts'
import type { Diagnosis, Drug, Frequency } from '../src/model/index.ts'
import { findDiagnoses } from '../src/normalize/determination/diagnoses/index.ts'
import { describeRequest } from '../src/normalize/determination/request/index.ts'
import { Transcript } from '../src/normalize/page-text/transcript.ts'
import { aPage } from '../test/fixtures/pages.ts'

type Request = {
  readonly request: string
  readonly category: string
  readonly categoryAlso?: string | readonly string[]
  readonly regions: readonly string[]
  readonly laterality: string | null
  readonly levels: readonly string[]
  readonly frequency: Pick<Frequency, 'times' | 'per' | 'duration' | 'durationUnit' | 'visits' | 'openEnded'>
  readonly drug: (Pick<Drug, 'name' | 'strength' | 'quantity' | 'refills'> & Also) | null
  readonly debatable?: readonly string[]
} & Also
type Also = { readonly nameAlso?: string | readonly string[] }

type Label = {
  readonly text: string
  readonly textAlso?: string | readonly string[]
  readonly certainty: Diagnosis['certainty']
  readonly region: string | null
  readonly laterality: string | null
  readonly codes: readonly { readonly system: string; readonly code: string }[]
  readonly regionDebatable?: boolean
  readonly lateralityDebatable?: boolean
  readonly certaintyDebatable?: boolean
  readonly splitDebatable?: boolean
  readonly optional?: boolean
}

const [folder, ...options] = process.argv.slice(2)
if (folder === undefined) throw new Error('which folder? npx tsx bench/wordings.ts FOLDER [--show]')
const show = options.includes('--show')
const lines = <T>(name: string): readonly T[] =>
  readFileSync(join(folder, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
const list = (also: string | readonly string[] | undefined) => (also === undefined ? [] : [also].flat())
const plain = (text: string | null | undefined) => text?.toLowerCase().replace(/\s+/g, '') ?? null
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

type Tally = { right: number; of: number; fairRight: number; fairOf: number }
const tallies = new Map<string, Tally>()
function count(field: string, right: boolean, debatable: boolean, what: () => unknown): void {
  const tally = tallies.get(field) ?? { right: 0, of: 0, fairRight: 0, fairOf: 0 }
  tallies.set(field, tally)
  tally.of++
  if (right) tally.right++
  if (!debatable) tally.fairOf++
  if (!debatable && right) tally.fairRight++
  if (show && !right) console.log(`${debatable ? '(argued) ' : ''}${field}:`, JSON.stringify(what()))
}

for (const gold of lines<Request>('requests.jsonl')) {
  const read = describeRequest(gold.request, { associated: false })
  const argued = new Set(gold.debatable ?? [])
  const check = (field: string, got: unknown, want: unknown, more: readonly unknown[] = [], under = field) =>
    count(
      field,
      [want, ...more].some((w) => same(got, w)),
      argued.has(under),
      () => [gold.request, { got, want }],
    )
  check('category', read.category.value, gold.category)
  if (argued.has('category'))
    count(
      'category or the other one',
      [gold.category, ...list(gold.categoryAlso)].includes(read.category.value ?? ''),
      false,
      () => [gold.request],
    )
  check('regions', [...read.regions].sort(), [...gold.regions].sort())
  check('laterality', read.laterality, gold.laterality)
  check('levels', read.levels, gold.levels)
  const { times, per, duration, durationUnit, visits, openEnded } = read.frequency
  const f = gold.frequency
  count(
    'frequency',
    same([times, per, duration, durationUnit, visits], [f.times, f.per, f.duration, f.durationUnit, f.visits]),
    ['frequency', 'times', 'duration', 'visits'].some((name) => argued.has(name)),
    () => [gold.request, { got: { times, per, duration, durationUnit, visits }, want: f }],
  )
  check('openEnded', openEnded, f.openEnded)
  if (gold.drug !== null || read.drug !== null) {
    const names = [...list(gold.nameAlso), ...list(gold.drug?.nameAlso)].map(plain)
    check('drug name', plain(read.drug?.name), plain(gold.drug?.name), names, 'drug')
    if (gold.drug !== null) {
      check('drug strength', plain(read.drug?.strength), plain(gold.drug.strength), [], 'strength')
      check('drug quantity', read.drug?.quantity ?? null, gold.drug.quantity, [], 'quantity')
      check('drug refills', read.drug?.refills ?? null, gold.drug.refills, [], 'refills')
    }
  }
}

const found = { right: 0, missed: 0, tooMany: 0, fairMissed: 0 }
for (const { text, diagnoses } of lines<{ text: string; diagnoses: readonly Label[] }>('paragraphs.jsonl')) {
  const transcript = new Transcript([aPage(rows(text))])
  const got = findDiagnoses(transcript, { start: 0, end: transcript.text.length }, { dateOfService: '2014-01-01' })
  const likeness = (label: Label, d: Diagnosis) =>
    Math.max(...[label.text, ...list(label.textAlso)].map((t) => diagnosisLikeness({ text: t }, d)))
  for (const { expected, got: read } of pairGreedily(diagnoses, got, likeness, SAME_DIAGNOSIS)) {
    if (expected === null) found.tooMany++
    else if (read === null) {
      found.missed++
      if (expected.optional !== true && expected.splitDebatable !== true) found.fairMissed++
    } else {
      found.right++
      count('certainty', read.certainty === expected.certainty, expected.certaintyDebatable === true, () => [
        expected,
        read.certainty,
      ])
      count('region', read.region === expected.region, expected.regionDebatable === true, () => [expected, read.region])
      count('side', read.laterality === expected.laterality, expected.lateralityDebatable === true, () => [
        expected,
        read.laterality,
      ])
      const codes = (of: readonly { code: string }[]) => of.map((c) => c.code).sort()
      count(
        'codes as printed',
        same(codes(read.codes.filter((c) => !c.inferred)), codes(expected.codes)),
        false,
        () => [expected, read.codes],
      )
    }
    if (show && (expected === null || read === null))
      console.log(
        expected === null ? 'too many:' : 'missed:',
        JSON.stringify(expected?.text ?? read?.text.value),
        '\n   ',
        text,
      )
  }
}

const rate = (a: number, b: number) => (b === 0 ? '–' : (a / b).toFixed(3))
console.log('| field | strict | without what can be argued about |\n|---|---|---|')
for (const [field, t] of tallies)
  console.log(
    `| ${field} | ${rate(t.right, t.of)} (${t.right}/${t.of}) | ${rate(t.fairRight, t.fairOf)} (${t.fairRight}/${t.fairOf}) |`,
  )
const f1 = (missed: number, tooMany: number) => rate(2 * found.right, 2 * found.right + missed + tooMany)
console.log(
  `| diagnoses F1 | ${f1(found.missed, found.tooMany)} (${found.right} right, ${found.missed} missed, ${found.tooMany} too many) | ${f1(found.fairMissed, found.tooMany)} |`,
)

/** Rows as a printed page has them. */
function rows(text: string): readonly string[] {
  const out: string[] = []
  let row = ''
  for (const word of text.split(/\s+/)) {
    if (`${row} ${word}`.length > 85) {
      out.push(row)
      row = word
    } else row = row ? `${row} ${word}` : word
  }
  return [...out, row]
}
