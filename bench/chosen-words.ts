// Choosing the labelled words on a page gives the labelled value: how often, by field and kind of scan.
//   npx tsx bench/chosen-words.ts --cache FOLDER [--read MINUTES] [--show] [CORPUS ...]      default: ../shared/corpus and its batch2
// A corpus holds gold.jsonl, letters/ (born-digital) and scans/<kind>/ (the same letters, scanned). The words of a label are found in the born-digital
// letter, and those of a scan by laying its words along those: what somebody would choose who sees where they stand. What OCR read is kept in FOLDER;
// --read reads what lacks there for so many minutes and stops: say it again until nothing lacks.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { distance } from 'fastest-levenshtein'
import { type Gold, parseGold, SAME_DIAGNOSIS, similarity, wordingLikeness } from '../src/evaluate/index.ts'
import { openEngine, readDocument } from '../src/extract/index.ts'
import { findDates } from '../src/language/dates.ts'
import type { Page } from '../src/model/index.ts'
import { valueOfWords } from '../src/normalize/index.ts'
import { head, row, writeSection } from './results-section.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { cache: { type: 'string' }, read: { type: 'string' }, show: { type: 'boolean', default: false } },
})
if (options.cache === undefined) throw new Error('where is what OCR read kept? --cache FOLDER')
const cache = options.cache
mkdirSync(cache, { recursive: true })
const shared = fileURLToPath(new URL('../../shared/corpus', import.meta.url))
const corpora = positionals.length > 0 ? positionals : [shared, join(shared, 'batch2')]

type Word = { readonly text: string; readonly line: number }
type Kept = { readonly isScan: boolean; readonly words: readonly Word[] }

const keptAt = (path: string) => join(cache, `${createHash('sha256').update(path).digest('hex')}.json`)

/** The words of a letter's pages in reading order, with the row that each stands in. */
function wordsOf(pages: readonly Page[]): readonly Word[] {
  let line = 0
  return pages.flatMap((page) =>
    page.lines.flatMap(({ words }) => {
      line++
      return words.map(({ text }) => ({ text, line }))
    }),
  )
}

async function readMissing(paths: readonly string[], minutes: number): Promise<void> {
  const until = Date.now() + minutes * 60_000
  const engine = await openEngine('auto', { jobs: 1 })
  for (const path of paths) {
    if (existsSync(keptAt(path)) || Date.now() > until) continue
    const document = await readDocument({ path, fileName: 'letter.pdf', sha256: '0'.repeat(64) }, { engine })
    const kept: Kept = { isScan: document.pages.some((p) => p.source === 'ocr'), words: wordsOf(document.pages) }
    writeFileSync(keptAt(path), JSON.stringify(kept))
  }
  await engine.close()
}

const squeeze = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** A letter's text without blanks, and which word each character is of. */
function squeezed(words: readonly Word[]) {
  let text = ''
  const of: number[] = []
  for (const [i, word] of words.entries())
    for (const c of squeeze(word.text)) {
      text += c
      of.push(i)
    }
  return { text, of }
}

/** Words from the first to the last, both included. */
type Run = readonly [first: number, last: number]
type Label = { readonly field: string; readonly place: string; readonly value: unknown; readonly run: Run | null }

const SEXES: Readonly<Record<string, RegExp>> = {
  female: /^(?:female|woman|lady|she|her)\W*$/i,
  male: /^(?:male|man|gentleman|he|his)\W*$/i,
}

/** What is labelled of a letter, each with the words that say it. */
function labelsOf(gold: Gold, words: readonly Word[]): readonly Label[] {
  const { text, of } = squeezed(words)
  const find = (value: string, from = 0): Run | null => {
    const at = text.indexOf(squeeze(value), from)
    const last = of[at + squeeze(value).length - 1]
    return at < 0 || last === undefined ? null : [of[at] ?? 0, last]
  }
  const offset = (word: number) => Math.max(0, of.indexOf(word))
  const index = (from: number, test: (word: string, i: number) => boolean): Run | null => {
    const at = words.findIndex((w, i) => i >= from && test(w.text, i))
    return at < 0 ? null : [at, at]
  }
  const labels: Label[] = []
  const add = (field: string, value: unknown, run: Run | null, place = field) =>
    value == null || value === '' ? undefined : labels.push({ field, place, value, run })
  for (const [name, value] of Object.entries(gold.header)) {
    const isDate = /^\d{4}-\d\d-\d\d$/.test(value ?? '')
    const run = isDate ? index(0, (w) => findDates(w)[0]?.value === value) : find(value ?? '')
    add(`header.${name}`, value, run)
  }
  const summary = find('CLINICAL CASE SUMMARY')?.[1] ?? 0
  const { age, sex } = gold.patient
  const aged = index(
    summary,
    (w, i) =>
      w.match(/\d+/)?.[0] === String(age) &&
      /year|y\W?o|age/i.test(
        words
          .slice(i - 1, i + 3)
          .map((x) => x.text)
          .join(' '),
      ),
  )
  add('patient.age', age, aged)
  const told = sex ? SEXES[sex] : undefined
  if (told)
    add(
      'patient.sex',
      sex,
      index(aged?.[1] ?? summary, (w) => told.test(w)),
    )
  for (const name of ['specialties', 'licensedStates'] as const) {
    const behind = find(name === 'specialties' ? 'Specialty' : 'Licensure')?.[1]
    const runs = (gold.reviewer[name] ?? []).map((item) => find(item, behind === undefined ? 0 : offset(behind)))
    const whole = runs.every((r) => r !== null) ? runs.flatMap((r) => [...(r ?? [])]) : []
    add(`reviewer.${name}`, gold.reviewer[name], whole.length > 0 ? [Math.min(...whole), Math.max(...whole)] : null)
  }
  for (const d of gold.diagnoses ?? []) add('diagnoses.text', d.text, find(d.text, offset(summary)))
  let from = find('DECISIONS AND RATIONALES')?.[1] ?? summary
  for (const s of gold.services ?? []) {
    const asked = find(s.request, offset(from))
    if (asked) from = asked[1]
    add('services.request', s.request, asked)
    add('services.outcome', s.outcome, asked && index(from, (w) => /^(?:upheld|overturned)\W*$/i.test(w)))
    for (const name of ['claimsAdministratorGuideline', 'reviewerGuideline', 'rationale'] as const)
      add(`services.${name}`, s[name], find(s[name] ?? '', offset(from)))
    for (const name of ['category', 'laterality', 'frequency', 'drug'] as const) add(`services.${name}`, s[name], asked)
  }
  return labels
}

/** How far the words of a scan may have wandered from those of the letter. */
const BAND = 200

/** For each word of the letter the word of the scan that is laid along it; -1 for none. */
function alongside(letter: readonly Word[], scan: readonly Word[]): readonly number[] {
  const [a, b] = [letter, scan].map((words) => words.map((w) => squeeze(w.text))) as [string[], string[]]
  const width = 2 * BAND + 1
  const score = new Float32Array((a.length + 1) * width).fill(-1e9)
  const step = new Uint8Array((a.length + 1) * width)
  const shift = (i: number) => Math.round((i * b.length) / Math.max(1, a.length)) - BAND
  const at = (i: number, j: number) => (j < shift(i) || j >= shift(i) + width ? -1 : i * width + j - shift(i))
  const get = (i: number, j: number) => (at(i, j) < 0 ? -1e9 : (score[at(i, j)] ?? -1e9))
  for (let i = 0; i <= a.length; i++)
    for (let j = Math.max(0, shift(i)); j <= Math.min(b.length, shift(i) + width - 1); j++) {
      const [x = '', y = ''] = [a[i - 1], b[j - 1]]
      const like = x === y ? 2 : 1 - (2.5 * distance(x, y)) / Math.max(1, x.length, y.length)
      const ways = [
        i === 0 || j === 0 ? -1e9 : get(i - 1, j - 1) + like,
        i === 0 ? -1e9 : get(i - 1, j) - 0.4,
        j === 0 ? -1e9 : get(i, j - 1) - 0.4,
      ]
      const best = i === 0 && j === 0 ? 0 : Math.max(...ways)
      score[at(i, j)] = best
      step[at(i, j)] = ways.indexOf(best)
    }
  const found = new Array<number>(a.length).fill(-1)
  for (let [i, j] = [a.length, b.length]; i > 0 && j > 0; ) {
    const way = step[at(i, j)]
    if (way === 0) found[--i] = --j
    else if (way === 1) i--
    else j--
  }
  return found
}

/** The scan's words of a run: from the one along its first to the one along its last; where none is, what lies between its neighbours. */
function chosen(
  [first, last]: Run,
  letter: readonly Word[],
  along: readonly number[],
  scan: readonly Word[],
): readonly string[] {
  const own = along.slice(first, last + 1).filter((j) => j >= 0)
  const before = along.slice(0, first).findLast((j) => j >= 0) ?? -1
  const behind = along.slice(last + 1).find((j) => j >= 0) ?? scan.length
  let [from, to] =
    own.length > 0 ? [Math.min(...own), Math.max(...own)] : [before + 1, Math.min(behind - 1, before + 3)]
  // One word of the letter (`Utah,Nevada`) may be two of the scan.
  const wanted = letter
    .slice(first, last + 1)
    .map((w) => squeeze(w.text))
    .join('')
  const isOf = (j: number) => squeeze(scan[j]?.text ?? '').length > 1 && wanted.includes(squeeze(scan[j]?.text ?? ''))
  while (from - 1 > before && isOf(from - 1)) from--
  while (to + 1 < behind && isOf(to + 1)) to++
  const words = scan.slice(from, to + 1)
  const lines = [...new Set(words.map((w) => w.line))]
  return lines.map((line) => words.flatMap((w) => (w.line === line ? [w.text] : [])).join(' '))
}

const plain = (value: unknown) => JSON.stringify(value)?.toLowerCase().replace(/\s+/g, '')
function isRight({ place, value }: Label, got: unknown): boolean {
  if (got === null) return false
  if (place === 'diagnoses.text') return wordingLikeness(String(value), String(got)) >= SAME_DIAGNOSIS
  if (place === 'services.frequency' || place === 'services.drug') {
    const [own, other] = [value, got] as Readonly<Record<string, unknown>>[]
    return Object.keys(own ?? {}).every((key) => plain(own?.[key] ?? null) === plain(other?.[key] ?? null))
  }
  if (Array.isArray(value) && Array.isArray(got)) return plain([...value].sort()) === plain([...got].sort())
  return typeof value === 'string' && /request|guideline|rationale/i.test(place)
    ? similarity(value, String(got)) >= 0.95
    : plain(value) === plain(got)
}

type Tally = { right: number; of: number; unplaced: number }
const tallies = new Map<string, Tally>()
const kinds: string[] = []
const tally = (kind: string, field: string) => {
  const key = `${kind} ${field}`
  const known = tallies.get(key) ?? { right: 0, of: 0, unplaced: 0 }
  tallies.set(key, known)
  return known
}

const load = (path: string): Kept | null =>
  existsSync(keptAt(path)) ? (JSON.parse(readFileSync(keptAt(path), 'utf8')) as Kept) : null
const counts = new Map<string, number>()
for (const corpus of corpora) {
  const golds = parseGold(readFileSync(join(corpus, 'gold.jsonl'), 'utf8'))
  const folders = ['letters', ...readdirSync(join(corpus, 'scans')).map((kind) => `scans/${kind}`)]
  if (options.read !== undefined)
    await readMissing(
      golds.flatMap((g) => folders.map((folder) => join(corpus, folder, g.file))).filter((path) => existsSync(path)),
      Number(options.read),
    )
  for (const gold of golds) {
    const letter = load(join(corpus, 'letters', gold.file))
    if (!letter) continue
    const labels = labelsOf(gold, letter.words)
    for (const folder of folders) {
      const kept = load(join(corpus, folder, gold.file))
      if (!kept) continue
      if (!kinds.includes(folder)) kinds.push(folder)
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
      const along = folder === 'letters' ? letter.words.map((_, i) => i) : alongside(letter.words, kept.words)
      for (const label of labels) {
        const sum = tally(folder, label.field)
        if (label.run === null) {
          sum.unplaced++
          continue
        }
        const rows = chosen(label.run, letter.words, along, kept.words)
        const notAfter = label.field === 'header.decisionDate' ? null : (gold.header.decisionDate ?? null)
        const got = valueOfWords(label.place, { rows, isScan: kept.isScan, notAfter })
        const right = isRight(label, got)
        sum.of++
        if (right) sum.right++
        else if (options.show)
          process.stdout.write(
            `${folder} ${gold.file} ${label.field}\n  want ${JSON.stringify(label.value)}\n  got  ${JSON.stringify(got)}\n  rows ${JSON.stringify(rows)}\n`,
          )
      }
    }
  }
}

const groups: Readonly<Record<string, RegExp>> = {
  'header dates': /^header\.(?!caseNumber|claimNumber|priority)/,
  'case number, priority': /^header\.(?:caseNumber|claimNumber|priority)/,
  'age, sex': /^patient/,
  'specialties, states': /^reviewer/,
  'request wording': /^services\.request/,
  outcome: /^services\.outcome/,
  'guidelines, rationale': /^services\.(?:.*Guideline|rationale)/,
  'header, patient, service (all of these)':
    /^(?:header|patient|reviewer|services\.(?:request|outcome|.*Guideline|rationale))/,
  diagnoses: /^diagnoses/,
  'what follows from the wording: category, side, frequency, drug': /^services\.(?:category|laterality|frequency|drug)/,
}
const cell = (kind: string, fields: RegExp) => {
  const own = [...tallies]
    .filter(([key]) => key.startsWith(`${kind} `) && fields.test(key.slice(kind.length + 1)))
    .map(([, t]) => t)
  const [right, of] = [own.reduce((n, t) => n + t.right, 0), own.reduce((n, t) => n + t.of, 0)]
  return of === 0 ? '' : `${((100 * right) / of).toFixed(1)} % of ${of}`
}
const unplaced = [...tallies.entries()]
  .filter(([key]) => key.startsWith('letters '))
  .reduce((n, [, t]) => n + t.unplaced, 0)
const all = [...tallies.entries()]
  .filter(([key]) => key.startsWith('letters '))
  .reduce((n, [, t]) => n + t.of + t.unplaced, 0)
const table =
  head('words of', ...kinds.map((k) => `${k} (${counts.get(k)})`)) +
  Object.entries(groups)
    .map(([name, fields]) => row(name, ...kinds.map((kind) => cell(kind, fields))))
    .join('')
process.stdout.write(`${table}\n${unplaced} of ${all} labels are not printed in one piece, and left out.\n`)
if (!options.show && options.read === undefined)
  writeSection(
    'Words that are chosen',
    `Somebody chooses the words of a label on the page: how often that gives the label's value (\`valueOfWords\`; wordings count from a likeness of 0.95 on, as in \`imr evaluate\`). ${unplaced} of ${all} labels are not printed in one piece in the letter, and are left out. \`npx tsx bench/chosen-words.ts --cache FOLDER\`\n\n${table}`,
  )
