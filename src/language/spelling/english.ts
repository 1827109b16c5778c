import { z } from 'zod'
import data from '../vocabulary/english.json' with { type: 'json' }

const { words } = z.strictObject({ words: z.string() }).parse(data)
let known: ReadonlySet<string> | null = null

/** Whether a word (lower case, four letters or more) is common English: `npm run words` makes the list. */
export function isEnglish(word: string): boolean {
  // Made when the first word is asked for: most commands read nothing.
  known ??= new Set(words.split(' '))
  return known.has(word)
}
