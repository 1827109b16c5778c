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
      ['tear of lateral meniscus, left knee, initial encounter', 'radiculopathy, cervical region'],
    ],
  ])('are read from %j', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it.each([
    'The applicant claims that the knee hurts since a fall at work.',
    'He complained of neck pain and stiffness. The examination showed spasm of the shoulder.',
    'Diagnostic studies included an MRI of the knee. The differential diagnosis was discussed.',
    'The guidelines recommend ten visits for a diagnosis of sprain.',
    'Pain was attributed to a fall from a ladder.',
    'She does not carry a diagnosis of depression.',
    'He does not have a diagnosis of cervical radiculopathy.',
    'His wife was diagnosed with depression.',
    'The provider questioned the diagnosis of gout.',
    'The diagnosis of lumbar radiculopathy is not supported by the record.',
    'The diagnosis of carpal tunnel syndrome has been excluded.',
    'The diagnosis of neuropathy was not confirmed by testing.',
    'She had never been diagnosed with diabetes.',
  ])('are none in %j', (text) => {
    expect(words(text)).toEqual([])
  })

  it('of a later visit take the place of those of an earlier one', () => {
    expect(
      words('She was diagnosed with a rib contusion. A month later she was diagnosed with a shoulder girdle strain.'),
    ).toEqual(['shoulder girdle strain'])
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
    ['disc protrusion at L3-4 with central canal and foraminal narrowing'],
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

describe('lists as they come', () => {
  it.each<[string, readonly string[]]>([
    [
      'Axis I: Major depressive disorder, single episode, moderate; generalized anxiety disorder; insomnia related to anxiety. Axis II: No diagnosis. Axis III: Lumbar strain. Axis IV: occupational problems. Axis V: GAF 55. He takes Zoloft.',
      [
        'Major depressive disorder, single episode, moderate',
        'generalized anxiety disorder',
        'insomnia related to anxiety',
        'Lumbar strain',
      ],
    ],
    [
      'Current diagnoses are thoracic strain left knee sprain cervical radiculopathy insomnia. He rates his pain 5/10.',
      ['thoracic strain', 'left knee sprain', 'cervical radiculopathy', 'insomnia'],
    ],
    [
      'The diagnosis is lumbar degenerative disc disease. He rates his pain 5/10.',
      ['lumbar degenerative disc disease'],
    ],
    ['Diagnoses: lumbar radiculopathy lumbar stenosis. He works.', ['lumbar radiculopathy', 'lumbar stenosis']],
    [
      'Diagnoses: 1. lumbar strain 2. 3 mm disc protrusion at L4-5 3. left hip bursitis. He works.',
      ['lumbar strain', '3 mm disc protrusion at L4-5', 'left hip bursitis'],
    ],
    ['The diagnoses are right knee sprain left knee strain. He works.', ['right knee sprain', 'left knee strain']],
    [
      'Diagnoses: M17.12: Unilateral primary osteoarthritis, left knee. M75.41: Impingement syndrome of right shoulder. M54.2: Cervicalgia. Two injections helped.',
      ['Unilateral primary osteoarthritis, left knee', 'Impingement syndrome of right shoulder', 'Cervicalgia'],
    ],
    [
      'Diagnoses were lumbar radiculitis [ICD-9 724.4], left medial epicondylitis [ICD-9 726.31], and hypertension. She works.',
      ['lumbar radiculitis', 'left medial epicondylitis', 'hypertension'],
    ],
    [
      'The listed diagnoses are: s/p right knee arthroscopy (3/2013); right knee chondromalacia. Therapy was given.',
      ['s/p right knee arthroscopy (3/2013)', 'right knee chondromalacia'],
    ],
    [
      'Diagnoses: Asthma, aggravated by fumes and dust; insomnia secondary to pain. Medications include albuterol.',
      ['Asthma, aggravated by fumes and dust', 'insomnia secondary to pain'],
    ],
    [
      'He was diagnosed with second degree burn of the left wrist and hand with scarring. Dressings were used.',
      ['second degree burn of the left wrist and hand with scarring'],
    ],
    [
      'Diagnoses are pain and weakness of the left leg rule out tarsal tunnel syndrome after the crush rule out lumbar radiculopathy. He works.',
      [
        'pain and weakness of the left leg',
        'rule out tarsal tunnel syndrome after the crush',
        'rule out lumbar radiculopathy',
      ],
    ],
    [
      'The records tell that she is undergoing treatments for neck pain, cervical radiculitis and muscle weakness. She works.',
      ['neck pain', 'cervical radiculitis', 'muscle weakness'],
    ],
    [
      'Diagnoses: 1. pain in the right hip 2. pain in the right toe 3. pain in the right knee. He works.',
      ['pain in the right hip', 'pain in the right toe', 'pain in the right knee'],
    ],
    ['The diagnoses are not stated in the records provided. He complains of elbow pain.', []],
    [
      'The treating psychologist diagnosed adjustment disorder, chronic, and panic disorder. She sleeps badly.',
      ['adjustment disorder, chronic', 'panic disorder'],
    ],
    [
      'Diagnoses: - Cervical sprain - Left shoulder contusion, R/O labral tear - Coccydynia. He works.',
      ['Cervical sprain', 'Left shoulder contusion', 'R/O labral tear', 'Coccydynia'],
    ],
    [
      'Diagnoses are left inguinal hernia (550.90), umbilical hernia (553.1), and suspected right inguinal hernia. He has not had surgery.',
      ['left inguinal hernia', 'umbilical hernia', 'suspected right inguinal hernia'],
    ],
    [
      'He was diagnosed with tendinitis of the wrist. He was also found to have right cubital tunnel syndrome. Therapy helped.',
      ['tendinitis of the wrist', 'right cubital tunnel syndrome'],
    ],
    [
      'Diagnoses were #1 Lumbar facet arthropathy #2 SI joint dysfunction, right #3 Chronic pain syndrome. He continues to work.',
      ['Lumbar facet arthropathy', 'SI joint dysfunction, right', 'Chronic pain syndrome'],
    ],
    [
      'The diagnoses are: 1. lumbar sprain 2. left knee pain 3. s/p right shoulder arthroscopy 6/12/124. cervical strain. The provider requested therapy.',
      ['lumbar sprain', 'left knee pain', 's/p right shoulder arthroscopy 6/12/12', 'cervical strain'],
    ],
    [
      'Diagnoses: (1) Crush injury, left hand; (2) Amputation of left index finger; (3) Hand stiffness; (4) Neuroma, L index finger stump - rule out. Plan: therapy.',
      [
        'Crush injury, left hand',
        'Amputation of left index finger',
        'Hand stiffness',
        'Neuroma, L index finger stump - rule out',
      ],
    ],
    [
      'Diagnoses included 4.Cervical strain 5.Bilateral shoulder arthralgiaThe provider requested therapy.',
      ['Cervical strain', 'Bilateral shoulder arthralgia'],
    ],
    [
      'The patient is a 45 year old woman with cervical radiculopathy, lumbar strain and right knee osteoarthritis due to a work injury on 6/6/2006. She takes Norco.',
      ['cervical radiculopathy', 'lumbar strain', 'right knee osteoarthritis'],
    ],
    [
      'She is diagnosed with osteoarthritis of the bilateral knees, obesity. She was given a brace.',
      ['osteoarthritis of the bilateral knees', 'obesity'],
    ],
    ['The diagnosis is not stated. He has neck pain.', []],
    [
      'The diagnoses are lumbar strain and knee pain. RSD was considered but rejected by the QME.',
      ['lumbar strain', 'knee pain'],
    ],
    [
      'Diagnoses are left calf pain, ruled-out DVT, and ankle sprain. He walks.',
      ['left calf pain', 'ruled-out DVT', 'ankle sprain'],
    ],
    ['He was diagnosed with old T12 fracture and lumbar strain. He works.', ['old T12 fracture', 'lumbar strain']],
    [
      'The injured worker was diagnosed with abrasion of brow, cheek and chin, acute thoracic sprain. He rests.',
      ['abrasion of brow, cheek and chin', 'acute thoracic sprain'],
    ],
    ['The diagnoses include right sided hip and groin pain. He rests.', ['right sided hip and groin pain']],
    [
      'The diagnoses are cervical strain with absence of myelopathy, absence of radiculopathy. He rests.',
      ['cervical strain with absence of myelopathy'],
    ],
    [
      'The diagnoses included status post right shoulder rotator cuff repair with residual stiffness, s/p left carpal tunnel release with current symptoms, and history of lumbar fusion. He rests.',
      [
        'status post right shoulder rotator cuff repair with residual stiffness',
        's/p left carpal tunnel release with current symptoms',
        'history of lumbar fusion',
      ],
    ],
    [
      'Diagnoses: 722.10 Lumbar disc displacement; 724.4 lumbar radiculitis; 847.0 cervical sprain. Plan: therapy.',
      ['Lumbar disc displacement', 'lumbar radiculitis', 'cervical sprain'],
    ],
    [
      'Diagnoses: Lumbar disc displacement (722.10), lumbar radiculitis (724.4), cervical sprain (847.0). Plan: therapy.',
      ['Lumbar disc displacement', 'lumbar radiculitis', 'cervical sprain'],
    ],
    [
      'Assessment: Left shoulder impingement syndrome; right same. He was given an injection.',
      ['Left shoulder impingement syndrome', 'right same'],
    ],
    [
      'The diagnoses were left and right carpal tunnel syndrome, left and right cubital tunnel syndrome. He is working.',
      ['left and right carpal tunnel syndrome', 'left and right cubital tunnel syndrome'],
    ],
    [
      'Working diagnoses were lumbar radiculopathy and rule out internal derangement of the right knee. Work status: off.',
      ['lumbar radiculopathy', 'rule out internal derangement of the right knee'],
    ],
    [
      'The patient is under treatment for a contusion of the scalp, neck and back, and post concussion syndrome. Exam is normal.',
      ['contusion of the scalp, neck and back', 'post concussion syndrome'],
    ],
    ['He suffers from chronic low back pain; he also has depression. Diagnosis: lumbago.', ['lumbago']],
    [
      'Her diagnoses consist of 1) Pain in joint, shoulder region; 2) Sprain of neck; 3) Unspecified myalgia and myositis. She is stable.',
      ['Pain in joint, shoulder region', 'Sprain of neck', 'Unspecified myalgia and myositis'],
    ],
    [
      'Impressions: Rotator cuff syndrome, shoulder, and allied disorders; sprains and strains of lumbar. Plan: MRI.',
      ['Rotator cuff syndrome, shoulder, and allied disorders', 'sprains and strains of lumbar'],
    ],
    [
      'DSM-IV diagnosis: Axis I - adjustment disorder with mixed anxiety and depressed mood. Axis II - deferred. She sleeps poorly.',
      ['adjustment disorder with mixed anxiety and depressed mood'],
    ],
    [
      'The diagnoses are left ankle strain/sprain, left elbow medial epicondylitis, and left wrist/hand tendinitis. Treatment was therapy.',
      ['left ankle strain/sprain', 'left elbow medial epicondylitis', 'left wrist/hand tendinitis'],
    ],
    [
      'Diagnosis: L5-S1 disc herniation with left S1 radiculopathy (rule out recurrent herniation). He limps.',
      ['L5-S1 disc herniation with left S1 radiculopathy (rule out recurrent herniation)'],
    ],
    [
      'This is a man of 50 years with a history of hypertension who was diagnosed with hernia, right inguinal. He was operated.',
      ['hernia, right inguinal'],
    ],
    [
      'Diagnosis: cervical, thoracic and lumbar strains; rule out thoracic and lumbar spine disc extrusion. Plan: MRI.',
      ['cervical, thoracic and lumbar strains', 'rule out thoracic and lumbar spine disc extrusion'],
    ],
    [
      'The current diagnoses include the following: carpal tunnel syndrome right- sided, and contusion of the right forearm. He works.',
      ['carpal tunnel syndrome right- sided', 'contusion of the right forearm'],
    ],
    [
      'The patient has diagnoses of neck pain, mid back pain, low back pain, and bilateral shoulder and knee pain. He works.',
      ['neck pain', 'mid back pain', 'low back pain', 'bilateral shoulder and knee pain'],
    ],
    [
      'The patient presents with persistent pain. The diagnoses listed by the physician were a tear of the meniscus of the left knee, current, subsequent encounter and effusion, left knee. Treatment was given.',
      ['tear of the meniscus of the left knee, current, subsequent encounter', 'effusion, left knee'],
    ],
    [
      "MRI of the lumbar spine showed disc bulges. The claimant's problem list: low back pain / lumbar radiculopathy / opioid dependence. Plan: taper.",
      ['low back pain', 'lumbar radiculopathy', 'opioid dependence'],
    ],
    [
      'The injured worker has been diagnosed with having lumbago, sciatica, and displacement of lumbar intervertebral disc without myelopathy. He works.',
      ['lumbago', 'sciatica', 'displacement of lumbar intervertebral disc without myelopathy'],
    ],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected)
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
    ['ruled-out DVT', 'ruled-out'],
    ['old T12 fracture', 'history'],
    ['neuroma of the left index finger - rule out', 'suspected'],
    ['cervical strain versus radiculopathy', 'suspected'],
    ['finger amputation s/p revision', 'confirmed'],
    ['status post right rotator cuff repair with residual stiffness', 'confirmed'],
    ['L5-S1 disc herniation (rule out recurrent herniation)', 'confirmed'],
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
    // Each day has its own codes: M54.5 was parted in October 2021, the bilateral carpal tunnel came in October 2016.
    expect(codes('low back pain', '2016-05-01')).toMatchObject([{ code: 'M54.5', inferred: true }])
    expect(codes('low back pain', '2022-05-01')).toMatchObject([{ code: 'M54.50', inferred: true }])
    expect(codes('bilateral carpal tunnel syndrome', '2016-05-01')).toEqual([])
    expect(codes('bilateral carpal tunnel syndrome', '2016-11-01')).toMatchObject([{ code: 'G56.03' }])
    // What and where must be told: words that only fill are no disease.
    for (const vague of ['chronic pain', 'joint pain', 'muscle spasm']) expect(codes(vague, '2014-05-01')).toEqual([])
    expect(codes('spasm of the back muscle', '2014-05-01')).toMatchObject([{ code: '728.85' }])
    // Of an injury nothing is inferred: sprain and strain part ways, and the last character says which encounter it was.
    expect(codes('lumbar strain', '2016-05-01')).toEqual([])
    expect(codes('low back pain', null)).toEqual([])
  })

  it.each([
    ['Diagnoses: 1. Cervical sprain 2. Lumbar sprain 3. Insomnia.', 'numbered'],
    ['The diagnoses include cervical sprain, lumbar sprain and insomnia.', 'listed'],
    ['She is diagnosed with a lumbar sprain.', 'single'],
    ['She is being treated for cervical sprain and lumbar sprain.', 'narrative'],
  ])('tells by its rule the shape of the statement: "%s" is %s', (text, shape) => {
    const rules = read(text).map((d) => d.text.rule.split('.').at(-1))
    expect(new Set(rules)).toEqual(new Set([shape]))
  })

  it('carries page, box, words and the rule that found it', () => {
    const [diagnosis] = read('The diagnoses include cervical sprain. He takes ibuprofen.')
    expect(diagnosis?.text).toMatchObject({
      raw: 'cervical sprain',
      rule: 'diagnoses.stated.single',
      status: 'extracted',
    })
    expect(diagnosis?.text.evidence).toMatchObject([{ page: 1, text: 'cervical sprain.' }])
  })
})

describe('a place that heads diagnoses', () => {
  it('is theirs up to the end of its sentence, in their region, their side and their expanded words', () => {
    const found = read(
      'Diagnoses: Cervical spine: disc protrusion C5-6, facet syndrome. Right shoulder: bursitis. The records show therapy.',
    )
    expect(found.map((d) => [d.text.value, d.region, d.laterality, d.expanded])).toEqual([
      ['disc protrusion C5-6', 'neck', null, 'Cervical spine disc protrusion C5-6'],
      ['facet syndrome', 'neck', null, 'Cervical spine facet syndrome'],
      ['bursitis', 'shoulder', 'right', 'Right shoulder bursitis'],
    ])
  })
})

describe('a disease whose name tells its seat', () => {
  it.each([
    ['tinnitus', 'ear'],
    ['Major depressive disorder', 'psyche'],
    ['concussion', 'head'],
    ['Cervicalgia', 'neck'],
    ['gastroesophageal reflux disease', null],
  ])('%s: %s', (words, region) => {
    expect(read(`The diagnosis is ${words}. She works.`)[0]?.region).toBe(region)
  })
})
