import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { parseSample, type Sample, type SampleLetter } from '../../samples/make/letter.ts'
import { expectedLines, make, sources } from '../../samples/make/main.ts'
import { readme } from '../../samples/make/readme.ts'
import { typeset } from '../../samples/make/typeset.ts'
import { parseGold } from '../../src/evaluate/index.ts'

const folder = new URL('../../samples/', import.meta.url)
const all = sources()
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const letters = (sample: Sample) => sample.letters.filter((l): l is SampleLetter => typeof l !== 'string')

function named(file: string): Sample {
  const sample = all.find((s) => s.file === file)
  if (!sample) throw new Error(`no sample ${file}`)
  return sample
}

/** All words of a PDF, spaces evened out. */
async function printed(pdf: Uint8Array): Promise<string> {
  const task = getDocument({ data: Uint8Array.from(pdf), verbosity: 0 })
  const document = await task.promise
  const rows: string[] = []
  for (let n = 1; n <= document.numPages; n++) {
    const { items } = await (await document.getPage(n)).getTextContent()
    rows.push(...items.map((i) => ('str' in i ? i.str : '')))
  }
  await task.destroy()
  return even(rows.join(' '))
}
const even = (text: string) => text.replaceAll('~', ' ').replace(/\s+/g, ' ').trim()

describe('the samples', () => {
  it('have a file for every source and a source for every file', () => {
    const files = readdirSync(folder).filter((f) => /\.(pdf|tif|png|jpg)$/.test(f))
    expect(files.sort()).toEqual(all.map((s) => s.file).sort())
  })

  it('are all told of in the README, which is as the sources say', () => {
    const written = readFileSync(new URL('README.md', folder), 'utf8')
    expect(written).toBe(readme(all))
    for (const { file } of all) expect(written).toContain(`| \`${file}\` | `)
  })

  it('have expected.jsonl as the sources say, in the shape of a gold file', () => {
    const written = readFileSync(new URL('expected.jsonl', folder), 'utf8')
    expect(written).toBe(expectedLines(all))
    const gold = parseGold(written)
    expect(gold).toHaveLength(all.flatMap(letters).length)
    expect(gold.filter((g) => g.file === '11-batch.pdf').map((g) => g.letter)).toEqual([1, 2, 3])
  })

  it('print every sentence of their sources', async () => {
    for (const sample of all) {
      const text = await printed(await typeset(sample))
      for (const letter of letters(sample)) {
        const sentences = [
          letter.summary,
          ...letter.services.flatMap((s) => [s.request, s.claims, s.guideline, s.rationale]),
        ]
        for (const sentence of sentences) expect(text, sample.file).toContain(even(sentence))
        for (const diagnosis of letter.diagnoses) expect(even(letter.summary), sample.file).toContain(diagnosis)
      }
    }
  })

  it('come out the same, byte for byte, when they are made again', async () => {
    for (const file of ['01-office-scan.pdf', '12-born-digital.pdf', '14-expedited.png'])
      expect(digest(await make(named(file))), file).toBe(digest(await make(named(file))))
  })

  it('hold the very bytes that their sources make, where no picture is encoded', async () => {
    const file = '12-born-digital.pdf'
    expect(digest(await make(named(file)))).toBe(digest(readFileSync(new URL(file, folder))))
  })

  it('hold the very pixels that their sources make', async () => {
    const file = '14-expedited.png'
    const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer()
    const [again, kept] = [await pixels(await make(named(file))), await pixels(readFileSync(new URL(file, folder)))]
    expect(digest(again)).toBe(digest(kept))
  })

  it('leave random bytes random after a file was encrypted with seeded ones', async () => {
    await make(named('12-born-digital.pdf'))
    const draw = () => Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(16))).toString('hex')
    expect(draw()).not.toBe(draw())
  })

  it('stay small: a file under 400 kB, all together under 3 MB', () => {
    const sizes = all.map((s) => statSync(new URL(s.file, folder)).size)
    expect(Math.max(...sizes)).toBeLessThan(400_000)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(3_000_000)
  })

  it('have case numbers of their own, each once, from a range that is not given out', () => {
    const numbers = all.flatMap(letters).flatMap((l) => l.header.caseNumber ?? [])
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const number of numbers) expect(number).toMatch(/^CM1\d-99\d{5}$/)
  })

  it('have dates in the order in which things happen', () => {
    for (const { header } of all.flatMap(letters)) {
      const { dateOfInjury, urDecisionDate, applicationReceived, dateAssigned, decisionDate } = header
      const told = [dateOfInjury, urDecisionDate, applicationReceived, dateAssigned, decisionDate].filter((d) => d)
      expect([...told].sort()).toEqual(told)
    }
  })

  it('are refused with the name of the file and the key that is wrong', () => {
    const source = 'file: x.pdf\nshows: x\nproposals: x\nletters: [blank]\n'
    expect(parseSample('x.yaml', source).file).toBe('x.pdf')
    expect(() => parseSample('x.yaml', `${source}colour: red`)).toThrow(/x\.yaml.*colour/s)
    expect(() => parseSample('x.yaml', `${source}damage: [flooded]`)).toThrow(/x\.yaml.*damage/s)
  })
})
