import { describe, expect, it } from 'vitest'
import type { Word } from '../../../src/model/index.ts'
import { PageWords } from '../../../src/review/page/words.ts'

const word = (text: string, x: number, y: number): Word => ({ text, box: [x, y, x + 0.08, y + 0.015], confidence: 1 })
const page = new PageWords([
  { words: [word('Date', 0.1, 0.1), word('of', 0.2, 0.1), word('injury', 0.3, 0.1)] },
  { words: [word('8/30/11', 0.1, 0.13), word('(about)', 0.32, 0.13)] },
])
const textAt = (x: number, y: number) => page.words[page.at(x, y) ?? -1]?.text ?? null

describe('the words of a page', () => {
  it('are found by the place of a pointer, on them or just beside, and nowhere else', () => {
    expect(textAt(0.12, 0.105)).toBe('Date')
    expect(textAt(0.095, 0.098)).toBe('Date')
    expect(textAt(0.36, 0.14)).toBe('(about)')
    expect(textAt(0.6, 0.5)).toBeNull()
  })

  it('are found as they are by looking at each, wherever the pointer is on a page of a thousand', () => {
    const lines = Array.from({ length: 50 }, (_, row) => ({
      words: Array.from({ length: 20 }, (_, i) => ({
        text: `${row}-${i}`,
        // A page that slopes, with rows of different heights that overlap.
        box: [
          i * 0.05,
          row * 0.019 + i * 0.0004,
          i * 0.05 + 0.04,
          row * 0.019 + i * 0.0004 + (row % 3 ? 0.012 : 0.022),
        ] as const,
        confidence: 1,
      })),
    }))
    const large = new PageWords(lines)
    for (let i = 0; i < 400; i++) {
      const [x, y] = [((i * 37) % 101) / 101, ((i * 53) % 97) / 97]
      const inside = large.words.filter(({ box: b }) => x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3])
      const found = large.words[large.at(x, y) ?? -1]
      if (inside.length > 0) expect(inside).toContain(found)
    }
    expect(large.words).toHaveLength(1000)
  })

  it('give a box a row when they are chosen, from either end', () => {
    const chosen = page.chosen(3, 1, 2)
    expect(chosen.map((e) => [e.page, e.text])).toEqual([
      [2, 'of injury'],
      [2, '8/30/11'],
    ])
    expect(chosen[0]?.box).toEqual([0.2, 0.1, 0.38, 0.115])
  })

  it('are gone through by rows, and by what they begin with', () => {
    expect(page.beside(2, 'down')).toBe(4)
    expect(page.beside(4, 'up')).toBe(2)
    expect(page.beside(0, 'up')).toBe(0)
    expect(page.beginning('8/3', 0)).toBe(3)
    expect(page.beginning('AB', 0)).toBe(4)
    expect(page.beginning('date', 2)).toBe(0)
    expect(page.beginning('nowhere', 0)).toBeNull()
    expect(page.within([0.05, 0.125, 0.3, 0.15])).toBe(3)
  })
})
