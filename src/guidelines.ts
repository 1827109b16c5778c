import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type GuidelineLibrary, parseGuidelines } from './decide/index.ts'

/**
 * Loads the guideline packs that ship with the product (`src/decide/guidelines/*.yaml`), schema-checked. A build has them as JSON
 * besides, which is read in a millisecond where YAML takes a third of a second.
 * @throws {Error} that names file, rule and key when a pack does not fit its schema.
 */
export function loadGuidelines(folder: URL = new URL('./decide/guidelines/', import.meta.url)): GuidelineLibrary {
  const found = readdirSync(fileURLToPath(folder)).sort()
  const compiled = found.filter((name) => name.endsWith('.json'))
  const names = compiled.length > 0 ? compiled : found.filter((name) => name.endsWith('.yaml'))
  return parseGuidelines(names.map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })))
}
