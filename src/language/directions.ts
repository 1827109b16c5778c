import type { Range } from '../model/index.ts'

const DAILY: readonly (readonly [RegExp, Range])[] = [
  [/\bqid\b|four times (?:a|per) day|four times daily|4x?\s?(?:times )?(?:a|per|\/)\s?day/i, [4, 4]],
  [/\btid\b|three times (?:a|per) day|three times daily|3x?\s?(?:times )?(?:a|per|\/)\s?day/i, [3, 3]],
  [/\bbid\b|twice (?:a|per) day|twice daily|two times (?:a|per) day|2x?\s?(?:times )?(?:a|per|\/)\s?day/i, [2, 2]],
  [/\bqod\b|every other day/i, [0.5, 0.5]],
  [/\bq\s?hs\b|\bqhs\b|\bqd\b|\bqam\b|\bqpm\b|at bedtime|once (?:a|per) day|nightly|daily/i, [1, 1]],
]

/** Doses a day by the directions, `[min, max]`; null when there are none. `q6h` is four, `every 4-6 hours` four to six. */
export function dosesPerDay(text: string): Range | null {
  const hours = /\b(?:q|every)\s?(\d{1,2})(?:\s?(?:-|to)\s?(\d{1,2}))?\s?(?:h|hr|hrs|hours?)\b/i.exec(text)
  if (hours) {
    const [short, long] = [Number(hours[1]), Number(hours[2] ?? hours[1])]
    if (short > 0 && long >= short) return [24 / long, 24 / short]
  }
  return DAILY.find(([words]) => words.test(text))?.[1] ?? null
}
