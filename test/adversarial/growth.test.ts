import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Question, Steps } from './count.ts'
import { stepsOf } from './pattern-steps.ts'
import { pieces } from './texts.ts'

// Doubling a text may double the steps that its reading takes, not quadruple them. Steps are counted, never timed: on a busy
// machine a time proves nothing. bench/patterns.ts tells the milliseconds, pattern by pattern.

/** Characters of the texts, each twice as long as the one before. */
const LENGTHS = [1000, 2000, 4000] as const
/** Twice is linear, a little more is what sorting takes, four times is quadratic, less where something linear is in it. */
const MOST = 3
/** What takes fewer steps than this over the longest text hurts nobody, however it grows. */
const HARMLESS = 20_000
const MINUTE = 60_000

/** Counts in a process of its own, for what it does to the language's objects. Deep matching needs a deep stack. */
function count(question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('count.ts', import.meta.url)), {
      execArgv: ['--import', import.meta.resolve('tsx'), '--stack-size=7000'],
    })
    child.once('message', (answer) => resolve(answer as Answer))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the counting ended with ${code}`)))
    child.send(question)
  })
}

type Steep = { readonly piece: string; readonly where: string; readonly steps: readonly number[] }

/** Where both doublings multiply the steps: what begins with the longer text only, and is done once, grows at one of them. */
function steep(piece: string, counted: readonly Steps[]): readonly Steep[] {
  return Object.keys(counted.at(-1) ?? {}).flatMap((where) => {
    const steps = counted.map((c) => c[where] ?? 0)
    const grows = steps.every((n, i) => i === 0 || n > MOST * (steps[i - 1] ?? 0))
    return grows && (steps.at(-1) ?? 0) > HARMLESS ? [{ piece, where, steps }] : []
  })
}

describe('the steps that a reading takes grow with the length of a text and no faster', () => {
  const counted = new Map<string, readonly Steps[]>()
  beforeAll(async () => {
    const halves = [0, 1].map((half) => pieces.filter((_, i) => i % 2 === half))
    const answers = await Promise.all(halves.map((some) => count({ pieces: some, lengths: LENGTHS })))
    for (const [half, answer] of answers.entries())
      for (const [i, steps] of answer.entries()) counted.set(halves[half]?.[i] ?? '', steps)
  }, 20 * MINUTE)

  it('over any piece again and again, in every function, pattern and loop', () => {
    expect(counted.size).toBe(new Set(pieces).size)
    expect([...counted].flatMap(([piece, steps]) => steep(piece, steps))).toEqual([])
  })

  it('in all rooms that read text, which were counted', () => {
    const longest = counted.get('a and ')?.at(-1) ?? {}
    for (const room of ['normalize/', 'decide/', 'language/'])
      expect(Object.keys(longest).some((where) => where.includes(room))).toBe(true)
    expect(Object.values(longest).reduce((a, b) => a + b, 0)).toBeGreaterThan(1e6)
  })
})

describe('the count of a pattern’s steps', () => {
  const overSpaces = (pattern: RegExp, length: number) => stepsOf(pattern, ' '.repeat(length), 0).steps

  it('finds out a pattern that tries every stretch of a text', () => {
    expect(overSpaces(/\s+x/, 1000) / overSpaces(/\s+x/, 500)).toBeGreaterThan(3.9)
    expect(overSpaces(/\sx/, 1000) / overSpaces(/\sx/, 500)).toBeLessThan(2.1)
  })

  it('ends where V8 ends, for all that patterns here are made of', () => {
    const text = 'The L4-5 level; a 2x8 course, ÉTÉ 10/325mg #60.\nLeft and right, left\tand  RIGHT (twenty-two) 1. 2.'
    for (const pattern of [
      /(?<=\d)(?:mg|x)(?!\d\d)/g,
      /(?<!\p{L})[a-z]+\s(?:and\s)?(?:right|left)/giu,
      /\b\d{1,3}\s?(?:mg|mcg)?\b/g,
      /(?<word>[A-Z]\w*?)\s|\(([^()]*)\)/g,
      /^\w+|\w+$|\.$/gm,
      /(?:\w+[\s,]*){2,3}?\./g,
      /x*/g,
      /[^\s\S]|\u00c9t\u00e9/gi,
      /.*?#(?=\d)/gs,
    ])
      for (const match of text.matchAll(pattern)) {
        const { start, end } = stepsOf(pattern, text, match.index)
        expect([start, end], `${pattern}`).toEqual([match.index, match.index + match[0].length])
      }
  })

  it('refuses what it does not understand', () => {
    expect(() => stepsOf(/(a)\1/, 'aa', 0)).toThrow(/cannot read/)
  })
})
