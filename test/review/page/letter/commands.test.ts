import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { commands, keysTable } from '../../../../src/review/page/letter/commands.ts'

it('docs/review-keys.md has the keys as the page has them (npm run keys writes it)', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../../docs/review-keys.md', import.meta.url)), 'utf8')
  expect(page).toContain(keysTable())
})

it('gives each key one meaning in each place', () => {
  for (const place of ['fields', 'words', 'editing'] as const) {
    const keys = commands.filter((c) => c.place === place || c.place === 'letter').flatMap((c) => c.keys)
    expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted())
  }
})
