import { describe, expect, it } from 'vitest'
import { propose } from '../../src/decide/index.ts'
import { type Asked, aDecisionRequest, library, type Told } from './a-request.ts'

const rationale = (told: Told, ...asked: readonly Asked[]) =>
  propose(aDecisionRequest(told, ...asked), library).map((p) => p.rationale)
const sentences = (text: string) => text.split(/(?<=\.) (?=[A-Z])/)

describe('a rationale', () => {
  const lumbar: Asked = { request: 'MRI of the lumbar spine', category: 'imaging-mri', regions: ['low-back'] }

  it('says what is asked for, what the guideline says, what the record shows and lacks, each with its place', () => {
    const [text = ''] = rationale({ summary: 'There was decreased sensation at L5.' }, lumbar)
    expect(sentences(text)).toEqual([
      'Asked for: MRI of the lumbar spine, no amount stated (page 2).',
      'MTUS clinical topics, ACOEM Practice Guidelines (2004), Ch.12 Special Studies p303-305 (8 CCR 9792.23.1-.9) supports it under the criteria checked here.',
      'The record shows: four weeks of observation after the injury (page 1); an objective neurologic deficit (page 1).',
      'Not found in the request or the record: conservative care tried without success; surgery under consideration.',
    ])
  })

  it('quotes nothing of the record: names in it stay there', () => {
    const [text = ''] = rationale({ summary: 'Ms. Marigold Quince has decreased sensation at L5.' }, lumbar)
    expect(text).not.toMatch(/Quince|Marigold/)
  })

  it('shortens a long request', () => {
    const [text = ''] = rationale({}, { ...lumbar, request: `MRI lumbar ${'and so on '.repeat(40)}` })
    expect(text).toContain('…')
    expect(text.length).toBeLessThan(900)
  })

  it('points out several drugs of one class, and treatments of one kind', () => {
    const drug = { name: 'x', strength: null, quantity: 60, refills: null, ingredients: [] }
    const two = rationale(
      {},
      { request: 'Prilosec #60', category: 'drug-ppi-h2', drug },
      { request: 'Protonix #60', category: 'drug-ppi-h2', drug },
    )
    expect(two.every((t) => t.includes('more than one drug of this class'))).toBe(true)
    const three = (['acupuncture', 'chiropractic', 'massage'] as const).map(
      (category): Asked => ({ request: category, category, visits: 2, regions: ['low-back'] }),
    )
    expect(rationale({}, ...three).every((t) => t.includes('several treatments of the same kind'))).toBe(true)
  })

  it('points to the drug list for drugs since 2018', () => {
    const drug = { name: 'Norco', strength: null, quantity: 60, refills: null, ingredients: [] }
    const [text = ''] = rationale(
      { injured: '2015-01-05', reviewed: '2018-06-01' },
      { request: 'Norco #60', category: 'drug-opioid', drug },
    )
    expect(text).toContain('8 CCR 9792.27.1-.23')
  })

  it('says when a guideline for chronic pain is only the nearest there is', () => {
    const drug = { name: 'Omeprazole', strength: null, quantity: 60, refills: null, ingredients: [] }
    const [text = ''] = rationale(
      { injured: '2016-09-20', reviewed: '2016-11-01' },
      { request: 'Omeprazole #60', category: 'drug-ppi-h2', drug },
    )
    expect(text).toContain('written for chronic pain and the nearest there is')
  })
})
