import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type GuidelineLibrary, parseGuidelines } from './decide/index.ts'
import { home } from './home.ts'
import { version } from './version.ts'

/**
 * Loads the guideline packs that ship with the product (`src/decide/guidelines/*.yaml`), schema-checked. A build has them as JSON
 * besides, which is read in a millisecond where YAML takes a third of a second.
 * @throws {Error} that names file, rule and key when a pack does not fit its schema.
 */
export function loadGuidelines(folder: URL = new URL('src/decide/guidelines/', home)): GuidelineLibrary {
  const found = readdirSync(fileURLToPath(folder)).sort()
  const compiled = found.filter((name) => name.endsWith('.json'))
  const names = compiled.length > 0 ? compiled : found.filter((name) => name.endsWith('.yaml'))
  return parseGuidelines(names.map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })))
}

const ids = new WeakMap<GuidelineLibrary, string>()

/**
 * What makes proposals by a library: the product's version, and the first twelve hex digits of the sha256 of the packs' content. The
 * same whether they were read from YAML or from a build's JSON.
 */
export function guidelinesId(library: GuidelineLibrary): string {
  const known = ids.get(library)
  if (known !== undefined) return known
  const digest = createHash('sha256').update(JSON.stringify(library.packs)).digest('hex').slice(0, 12)
  const id = `${version} ${digest}`
  ids.set(library, id)
  return id
}
