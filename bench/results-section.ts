import { readFileSync, writeFileSync } from 'node:fs'

const RESULTS = new URL('RESULTS.md', import.meta.url)

/** Puts `text` under the heading `title` of RESULTS.md, in place of what stood there; a new one goes to the end. */
export function writeSection(title: string, text: string): void {
  const before = readFileSync(RESULTS, 'utf8')
  const section = `## ${title}\n\n${text.trim()}\n`
  const sections = before.split(/^(?=## )/m)
  const at = sections.findIndex((s) => s.startsWith(`## ${title}\n`))
  if (at < 0) sections.push(`\n${section}`)
  else sections[at] = at < sections.length - 1 ? `${section}\n` : section
  writeFileSync(RESULTS, sections.join(''))
}

/** A row of a table. */
export const row = (...cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`

/** The head of a table: names, and the line below them. */
export const head = (...names: readonly string[]) => row(...names) + row(...names.map(() => '---'))
