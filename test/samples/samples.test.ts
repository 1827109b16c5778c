import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { damages } from '../../samples/make/damage.ts'
import { parseSample } from '../../samples/make/letter.ts'
import { expected, make, sources } from '../../samples/make/main.ts'
import { parseGold } from '../../src/evaluate/index.ts'

const folder = new URL('../../samples/', import.meta.url)
const all = sources()
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the samples', () => {
  it('have a file for every source and a source for every file', () => {
    const files = readdirSync(folder)
      .filter((f) => /\.(pdf|tif|png)$/.test(f))
      .sort()
    expect(files).toEqual(all.map((s) => s.file).sort())
  })

  it('are all told of in the README, in the words of their sources', () => {
    const readme = readFileSync(new URL('README.md', folder), 'utf8')
    for (const { file, shows } of all) expect(readme.replaceAll('`', '')).toContain(`| ${file} | ${shows} |`)
  })

  it('have expected.jsonl as their sources say, in the shape of a gold file', () => {
    const written = readFileSync(new URL('expected.jsonl', folder), 'utf8')
    expect(written).toBe(
      all
        .flatMap(expected)
        .map((l) => `${JSON.stringify(l)}\n`)
        .join(''),
    )
    expect(parseGold(written)).toHaveLength(16)
  })

  it('come out the same, byte for byte, when they are made again', async () => {
    for (const name of ['08-split-request', '01-office-scan']) {
      const sample = all.find((s) => s.file.startsWith(name))
      if (!sample) throw new Error(`no sample ${name}`)
      expect(digest(await make(sample))).toBe(digest(await make(sample)))
    }
    const scan = all.find((s) => s.file === '14-expedited.png')
    if (!scan) throw new Error('no sample 14')
    expect(digest(await make(scan))).toBe(digest(readFileSync(new URL(scan.file, folder))))
  })

  it('name only damages that there are', () => {
    for (const name of all.flatMap((s) => s.damage))
      expect(['born-digital', 'encrypted', ...Object.keys(damages)]).toContain(name)
  })

  it('are refused with the key that is wrong', () => {
    expect(() => parseSample('x.yaml', 'file: x.pdf\nshows: x\ndamage: []\nletters: []\ncolour: red')).toThrow(
      /x\.yaml.*colour/s,
    )
  })
})
