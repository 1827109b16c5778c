import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type GuidelineLibrary, parseGuidelines } from './decide/index.ts'

/**
 * Loads the guideline packs that ship with the product (`src/decide/guidelines/*.yaml`), schema-checked.
 * @throws {Error} that names file, rule and key when a pack does not fit its schema.
 */
export function loadGuidelines(folder: URL = new URL('./decide/guidelines/', import.meta.url)): GuidelineLibrary {
  const names = readdirSync(fileURLToPath(folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
  return parseGuidelines(names.map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })))
}
