import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDiagnoses } from '../../../../src/normalize/determination/diagnoses/index.ts'
import { Transcript } from '../../../../src/normalize/page-text/transcript.ts'
import { aPage } from '../../../fixtures/pages.ts'

/** Sets a text in rows of a page, as a scan would show it, and reads its diagnoses. */
function read(text: string, dateOfService: string | null = '2014-03-01') {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    if (row.length + word.length > 78) {
      rows.push(row)
      row = word
    } else row = row === '' ? word : `${row} ${word}`
  }
  const transcript = new Transcript([aPage([...rows, row])])
  return findDiagnoses(transcript, { start: 0, end: transcript.text.length }, { dateOfService })
}
const words = (text: string) => read(text).map((d) => d.text.value)

describe('statements of diagnoses', () => {
  it.each([
    [
      'The diagnoses include cervical sprain and left wrist strain. He takes ibuprofen.',
      ['cervical sprain', 'left wrist strain'],
    ],
    ['The current diagnosis is documented as lumbar strain. Therapy was begun.', ['lumbar strain']],
    ['She is being treated for right elbow tendonitis and headaches.', ['right elbow tendonitis', 'headaches']],
    ['The worker was diagnosed with a left hip contusion. An x-ray was normal.', ['left hip contusion']],
    [
      'Diagnoses: 1. knee sprain 2. ankle strain 3. hip bursitis. Plan: therapy.',
      ['knee sprain', 'ankle strain', 'hip bursitis'],
    ],
    [
      'Impression: plantar fasciitis, right foot; gastritis. Plan is orthotics.',
      ['plantar fasciitis, right foot', 'gastritis'],
    ],
    [
      'He carries a diagnosis of medial epicondylitis, left elbow. He denies numbness.',
      ['medial epicondylitis, left elbow'],
    ],
    ['A: 1) neck strain 2) insomnia. P: continue.', ['neck strain', 'insomnia']],
    [
      'The claimant has been undergoing treatment for major depressive disorder, single episode and anxiety.',
      ['major depressive disorder, single episode', 'anxiety'],
    ],
    [
      'The diagnoses are: 1. neck strain2. right hand ganglion, s/p excision 20103. insomnia due to pain. Exam was normal.',
      ['neck strain', 'right hand ganglion, s/p excision 2010', 'insomnia due to pain'],
    ],
    [
      'The diagnoses are documented as disc protrusion at L3-4 and L4-5 with right sided radiculopathy, and lumbar stenosis. He works.',
      ['disc protrusion at L3-4 and L4-5 with right sided radiculopathy', 'lumbar stenosis'],
    ],
    [
      'She was diagnosed with bursitis of the right elbow, sprain of the right wrist and forearm and cervicobrachial syndrome. She rests.',
      ['bursitis of the right elbow', 'sprain of the right wrist and forearm', 'cervicobrachial syndrome'],
    ],
    [
      'Diagnoses: tear of lateral meniscus, left knee, initial encounter (S83.282A), and radiculopathy, cervical region (M54.12). Plan: MRI.',
      ['tear of lateral meniscus, left knee, initial encounter (S83.282A)', 'radiculopathy, cervical region (M54.12)'],
    ],
  ])('are read from %j', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it.each([
    'The applicant has filed a claim for knee pain after a fall at work.',
    'He complained of neck pain and stiffness. The examination showed spasm of the shoulder.',
    'Diagnostic studies included an MRI of the knee. The differential diagnosis was discussed.',
    'The guidelines recommend ten visits for a diagnosis of sprain.',
    'Pain was attributed to a fall from a ladder.',
  ])('are none in %j', (text) => {
    expect(words(text)).toEqual([])
  })

  it('of a later visit take the place of those of an earlier one', () => {
    expect(
      words('He was diagnosed with a head contusion. Two weeks later he was diagnosed with neck muscle strain.'),
    ).toEqual(['neck muscle strain'])
  })

  it('are found behind words that scanning damaged', () => {
    expect(words('The d1agnosis is 1umbar strain. He rests.')).toHaveLength(1)
  })
})

describe('a list of diagnoses', () => {
  it('that is numbered and run together is parted at its numbers and ends where the examination begins', () => {
    expect(
      words(
        'Based on the 1/6/14 report the diagnoses are: 1. MPS2. right elbow sprain3. left thumb strain4. right elbow tendonitisExam on 1/6/14 showed tenderness.',
      ),
    ).toEqual(['MPS', 'right elbow sprain', 'left thumb strain', 'right elbow tendonitis'])
  })

  it.each([
    ['strain of muscle, fascia and tendon of lower back, initial encounter'],
    ['cervical, hip, and neck strain'],
    ['wrist and elbow sprain'],
    ['disc protrusion at L3-4 with lateral recess and foraminal stenosis'],
    ['pain in the right wrist'],
    ['tear of the lateral cartilage and/or meniscus'],
  ])('keeps %j whole', (diagnosis) => {
    expect(words(`The current diagnosis is documented as ${diagnosis}. Therapy was begun.`)).toEqual([diagnosis])
  })

  it('printed with commas or semicolons reads back as it was', () => {
    const side = fc.constantFrom('left', 'right', 'bilateral')
    const place = fc.constantFrom('knee', 'shoulder', 'ankle', 'wrist', 'elbow', 'hip')
    const disease = fc.constantFrom('sprain', 'strain', 'contusion', 'bursitis', 'tendonitis')
    const one = fc.tuple(side, place, disease).map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.uniqueArray(one, { minLength: 1, maxLength: 6 }), fc.constantFrom('; ', ', '), (list, by) => {
        expect(words(`The diagnoses are ${list.join(by)}. The patient works.`)).toEqual(list)
        const last = list.at(-1) ?? ''
        const told = list.length > 1 ? `${list.slice(0, -1).join(', ')} and ${last}` : last
        expect(words(`The diagnoses include ${told}. The patient works.`)).toEqual(list)
      }),
    )
  })

  it('of any garbage gives fields with evidence, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (noise) => {
        for (const d of read(`The diagnoses are ${noise.replace(/\s+/g, ' ').trim()} x`))
          expect(d.text.evidence.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('a diagnosis', () => {
  it('has its abbreviations written out, its region and its side', () => {
    expect(read('The diagnoses are MPS and left CTS. He works.')).toMatchObject([
      { expanded: 'myofascial pain syndrome' },
      { expanded: 'left carpal tunnel syndrome', region: 'wrist', laterality: 'left' },
    ])
  })

  it.each([
    ['rule out right knee meniscus tear', 'suspected'],
    ['possible rotator cuff tear', 'suspected'],
    ['status post left carpal tunnel release', 'history'],
    ['right ankle sprain', 'confirmed'],
  ])('%j is %s', (diagnosis, certainty) => {
    expect(read(`The diagnoses include ${diagnosis}. He works.`).map((d) => d.certainty)).toEqual([certainty])
  })

  it('has the code that is printed, or one inferred by the date of service and marked so', () => {
    const codes = (text: string, date: string | null) =>
      read(`The diagnosis is ${text}. He works.`, date).flatMap((d) => d.codes)
    expect(codes('left carpal tunnel syndrome, G56.02', '2016-05-01')).toEqual([
      { system: 'ICD-10-CM', code: 'G56.02', inferred: false },
    ])
    expect(codes('low back pain', '2014-05-01')).toEqual([{ system: 'ICD-9-CM', code: '724.2', inferred: true }])
    expect(codes('left carpal tunnel syndrome', '2016-05-01')).toEqual([
      { system: 'ICD-10-CM', code: 'G56.02', inferred: true },
    ])
    expect(codes('carpal tunnel syndrome', '2016-05-01')).toEqual([])
    expect(codes('low back pain', null)).toEqual([])
  })

  it('carries page, box, words and the rule that found it', () => {
    const [diagnosis] = read('The diagnoses include cervical sprain. He takes ibuprofen.')
    expect(diagnosis?.text).toMatchObject({ raw: 'cervical sprain', rule: 'diagnoses.stated', status: 'extracted' })
    expect(diagnosis?.text.evidence).toMatchObject([{ page: 1, text: 'cervical sprain.' }])
  })
})
