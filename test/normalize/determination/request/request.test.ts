import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drugSchema, frequencySchema } from '../../../../src/model/index.ts'
import { describeRequest } from '../../../../src/normalize/determination/request/index.ts'

const read = (wording: string) => describeRequest(wording, { associated: false })

describe('a request described', () => {
  it('brings category, place and frequency together', () =>
    expect(read('MYOFASCIAL RELEASE 3X4 FOR RIGHT ELBOW')).toMatchObject({
      category: { value: 'massage' },
      regions: ['elbow'],
      laterality: 'right',
      levels: [],
      frequency: {
        times: [3, 3],
        per: 'week',
        duration: [4, 4],
        durationUnit: 'week',
        visits: [12, 12],
        openEnded: false,
      },
      drug: null,
    }))

  it('never takes a spinal level for a count', () => {
    const { levels, frequency } = read('Left C6-7 epidural steroid injection')
    expect(levels).toEqual(['C6-7'])
    expect(frequency.visits).toBeNull()
  })

  it('asks an evaluation once, whatever therapy it is for', () =>
    expect(read('Physical therapy evaluation').frequency.openEnded).toBe(false))

  it.each(['Acupuncture', 'Massage therapy for the neck', 'TENS unit rental', 'Unknown sessions of aquatic therapy'])(
    'is open-ended for "%s"',
    (wording) => expect(read(wording).frequency.openEnded).toBe(true),
  )
  it.each(['MRI of the knee', 'TENS unit', 'Right knee arthroscopy', 'Orthopedic consultation', 'Lumbar brace'])(
    'is not open-ended for "%s"',
    (wording) => expect(read(wording).frequency.openEnded).toBe(false),
  )

  it('fits the model for any text at all', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc
            .array(
              fc.constantFrom(
                ...'Norco 10/325mg #60 PT 2x8 L4-5 left knee x 12 sessions (5%) with two refills for 6 weeks per'.split(
                  ' ',
                ),
              ),
            )
            .map((words) => words.join(' ')),
        ),
        (wording) => {
          const { frequency, drug, found } = read(wording)
          const field = { raw: wording, status: 'extracted', confidence: found.frequency.strength, evidence: [] }
          expect(frequencySchema.safeParse({ ...frequency, ...field, rule: found.frequency.rule }).success).toBe(true)
          expect(drug === null || drugSchema.safeParse({ ...drug, ...field, rule: found.drug?.rule }).success).toBe(
            true,
          )
          const spans = [...found.frequency.spans, ...(found.drug?.spans ?? [])]
          expect(spans.every((s) => s.start >= 0 && s.start < s.end && s.end <= wording.length)).toBe(true)
        },
      ),
    ))
})
