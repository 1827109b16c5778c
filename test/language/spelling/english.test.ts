import { describe, expect, it } from 'vitest'
import { makeSpelling } from '../../../src/language/spelling/spelling.ts'
import { legibleRequest } from '../../../src/normalize/determination/services/request-wording.ts'

describe('common English words', () => {
  it.each([
    'Licensed clinical social worker visits x 6',
    'Loading dock ergonomic evaluation',
    'Various supplies, black, for public transit',
    'They had chairs and issues where the church stands',
    'Finding a river, a vest and a sofa',
  ])('stay as they are: %s', (wording) => {
    expect(legibleRequest(wording)).toBe(wording)
  })

  it('are as likely as words of the letters where a short strange word is as near to both', () => {
    const read = (english: readonly string[], text: string) =>
      makeSpelling(['clamp', 'fixture'], () => new Set(english)).read(text)[0]?.text
    expect(read([], 'clomp')).toBe('clamp')
    expect(read(['chomp'], 'clomp')).toBe('clomp')
    expect(read(['chomp'], 'c1amp')).toBe('clamp')
    expect(read(['mixture'], 'flxture')).toBe('fixture')
  })

  it('do not keep misread words of the letters from being put right', () => {
    expect(legibleRequest('physica1 therapv for the Iumbar spine')).toBe('physical therapy for the lumbar spine')
    expect(legibleRequest('M R l of the cervica1 spine')).toContain('cervical spine')
  })
})
