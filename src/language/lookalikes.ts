import { z } from 'zod'
import data from './vocabulary/lookalikes.json' with { type: 'json' }

/** What scanners, fax machines and readers of print take for one another: the one table of it. Unknown keys are refused. */
export const lookAlikes = z
  .strictObject({
    /** Digit → characters that are read in its place. */
    digits: z.record(z.string().length(1), z.string().min(1)),
    /** Letter → digits and strokes that are read in its place inside a word; of two letters for one digit the last is likelier. */
    letters: z.record(z.string().length(1), z.string().min(1)),
    /** Digit → digits that it may have been. */
    confusedDigits: z.record(z.string().length(1), z.string().min(1)),
    /** Characters of one group look alike, in small letters. */
    groups: z.array(z.string().min(2)).readonly(),
    /** Letter → pairs of strokes that run into it. */
    joined: z.record(z.string().length(1), z.array(z.string().length(2)).readonly()),
    /** Strokes that are easily lost, or gained from dust. */
    thin: z.string(),
  })
  .parse(data)

/** `{ "0": "OoQD" }` as a map from each of O, o, Q, D to 0. */
const turned = (of: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(of).flatMap(([right, read]) => [...read].map((c) => [c, right] as const)))
const digitFor = turned(lookAlikes.digits)
const letterFor = turned(lookAlikes.letters)

/** Source of a pattern for one character that is a digit or was read in the place of one. */
export const DIGIT = `[0-9${Object.values(lookAlikes.digits).join('')}]`

/** A number's text with digits for the characters that look like them: `l2O` is `120`. As long as before. */
export const asDigits = (text: string): string => [...text].map((c) => digitFor.get(c) ?? c).join('')

/** A word's text with letters for the digits and strokes that look like them: `tw0` is `two`. As long as before. */
export const asLetters = (text: string): string => [...text].map((c) => letterFor.get(c) ?? c).join('')

const escaped = (c: string) => c.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** Source of a pattern for a word, in small letters, inside which digits and strokes may have been read for letters. */
export const withDigits = (word: string): string =>
  [...word].map((c) => (lookAlikes.letters[c] ? `[${c}${lookAlikes.letters[c]}]` : escaped(c))).join('')

/** Digits that a misread digit may have been. */
export const confusedWith = (digit: string): readonly string[] => [...(lookAlikes.confusedDigits[digit] ?? '')]

/** Source of a pattern for a word, in small letters, each of whose letters may have been taken for one that looks like it. */
export function misreadable(word: string): string {
  return [...word].map(anyPrintOf).join('')
}

function anyPrintOf(letter: string): string {
  if (!/[a-z]/.test(letter)) return letter === '-' ? '\\W{0,2}' : escaped(letter)
  const alike = new Set([letter, ...lookAlikes.groups.filter((group) => group.includes(letter)).join('')])
  const one = `[${[...alike].map(escaped).join('')}]`
  const pairs = lookAlikes.joined[letter]
  return pairs ? `(?:${[one, ...pairs].join('|')})` : one
}
