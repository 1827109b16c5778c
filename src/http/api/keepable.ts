import { Problem } from './problem.ts'

/** Deeper than any body that a route takes. */
const DEEPEST = 20

/**
 * Refuses text that one of the stores cannot keep or would change: U+0000, and halves of a character (lone surrogates). Every string of a request is
 * looked at, whatever route it is for, so that both engines answer alike.
 * @throws {Problem} 422 with the places.
 */
export function refuseUnkeepable(parts: Readonly<Record<'params' | 'query' | 'body', unknown>>): void {
  const places = Object.entries(parts).flatMap(([part, given]) => unkeepable(given, part, 0))
  if (places.length === 0) return
  throw new Problem(
    422,
    'unkeepable-text',
    `${places[0]}: take out the signs that are no characters (U+0000, halves of a pair)`,
    {
      more: { errors: places.map((place) => ({ place, message: 'has signs that are no characters' })) },
    },
  )
}

function unkeepable(given: unknown, place: string, depth: number): readonly string[] {
  if (typeof given === 'string') return isKeepable(given) ? [] : [place]
  if (typeof given !== 'object' || given === null || depth > DEEPEST) return []
  return Object.entries(given).flatMap(([key, value]) =>
    isKeepable(key) ? unkeepable(value, `${place}/${key}`, depth + 1) : [place],
  )
}

const isKeepable = (text: string): boolean => !text.includes('\0') && !/\p{Surrogate}/u.test(text)
