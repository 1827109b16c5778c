import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Transcript } from '../../../src/normalize/page-text/transcript.ts'
import { aPage } from '../../fixtures/pages.ts'

describe('a transcript', () => {
  it('joins words by a space, rows by a line break, paragraphs by an empty line and pages by a form feed', () => {
    const transcript = new Transcript([
      aPage(['one two', 'three', '', 'four'], { number: 1 }),
      aPage(['five'], { number: 2 }),
    ])
    expect(transcript.text).toBe('one two\nthree\n\nfour\ffive')
  })

  it('keeps a hole in a row (a redacted name, a column) as two spaces', () => {
    expect(new Transcript([aPage(['provided by      the physician'])]).text).toBe('provided by  the physician')
  })

  it('gives one piece of evidence a row, with the page, the words and a box around just them', () => {
    const transcript = new Transcript([aPage(['left knee sprain', 'and strain']), aPage(['of the hip'], { number: 2 })])
    const start = transcript.text.indexOf('knee')
    const evidence = transcript.evidence({ start, end: transcript.text.indexOf('strain') + 3 })
    expect(evidence.map((e) => [e.page, e.text])).toEqual([
      [1, 'knee sprain'],
      [1, 'and strain'],
    ])
    expect(evidence[0]?.box[0]).toBeGreaterThan(0.1)
    expect(transcript.pageAt(transcript.text.indexOf('hip'))).toBe(2)
    expect(transcript.pageAt(transcript.text.length)).toBeNull()
    expect(transcript.flat({ start, end: transcript.text.length })).toBe('knee sprain and strain of the hip')
  })

  it('is as sure of a span as its words and its worst word let it be', () => {
    const transcript = new Transcript([aPage(['sure doubtful'], { confidence: (word) => (word === 'sure' ? 1 : 0.5) })])
    expect(transcript.confidence({ start: 0, end: 4 })).toBe(1)
    expect(transcript.confidence({ start: 0, end: 13 })).toBe(0.625)
    expect(transcript.confidence({ start: 4, end: 4 })).toBe(0)
  })

  it('traces every word back to itself', () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/)
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const transcript = new Transcript([aPage(rows.map((r) => r.join(' ')))])
        for (const match of transcript.text.matchAll(/\S+/g)) {
          const span = { start: match.index, end: match.index + match[0].length }
          expect(transcript.words(span).map((w) => w.text)).toEqual([match[0]])
        }
      }),
    )
  })
})
