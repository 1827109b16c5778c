import { describe, expect, it } from 'vitest'
import { rereadRows } from '../../../../src/extract/child/remedies/doubtful-rows.ts'
import type { Recognize } from '../../../../src/extract/messages.ts'

const image = { data: new Uint8Array(500 * 400).fill(255), width: 500, height: 400, dpi: 200 }
const word = (text: string, x: number, y: number, confidence: number) => ({
  text,
  confidence,
  box: [x, y, x + 80, y + 20] as const,
})
const answering = (answer: (...asked: Parameters<Recognize>) => ReturnType<Recognize>): Recognize =>
  Object.assign(answer, { expected: () => {}, hasSecondModel: true, lastTry: true })

describe('doubtful rows', () => {
  it('are read again alone: words that are surer there are taken, all others stay', async () => {
    const [doubtful, worse] = [word('hnee', 0, 200, 0.4), word('2014', 100, 200, 0.8)]
    const sure = [40, 80, 120, 160, 240].map((y) => word('word', 0, y, 0.95))
    let asked = 0
    const surer = await rereadRows(
      image,
      [...sure, doubtful, worse],
      answering(async ({ height }, settings) => {
        asked++
        expect(settings).toEqual({ psm: 6 })
        // One row, and its margins.
        expect(height).toBeLessThan(100)
        const at = (text: string, x: number, confidence: number) => ({
          text,
          confidence,
          box: [x + 30, height / 2 - 10, x + 110, height / 2 + 10] as const,
        })
        return [at('knee', 0, 0.9), at('2O14', 100, 0.6), at('dust', 300, 0.99)]
      }),
    )
    expect(asked).toBe(1)
    expect([...(surer ?? [])]).toEqual([[doubtful, { text: 'knee', confidence: 0.9 }]])
  })

  it('are not read again where most rows are doubtful, for then the page is, nor where none is', async () => {
    const nobody = answering(() => {
      throw new Error('asked')
    })
    const bad = [40, 80, 120, 160].map((y) => word('wrod', 0, y, 0.5))
    expect(await rereadRows(image, [...bad, word('word', 0, 240, 0.95)], nobody)).toBeNull()
    expect(await rereadRows(image, [word('word', 0, 240, 0.95)], nobody)).toEqual(new Map())
  })
})
