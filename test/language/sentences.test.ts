import { describe, expect, it } from 'vitest'
import { firstSentenceEnd, lastSentence, sentencesOf } from '../../src/language/sentences.ts'

const parts = (text: string) => sentencesOf(text).map(({ start, end }) => text.slice(start, end).trim())

/** Clinical prose that splitters stumble over; `|` stands where one sentence ends and the next begins. */
const HARD = [
  'She was seen by Dr. Q. Roe. | He noted spasm.',
  'Strength was 4/5 vs. 5/5 on the left. | Reflexes were equal.',
  'Take one tablet p.o. b.i.d. p.r.n. for pain. | Refill in May.',
  'She takes it twice a day p.r.n. | He was told to stop.',
  'Flexion was approx. 40 degrees. | Extension was full.',
  'The claim, No. 12, was filed. | It was denied.',
  'Pain was 7.5 out of 10. | It was 3.0 with medication.',
  'Diagnoses: 1. Neck strain. | 2. Low back sprain. | 3. Bursitis.',
  'Assessment: 1. Elbow sprain 2. Wrist sprain 3. Contusion',
  'The knee is tender.The ankle is not.',
  'MRI of 3/4/12 shows a tear. | EMG was not done.',
  'The plan is to r/o ? meniscal tear of the knee. | An MRI was asked for.',
  'He works for Acme Inc. as a welder. | He lifts 50 lbs. daily.',
  'He lifts up to 50 lbs. | The job is heavy.',
  'Exam: ROM decreased. | Spurling negative. | Grip 20 kg.',
  '"It hurts." | She points at the heel.',
  'Injections were given at L4-5, L5-S1. | L3-4 was left alone.',
  'Vitamin D was low, e.g. 14 in May. | It was replaced.',
  'The patient saw J. Doe, M.D. for a consult. | X-rays were normal.',
  'The patient saw J. Doe, M.D. | The x-rays were normal.',
  'The rt. shoulder and lt. elbow hurt. | Both are swollen.',
  'Did therapy help? | It did not. | Surgery was discussed!',
  'The tear is 1.2 cm. in length. | It is partial.',
  'On Jan. 5, 2014 she fell. | On Feb. 2 she was seen.',
  'Hx. of diabetes. | No smoking.',
  'Symptoms began approx. 3 yrs. ago. | They persist.',
  'The test (see Fig. 2) was positive. | A brace was given.',
  'Seen at 9 a.m. | She was in pain.',
  'Seen at 9 a.m. Monday for the foot. | She limps.',
  'The letter was short (two lines). | Nobody signed.',
]

describe('sentences of clinical prose', () => {
  it.each(HARD.filter((t) => !t.includes('tender.The')))('%s', (marked) => {
    const expected = marked.split(/\s*\|\s*/)
    expect(parts(marked.replace(/\s*\|\s*/g, ' '))).toEqual(expected)
  })

  it('end where the next one runs in', () =>
    expect(parts('The knee is tender.The ankle is not.')).toEqual(['The knee is tender.', 'The ankle is not.']))

  it('lie side by side, from the first character to the last', () => {
    const text = `${HARD.join(' ')}\nA row\nand another`
    const all = sentencesOf(text)
    expect(all[0]?.start).toBe(0)
    expect(all.at(-1)?.end).toBe(text.length)
    for (const [i, s] of all.entries()) expect(s.start).toBe(all[i - 1]?.end ?? 0)
  })

  it('go on over line breaks', () => expect(parts('The knee\nis tender. It\nhurts.')).toHaveLength(2))

  it('none is in an empty text', () => expect(sentencesOf('')).toEqual([]))
})

describe('the end of the first sentence', () => {
  it.each([
    ['neck strain. He', 11],
    ['strain vs. sprain. He', 17],
    ['neck strain', -1],
    ['"neck strain." He', 12],
  ])('%s: %i', (text, at) => expect(firstSentenceEnd(text)).toBe(at))
})

describe('the sentence that a text breaks off in', () => {
  it.each([
    ['He fell. He was hurt on ', 'He was hurt on '],
    ['He fell. ', ''],
    ['Seen by Dr. ', 'Seen by Dr. '],
    ['', ''],
  ])('%j: %j', (text, expected) => expect(lastSentence(text)).toBe(expected))
})
