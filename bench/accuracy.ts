// Field-by-field accuracy on labelled letters and their scans, as the table of RESULTS.md.
//   npm run bench:accuracy [-- CORPUS_FOLDER]      default: ../shared/corpus
// The folder holds gold.jsonl, letters/ (born-digital) and scans/<kind>/ (the same letters, scanned).
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Score } from '../src/evaluate/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const corpus = process.argv[2] ?? join(root, '..', 'shared', 'corpus')

/** Rows of the table: the measures of one row are put together, right answers over all answers. */
const rows: Readonly<Record<string, readonly string[]>> = {
  'header + patient': ['header + patient'],
  'reviewer specialties, licensed states': ['reviewer.specialties', 'reviewer.licensedStates'],
  'services F1': ['services'],
  outcome: ['outcome'],
  'request wording': ['request wording'],
  'original, authorized wording': ['original', 'authorized'],
  'category, regions, laterality': ['category', 'regions', 'laterality'],
  frequency: ['frequency'],
  'open-ended': ['open-ended'],
  'drug name, strength, quantity, refills': ['drug.name', 'drug.strength', 'drug.quantity', 'drug.refills'],
  'diagnoses F1': ['diagnoses'],
  'clinical summary, guidelines, rationale': [
    'clinicalSummary',
    'claimsAdministratorGuideline',
    'reviewerGuideline',
    'rationale',
  ],
}

function scoreOf(folder: string): Score {
  const args = ['evaluate', '--gold', join(corpus, 'gold.jsonl'), '--json', '--only-present', join(corpus, folder)]
  const run = spawnSync(join(root, 'imr'), args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (run.status !== 0 && run.status !== 2) throw new Error(`imr evaluate ended with ${run.status}`)
  return JSON.parse(run.stdout) as Score
}

function cell(score: Score, measures: readonly string[]): string {
  const list = score.lists.find((l) => measures.includes(l.measure))
  if (list) return list.f1.toFixed(3)
  const of = score.accuracies.filter((a) => measures.includes(a.measure))
  const right = of.reduce((n, a) => n + a.right, 0)
  const all = of.reduce((n, a) => n + a.of, 0)
  return all === 0 ? '' : (right / all).toFixed(3)
}

if (!existsSync(join(corpus, 'gold.jsonl'))) {
  process.stderr.write(`skipped: there is no labelled corpus at ${corpus}\n`)
} else {
  const scans = existsSync(join(corpus, 'scans'))
    ? readdirSync(join(corpus, 'scans')).map((kind) => `scans/${kind}`)
    : []
  const order = ['letters', 'scans/office200', 'scans/finefax', 'scans/photocopy']
  const folders = ['letters', ...scans].sort((a, b) => order.indexOf(a) - order.indexOf(b))
  const scores = folders.map(scoreOf)
  const line = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)
  line(['', ...folders])
  line(['---', ...folders.map(() => '---')])
  line(['letters', ...scores.map((s) => String(s.letters))])
  for (const [name, measures] of Object.entries(rows)) line([name, ...scores.map((s) => cell(s, measures))])
  line(['calibration error', ...scores.map((s) => s.calibrationError.toFixed(3))])
}
