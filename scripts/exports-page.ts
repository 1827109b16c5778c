// Writes the tables of columns in docs/exports.md anew, from the columns.
//   npm run columns
import { readFileSync, writeFileSync } from 'node:fs'
import { diagnosisColumns, letterColumns, serviceColumns } from '../src/export/columns/index.ts'

const path = new URL('../docs/exports.md', import.meta.url)
let page = readFileSync(path, 'utf8')
for (const [kind, columns] of [
  ['letters', letterColumns],
  ['services', serviceColumns],
  ['diagnoses', diagnosisColumns],
] as const) {
  const rows = columns.map(({ name, type, about }) => `| \`${name}\` | ${type} | ${about} |`)
  const table = ['| column | type | what |', '|---|---|---|', ...rows].join('\n')
  page = page.replace(
    new RegExp(`(## Columns of ${kind}\n\n)(\\|.*\n)*`),
    (_, heading: string) => `${heading}${table}\n`,
  )
}
writeFileSync(path, page)
