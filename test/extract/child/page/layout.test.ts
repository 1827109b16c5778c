import { describe, expect, it } from 'vitest'
import { linesOf } from '../../../../src/extract/child/page/layout.ts'
import { makeBox, type Word } from '../../../../src/model/index.ts'

const ASPECT = 11 / 8.5
const word = (text: string, x: number, y: number, height = 0.012): Word => ({
  text,
  box: makeBox(x, y, x + text.length * 0.009, y + height),
  confidence: 1,
})
const texts = (words: readonly Word[]) => linesOf(words, ASPECT).map((l) => l.words.map((w) => w.text).join(' '))

describe('lines of a page', () => {
  it('keep a label and its value in one row across a two-column header', () => {
    expect(
      texts([
        word('Colour:', 0.1, 0.1),
        word('Size:', 0.1, 0.12),
        word('green', 0.3, 0.101),
        word('small', 0.3, 0.119),
        word('Weight:', 0.6, 0.1),
        word('Height:', 0.6, 0.12),
        word('12', 0.8, 0.099),
        word('34', 0.8, 0.121),
      ]),
    ).toEqual(['Colour: green Weight: 12', 'Size: small Height: 34'])
  })

  it('stay apart on a page that still slopes by half a row from side to side', () => {
    const slope = 0.008
    const row = (y: number, name: string) =>
      Array.from({ length: 12 }, (_, i) => word(`${name}${i}`, 0.1 + i * 0.06, y + (i / 12) * slope))
    expect(texts([...row(0.2, 'a'), ...row(0.218, 'b'), ...row(0.236, 'c')])).toEqual(
      ['a', 'b', 'c'].map((n) => Array.from({ length: 12 }, (_, i) => `${n}${i}`).join(' ')),
    )
  })

  it('are not glued together by a tall mark', () => {
    const tall: Word = { text: '}', box: makeBox(0.5, 0.195, 0.51, 0.25), confidence: 0.3 }
    const lines = texts([
      word('first', 0.1, 0.2),
      word('row', 0.2, 0.2),
      tall,
      word('second', 0.1, 0.23),
      word('row', 0.2, 0.23),
    ])
    expect(lines.map((l) => l.replace(/\s*}\s*/, ''))).toEqual(['first row', 'second row'])
  })

  it('lose no word and keep boxes around all they hold', () => {
    const words = Array.from({ length: 60 }, (_, i) =>
      word(`w${i}`, 0.05 + ((i * 37) % 80) / 100, 0.05 + ((i * 53) % 89) / 100),
    )
    const lines = linesOf(words, ASPECT)
    expect(lines.flatMap((l) => l.words.map((w) => w.text)).sort()).toEqual(words.map((w) => w.text).sort())
    for (const line of lines) {
      for (const { box } of line.words) {
        expect(box[0]).toBeGreaterThanOrEqual(line.box[0])
        expect(box[3]).toBeLessThanOrEqual(line.box[3])
      }
    }
  })

  it('start a paragraph after a gap and never count backwards', () => {
    const lines = linesOf(
      [word('one', 0.1, 0.1), word('two', 0.1, 0.115), word('three', 0.1, 0.15), word('four', 0.1, 0.165)],
      ASPECT,
    )
    expect(lines.map((l) => l.paragraph)).toEqual([0, 0, 1, 1])
  })

  it('of no words are none', () => {
    expect(linesOf([], ASPECT)).toEqual([])
  })
})
