import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { withAccessTable } from '../../../src/http/api/table.ts'

it('docs/api.md has the table of who may call what as the routes say it (npm run routes writes it)', () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/api.md', import.meta.url)), 'utf8')
  expect(withAccessTable(page)).toBe(page)
  expect(page).toContain('| `GET /api/v1/session` |')
})
