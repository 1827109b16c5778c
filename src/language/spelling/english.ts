import { z } from 'zod'
import data from '../vocabulary/english.json' with { type: 'json' }

const { words } = z.strictObject({ words: z.string() }).parse(data)
let known: ReadonlySet<string> | null = null

/** Common English words (lower case, four letters or more): `npm run words` makes the list. */
export function englishWords(): ReadonlySet<string> {
  // Made when the first word is asked for: most commands read nothing.
  known ??= new Set(words.split(' '))
  return known
}
