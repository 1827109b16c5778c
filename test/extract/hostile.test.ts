import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Limits, type OcrEngine, openEngine, readDocument } from '../../src/extract/index.ts'
import { DocumentFailure } from '../../src/model/index.ts'
import { aFolder, type Folder, textPdf } from './files.ts'
import { harmless } from './hostile/hostile-file.ts'
import { hostileFiles } from './hostile/index.ts'

/** Tighter than the standard ones, in processor time: some of these files go on for ever. `npm run bench:hostile` gives them more. */
const limits = { silenceMs: 3_000, documentMs: 6_000, memoryBytes: 900e6 } satisfies Partial<Limits>
const SECONDS = 300_000

describe('a hostile file', () => {
  let folder: Folder
  let engine: OcrEngine
  beforeAll(async () => {
    folder = await aFolder()
    engine = await openEngine('auto', { jobs: 2 })
  })
  afterAll(async () => {
    await engine.close()
    await folder.remove()
  })

  /** How its reading ended: the cause, or the states of its pages. */
  async function ending(name: string, bytes: Uint8Array): Promise<readonly string[]> {
    const file = await folder.put(name, bytes)
    try {
      const { pages, issues } = await readDocument(file, { engine, limits })
      const states = new Set<string>(pages.map((p) => p.status))
      // Whoever looks at the record must see why a page has no words.
      expect(issues.some((i) => i.severity === 'error')).toBe(states.has('unreadable'))
      return [...states]
    } catch (error) {
      if (error instanceof DocumentFailure) return [error.code]
      throw error
    }
  }

  it.concurrent.each(hostileFiles.map((f) => [f.name, f] as const))(
    'ends with a named cause: %s',
    async (name, file) => {
      const found = await ending(name, await file.bytes())
      expect({ name, others: found.filter((e) => !(file.ends as readonly string[]).includes(e)) }).toEqual({
        name,
        others: [],
      })
    },
    SECONDS,
  )

  it(
    'leaves the files beside it alone',
    async () => {
      const good = Buffer.from(await (await textPdf([harmless])).save())
      const bad = ['form-laughs.pdf', 'box-1e38.pdf', 'flate-400-mb.pdf'].map((name) => {
        const file = hostileFiles.find((f) => f.name === name)
        if (!file) throw new Error(name)
        return file
      })
      const all = await Promise.all([
        ...bad.map(async (f) => ending(`beside-${f.name}`, await f.bytes())),
        ...[1, 2, 3].map((n) => ending(`good-${n}.pdf`, good)),
      ])
      expect(all.slice(3)).toEqual([['ok'], ['ok'], ['ok']])
      expect(all.slice(0, 3).flat()).not.toContain('ok')
    },
    SECONDS,
  )
})
