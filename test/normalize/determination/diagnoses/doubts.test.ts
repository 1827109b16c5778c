import { describe, expect, it } from 'vitest'
import { clarityOf, completenessOf } from '../../../../src/normalize/determination/diagnoses/doubts.ts'

describe('the trust in a diagnosis', () => {
  it.each(['lumbar sprain', 'left carpal tunnel syndrome', 'major depressive disorder', 'CRPS', 'neck pain'])(
    'is whole for one that is made of words that diagnoses are made of: %s',
    (words) => {
      expect(clarityOf(words)).toBe(1)
    },
  )

  it.each([
    ['words that no diagnosis is known by', 'lumbar sprain of the warehouse'],
    ['no disease', 'left knee procedure'],
    ['a mark that parts diagnoses', 'lumbar sprain; left knee strain'],
    ['an "and" inside', 'strain of the wrist and hand'],
    ['three diseases in a row', 'cervical sprain lumbar strain left knee contusion'],
  ])('is less with %s', (_, words) => {
    expect(clarityOf(words)).toBeLessThan(1)
  })
})

describe('the trust in a list of diagnoses', () => {
  const summary =
    'The diagnosis is lumbar sprain. Carpal tunnel syndrome is suspected. An x-ray was asked for to rule out a fracture.'
  const taken = { start: 0, end: summary.indexOf('.') }

  it('is less where diagnoses are spoken of in a place from which none was taken', () => {
    expect(completenessOf(summary, [taken])).toBeLessThan(1)
  })

  it('is whole where all that speaks of diagnoses was taken; what a study is to rule out states none', () => {
    expect(completenessOf(summary, [taken, { start: 0, end: summary.indexOf('An x-ray') }])).toBe(1)
  })
})
