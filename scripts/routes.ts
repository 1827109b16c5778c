import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withAccessTable } from '../src/http/api/table.ts'

// Writes the table of routes × roles into docs/api.md: npm run routes.
const page = fileURLToPath(new URL('../docs/api.md', import.meta.url))
writeFileSync(page, withAccessTable(readFileSync(page, 'utf8')))
