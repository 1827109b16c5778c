import { describe, expect, it } from 'vitest'
import { findFact, type Scope } from '../../../src/decide/evidence/facts.ts'
import { passagesOf } from '../../../src/decide/evidence/passages.ts'
import { criterionRule } from '../../../src/decide/guidelines/library.ts'
import type { Region } from '../../../src/model/index.ts'
import { library, told } from '../a-request.ts'

const scope = (...regions: readonly Region[]): Scope => ({ regions, bodyParts: library.bodyParts, drugNames: [] })
const result = (id: string, text: string, ...regions: readonly Region[]) =>
  findFact(criterionRule(library, id), passagesOf(told(text)), scope(...regions)).result

describe('a criterion against a summary', () => {
  it.each([
    ['neuro-deficit', 'Straight leg raise was positive on the left.', 'met'],
    ['neuro-deficit', 'There was decreased sensation at L5-S1.', 'met'],
    ['neuro-deficit', 'Motor strength was 4/5 in the right extensor hallucis.', 'met'],
    ['neuro-deficit', 'The examination was without neurologic deficit.', 'not-met'],
    ['neuro-deficit', 'Sensation was intact and motor strength was 5/5.', 'not-met'],
    ['neuro-deficit', 'Sensation was intact.', 'not-found'],
    ['neuro-deficit', 'There was tenderness.', 'not-found'],
    ['radiculopathy-exam', 'Straight leg raise was negative. Sensation was intact. Motor was 5/5.', 'not-met'],
    ['radiculopathy-exam', 'SLR was positive on the right with dermatomal loss.', 'met'],
    ['red-flags', 'There is no fracture.', 'not-found'],
    ['red-flags', 'No red flags were identified.', 'not-met'],
    ['red-flags', 'She has a history of cancer.', 'met'],
    ['muscle-spasm', 'No muscle spasm was felt.', 'not-met'],
    ['conservative-care-failed', 'He failed conservative care.', 'met'],
    ['conservative-care-failed', 'Chiropractic care has not failed so far.', 'not-found'],
    ['functional-improvement', 'In a month she may return to full duty.', 'not-found'],
    ['functional-improvement', 'Activities of daily living have never improved.', 'not-met'],
    ['functional-improvement', 'She returned to full duty in May.', 'met'],
    ['red-flags', 'Bowel control is good, with no loss.', 'not-found'],
    ['gi-risk', 'Famotidine is taken to prevent heartburn.', 'not-found'],
    ['med-reduction-or-intolerance', 'Allergies: latex, dust.', 'not-found'],
    ['med-reduction-or-intolerance', 'She is allergic to codeine.', 'met'],
    ['conservative-care-failed', 'Physical therapy and naproxen were “not helping.”', 'met'],
    ['conservative-care-failed', 'He has not tried physical therapy.', 'not-met'],
    ['conservative-care-failed', 'Treatment included physical therapy.', 'not-found'],
    ['gi-risk', 'He denies gastrointestinal complaints.', 'not-met'],
    ['gi-risk', 'He has gastritis from medication.', 'met'],
    ['functional-improvement', 'There was no functional improvement with acupuncture.', 'not-met'],
    ['functional-improvement', 'She returned to modified duty after six visits.', 'met'],
    ['functional-improvement', 'He has been unable to return to work since the injury.', 'not-met'],
    ['surgery-considered', 'He is not a surgical candidate.', 'not-met'],
    ['surgery-considered', 'A surgical consultation is requested.', 'met'],
    ['suspected-meniscal-or-ligament-tear', 'The knee gives way and McMurray is positive.', 'met'],
  ])('%s: “%s” is %s', (id, text, expected) => {
    expect(result(id, text)).toBe(expected)
  })

  it('holds what is not mentioned for not found, never for no', () => {
    for (const id of library.criteria.keys()) {
      const rule = criterionRule(library, id)
      if (rule.daysSinceInjuryAtLeast === undefined && rule.daysSinceInjuryAtMost === undefined)
        expect(findFact(rule, passagesOf(told('The weather was fine.'))).result, id).toBe('not-found')
    }
  })

  it('does not take a finding of another part of the body', () => {
    expect(result('neuro-deficit', 'There was decreased sensation in the right hand.', 'low-back')).toBe('not-found')
    expect(result('neuro-deficit', 'There was decreased sensation in the right hand.', 'neck')).toBe('met')
  })

  it('says when sentences contradict each other, and shows both', () => {
    const text = 'In May the patient was neurologically intact. In June there was decreased sensation at L5.'
    const finding = findFact(criterionRule(library, 'neuro-deficit'), passagesOf(told(text)))
    expect(finding).toMatchObject({ result: 'met', conflicting: true })
  })

  it('takes no word from the utilization review nor from the reasons of its denial', () => {
    const text =
      'The utilization review dated 5/6/15 denied the request due to no red flags. There were no neurologic deficits.'
    expect(result('red-flags', text)).toBe('not-found')
    expect(result('neuro-deficit', text)).toBe('not-found')
    expect(result('neuro-deficit', `${text} On 5/9/15 the examination showed decreased sensation.`)).toBe('met')
  })

  it('points at the rows that hold the sentence', () => {
    const summary = told(
      'The worker was hurt while lifting a crate from a shelf that stood over his head in the store room. On examination there was decreased sensation at L5. He walks with a limp and uses no cane.',
    )
    const { evidence } = findFact(criterionRule(library, 'neuro-deficit'), passagesOf(summary))
    const rows = evidence.map((e) => e.text).join(' ')
    expect(rows).toContain('decreased sensation at L5.')
    expect(evidence.length).toBeLessThan(summary.evidence.length)
    expect(summary.evidence).toEqual(expect.arrayContaining([...evidence]))
  })
})
