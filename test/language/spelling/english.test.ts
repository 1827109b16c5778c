import { describe, expect, it } from 'vitest'
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

  it('do not keep misread words of the letters from being put right', () => {
    expect(legibleRequest('physica1 therapv for the Iumbar spine')).toBe('physical therapy for the lumbar spine')
    expect(legibleRequest('M R l of the cervica1 spine')).toContain('cervical spine')
  })
})
