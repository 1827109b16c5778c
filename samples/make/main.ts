// Makes the samples from their sources: npm run samples [-- NAME...]
// samples/letters/NAME.yaml → samples/FILE, samples/README.md, and samples/expected.jsonl: what each letter says, from the
// sources alone.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { damages } from './damage.ts'
import { parseSample, type Sample, type SampleLetter } from './letter.ts'
import { asJpeg, asPdf, asPng, asTiff, encrypted } from './pack.ts'
import { readme } from './readme.ts'
import { print } from './render.ts'
import { type Sheet, turned } from './sheet.ts'
import { typeset } from './typeset.ts'

const folder = new URL('..', import.meta.url)
/** Printed at this resolution, then scanned at the damage's own. */
const PRINT_DPI = 300
/** Where chance begins; page n has n times as much. */
const SEED = 1000

/** All samples, in the order of their names. */
export function sources(): readonly Sample[] {
  const names = readdirSync(new URL('letters/', folder))
    .filter((n) => n.endsWith('.yaml'))
    .sort()
  return names.map((name) => parseSample(name, readFileSync(new URL(`letters/${name}`, folder), 'utf8')))
}

/** The bytes of a sample's file. The same source gives the same bytes. */
export async function make(sample: Sample): Promise<Uint8Array> {
  const pdf = await typeset(sample)
  if (sample.form === 'encrypted') return encrypted(pdf, SEED)
  const sheets: Sheet[] = []
  for (const [i, printed] of (await print(pdf, PRINT_DPI)).entries()) {
    let sheet = printed
    for (const [step, name] of sample.damage.entries()) sheet = await damages[name](sheet, SEED * (i + 1) + step)
    sheets.push(await turned(sheet, sample.turned[String(i + 1)] ?? 0))
  }
  return packed(sample.file, sheets)
}

function packed(file: string, sheets: readonly Sheet[]): Promise<Uint8Array> {
  const [first] = sheets
  if (!first) throw new Error(`${file}: no pages`)
  if (file.endsWith('.pdf')) return asPdf(sheets)
  if (file.endsWith('.tif')) return asTiff(sheets)
  if (sheets.length > 1) throw new Error(`${file}: a picture holds one page, the letter has ${sheets.length}`)
  return file.endsWith('.png') ? asPng(first) : asJpeg(first)
}

/** What the letters of a sample say: a gold line each. */
export function expected(sample: Sample): readonly object[] {
  const letters = sample.letters.filter((l): l is SampleLetter => typeof l !== 'string')
  return letters.map(({ header, reviewer, patient, diagnoses, summary, services }, i) => ({
    file: sample.file,
    letter: i + 1,
    header: {
      caseNumber: header.caseNumber ?? null,
      dateAssigned: header.dateAssigned ?? null,
      dateOfInjury: header.dateOfInjury ?? null,
      decisionDate: header.decisionDate ?? null,
      urDecisionDate: header.urDecisionDate ?? null,
      applicationReceived: header.applicationReceived ?? null,
      priority: header.priority ?? null,
    },
    reviewer,
    patient,
    diagnoses,
    services: services.map(({ request, original, authorized, outcome, claims, guideline, rationale, says }) => {
      const { category, regions, laterality, levels, drug, ...frequency } = says
      return {
        request,
        original: original ?? null,
        authorized: authorized ?? null,
        category,
        regions,
        laterality,
        levels,
        frequency,
        drug,
        outcome,
        claimsAdministratorGuideline: claims,
        reviewerGuideline: guideline,
        rationale: oneLine(rationale),
      }
    }),
    clinicalSummary: oneLine(summary),
  }))
}

/** The whole of `expected.jsonl`. */
export const expectedLines = (samples: readonly Sample[]): string =>
  samples
    .flatMap(expected)
    .map((letter) => `${JSON.stringify(letter)}\n`)
    .join('')

const oneLine = (text: string) => text.replaceAll('~', ' ').trim().replace(/\s+/g, ' ')

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const wanted = process.argv.slice(2)
  const all = sources()
  for (const sample of all.filter((s) => wanted.length === 0 || wanted.some((w) => s.file.includes(w)))) {
    const bytes = await make(sample)
    writeFileSync(new URL(sample.file, folder), bytes)
    process.stdout.write(`${sample.file}  ${Math.round(bytes.length / 1024)} kB\n`)
  }
  writeFileSync(new URL('expected.jsonl', folder), expectedLines(all))
  writeFileSync(new URL('README.md', folder), readme(all))
}
