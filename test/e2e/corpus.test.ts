import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { evaluate, parseGold } from '../../src/evaluate/index.ts'
import { openEngine } from '../../src/extract/index.ts'
import { loadGuidelines } from '../../src/guidelines.ts'
import type { CaseRecord } from '../../src/model/index.ts'
import { readCases } from '../../src/pipeline.ts'

const corpus = new URL('../../../shared/corpus/', import.meta.url)
const present = existsSync(new URL('gold.jsonl', corpus))
const skipped = present ? '' : ' (skipped: there is no labelled corpus beside this checkout)'

describe.skipIf(!present)(`labelled public letters, from their text layer${skipped}`, () => {
  it('are read as well as the figures in bench/RESULTS.md say', async () => {
    const engine = await openEngine('auto')
    const guidelines = loadGuidelines()
    const records: CaseRecord[] = []
    for (const fileName of readdirSync(new URL('letters/', corpus))) {
      const path = fileURLToPath(new URL(`letters/${fileName}`, corpus))
      records.push(...(await readCases({ path, fileName, sha256: 'a'.repeat(64) }, { engine, guidelines })))
    }
    await engine.close()
    const score = evaluate(parseGold(readFileSync(new URL('gold.jsonl', corpus), 'utf8')), records)
    const accuracy = (measure: string) => score.accuracies.find((a) => a.measure === measure)?.accuracy
    expect(accuracy('header + patient')).toBeGreaterThanOrEqual(0.995)
    expect(accuracy('outcome')).toBeGreaterThanOrEqual(0.995)
    expect(accuracy('frequency')).toBeGreaterThanOrEqual(0.98)
    expect(accuracy('request wording')).toBeGreaterThanOrEqual(0.97)
    expect(score.lists.map((l) => l.f1 >= 0.95)).toEqual([true, true])
  }, 600_000)
})
