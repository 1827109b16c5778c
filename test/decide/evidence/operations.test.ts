import { describe, expect, it } from 'vitest'
import { operationIn, withinPeriod } from '../../../src/decide/evidence/operations.ts'
import { passagesOf } from '../../../src/decide/evidence/passages.ts'
import { propose } from '../../../src/decide/index.ts'
import { aDecisionRequest, library, told } from '../a-request.ts'

const guideline = library.guidelines.find((g) => g.id === 'postoperative-physical-medicine')
const found = (text: string) => {
  if (!guideline) throw new Error('no postsurgical guideline')
  return operationIn(guideline, passagesOf(told(text)))
}

describe('an operation in the record', () => {
  it('is known by the words of the table, with its day', () => {
    expect(found('She is status post right knee meniscectomy on 4/2/15.')).toMatchObject({
      entry: { surgery: 'meniscectomy' },
      date: '2015-04-02',
    })
    expect(found('She underwent a meniscectomy of the left knee on April 2, 2015.')?.date).toBe('2015-04-02')
    expect(found('He underwent a subacromial decompression.')).toMatchObject({
      entry: { surgery: 'rotator-cuff-impingement-arthroscopic' },
      date: null,
    })
  })

  it('is not one that is only asked for', () => {
    expect(found('The surgeon asks for a meniscectomy.')).toBeNull()
  })

  it('opens a period of so many months', () => {
    const operation = found('She is status post meniscectomy on 4/2/15.')
    if (!operation) throw new Error('no operation')
    expect(['2015-04-01', '2015-05-06', '2015-12-24'].map((d) => withinPeriod(operation, d))).toEqual([
      false,
      true,
      false,
    ])
  })
})

describe('physical therapy after an operation', () => {
  const asked = {
    request: 'Physical therapy 2x6 right knee',
    category: 'physical-therapy',
    visits: 12,
    regions: ['knee'],
  } as const
  const proposal = (summary: string) => propose(aDecisionRequest({ summary }, asked), library)[0]

  it('is judged by the postsurgical table within its period: half the visits first', () => {
    expect(proposal('She is status post right knee meniscectomy on 4/2/15.')).toMatchObject({
      proposal: 'upheld',
      guideline: { id: 'postoperative-physical-medicine', edition: 'PS-2009' },
      limit: { requested: [12, 12], allowed: [6, 6], excess: 6 },
    })
  })

  it('is physical therapy like any other after its period', () => {
    expect(proposal('She is status post right knee meniscectomy on 4/2/14.')).toMatchObject({
      guideline: { id: 'physical-therapy', edition: 'CP-2009' },
    })
  })

  it('has a whole table for a second course', () => {
    const summary =
      'She is status post right knee meniscectomy on 4/2/15. She completed 6 sessions of physical therapy with improved function.'
    expect(propose(aDecisionRequest({ summary }, { ...asked, visits: 6 }), library)[0]).toMatchObject({
      limit: { allowed: [12, 12], excess: 0 },
    })
  })
})
