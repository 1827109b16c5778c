import { describe, expect, it } from 'vitest'
import { propose } from '../../../src/decide/index.ts'
import { type Proposal, proposalSchema } from '../../../src/model/index.ts'
import { type Asked, aDecisionRequest, library, type Told } from '../a-request.ts'

const all = (told: Told, ...asked: readonly Asked[]): readonly Proposal[] =>
  propose(aDecisionRequest(told, ...asked), library)
const one = (told: Told, asked: Asked): Proposal => {
  const [proposal] = all(told, asked)
  if (!proposal) throw new Error('no proposal')
  return proposalSchema.parse(proposal)
}
const results = (p: Proposal) => Object.fromEntries(p.criteria.map((c) => [c.id, c.result]))
const drug = (
  name: string,
  quantity: number | null = 60,
  ...ingredients: readonly (readonly [string, string])[]
): NonNullable<Asked['drug']> => ({
  name,
  strength: null,
  quantity,
  refills: null,
  ingredients: ingredients.map(([n, strength]) => ({ name: n, strength })),
})

describe('a letter with acupuncture, massage and work hardening', () => {
  const told: Told = {
    injured: '2013-02-11',
    reviewed: '2014-04-03',
    summary:
      'The patient hurt her knee and hip. Exam showed tenderness and motor strength of 5/5. Light touch is present. The physician is asking for acupuncture, massage and work hardening.',
  }
  const [acupuncture, massage, hardening] = all(
    told,
    { request: 'Acupuncture with infrared', category: 'acupuncture', openEnded: true },
    { request: 'Myofascial release 2x8 for the right knee', category: 'massage', visits: 16, regions: ['knee'] },
    { request: 'Work hardening x12', category: 'work-hardening', visits: 12 },
  )

  it('upholds acupuncture without a number of sessions and names what is missing', () => {
    expect(acupuncture).toMatchObject({ proposal: 'upheld', limit: null, guideline: { edition: 'ACU-2007' } })
    expect(acupuncture?.guideline?.citation).toContain('8 CCR 9792.24.1')
    expect(acupuncture?.missing).toEqual(expect.arrayContaining(['number of sessions', 'frequency', 'duration']))
    expect(acupuncture?.rationale).toContain('3 to 6 visits as a first trial')
  })

  it('upholds 16 visits of massage against 4 to 6', () => {
    expect(massage).toMatchObject({
      proposal: 'upheld',
      limit: { requested: [16, 16], allowed: [4, 6], unit: 'visits', excess: 10 },
      guideline: { edition: 'CP-2009', citation: expect.stringContaining('p60') },
    })
  })

  it('upholds 12 visits of work hardening against 10 over 8 weeks, and says that the excess is small', () => {
    expect(hardening).toMatchObject({
      proposal: 'upheld',
      limit: { allowed: [10, 10], excess: 2 },
      guideline: { edition: 'ODG' },
    })
    expect(hardening?.rationale).toContain('10 visits over 8 weeks')
    expect(hardening?.rationale).toContain('Labor Code 4604.5(a)')
  })
})

describe('MRI', () => {
  const lumbar: Asked = { request: 'MRI of the lumbar spine', category: 'imaging-mri', regions: ['low-back'] }
  const deficit = 'Straight leg raise was positive with decreased sensation at L5.'
  const failed = 'She failed conservative care including physical therapy.'
  const surgeon = 'A surgical consultation is planned.'

  it.each<[string, string, Proposal['proposal'], string]>([
    ['all that is asked for', `${deficit} ${failed} ${surgeon}`, 'overturned', 'mri-lumbar'],
    ['a red flag alone', 'The patient has saddle anesthesia.', 'overturned', 'mri-lumbar'],
    ['no deficit', `The patient is neurologically intact. ${failed} ${surgeon}`, 'upheld', 'mri-lumbar'],
    ['nothing of conservative care', `${deficit} ${surgeon}`, 'physician-review', 'mri-lumbar'],
    ['nothing at all', 'The patient has low back pain.', 'physician-review', 'mri-lumbar'],
    [
      'contradicting examinations',
      `${deficit} ${failed} ${surgeon} On 5/1/15 the patient was neurologically intact.`,
      'physician-review',
      'mri-lumbar',
    ],
  ])('of the low back, with %s in the record', (_, summary, proposal, id) => {
    expect(one({ summary }, lumbar)).toMatchObject({ proposal, guideline: { id, edition: 'ACOEM-2004' } })
  })

  it('names what is missing and never counts it as no', () => {
    const proposal = one({ summary: deficit }, lumbar)
    expect(results(proposal)).toMatchObject({
      'neuro-deficit': 'met',
      'conservative-care-failed': 'not-found',
      'surgery-considered': 'not-found',
    })
    expect(proposal.missing).toEqual(['conservative care tried without success', 'surgery under consideration'])
  })

  it('is early in the first four weeks, unless there is a red flag', () => {
    const told: Told = { injured: '2015-04-20', summary: `${deficit} ${failed} ${surgeon}` }
    expect(one(told, lumbar)).toMatchObject({ proposal: 'upheld' })
    expect(one({ ...told, summary: 'There is progressive weakness of the leg.' }, lumbar).proposal).toBe('overturned')
  })

  it.each<[string, Asked, string, Proposal['proposal']]>([
    [
      'neck',
      { request: 'MRI cervical spine', category: 'imaging-mri', regions: ['neck'] },
      'There was decreased sensation in the right C6 dermatome.',
      'overturned',
    ],
    [
      'neck',
      { request: 'MRI cervical spine', category: 'imaging-mri', regions: ['neck'] },
      'The neck is tender.',
      'physician-review',
    ],
    [
      'shoulder',
      { request: 'MRI left shoulder', category: 'imaging-mri', regions: ['shoulder'] },
      'Drop arm was positive after six weeks of physical therapy.',
      'overturned',
    ],
    [
      'knee',
      { request: 'MRI right knee', category: 'imaging-mri', regions: ['knee'] },
      'The knee locks and gives way; McMurray was positive. Physical therapy did not help.',
      'overturned',
    ],
    [
      'knee',
      { request: 'MRI right knee', category: 'imaging-mri', regions: ['knee'] },
      'McMurray was positive.',
      'physician-review',
    ],
    [
      'hip',
      { request: 'MRI right hip', category: 'imaging-mri', regions: ['hip'] },
      'Avascular necrosis is suspected.',
      'overturned',
    ],
  ])('of the %s (%#)', (_, asked, summary, proposal) => {
    expect(one({ summary }, asked).proposal).toBe(proposal)
  })

  it('without a part of the body goes to a physician with that named', () => {
    expect(one({ summary: deficit }, { request: 'MRI', category: 'imaging-mri' })).toMatchObject({
      proposal: 'physician-review',
      guideline: null,
      missing: ['part of the body'],
    })
  })
})

describe('physical therapy', () => {
  const asked: Asked = {
    request: 'Physical therapy for the low back',
    category: 'physical-therapy',
    visits: 6,
    regions: ['low-back'],
  }
  it.each<[string, string, number, Proposal['proposal']]>([
    ['a first course within the limit', 'There was no prior physical therapy.', 6, 'overturned'],
    ['a first course beyond it', 'There was no prior physical therapy.', 18, 'upheld'],
    ['an unknown number of earlier visits', 'Treatment included physical therapy.', 6, 'physician-review'],
    ['nothing on earlier visits', 'The back is tender.', 6, 'physician-review'],
    [
      'more after an improvement, together within the limit',
      'She completed 4 sessions of physical therapy with improved function.',
      6,
      'overturned',
    ],
    [
      'more after an improvement, together beyond it',
      'She completed 8 sessions of physical therapy with improved function.',
      6,
      'upheld',
    ],
    [
      'more without improvement',
      'She completed 4 sessions of physical therapy without functional improvement.',
      6,
      'upheld',
    ],
    [
      'more than 24 visits of one kind in all',
      'She completed 22 sessions of physical therapy with improved function.',
      6,
      'upheld',
    ],
  ])('with %s', (_, summary, visits, proposal) => {
    expect(one({ summary }, { ...asked, visits }).proposal).toBe(proposal)
  })

  it('beyond 24 visits in all cites the Labor Code', () => {
    const summary = 'She completed 22 sessions of physical therapy with improved function.'
    expect(one({ summary }, asked).rationale).toContain('Labor Code 4604.5(c)(1)')
  })

  it('is decided on what remains, and the limit counts what was authorized', () => {
    const proposal = one(
      { summary: 'There was no prior physical therapy.' },
      { ...asked, original: 'Physical therapy 12 sessions', authorized: '6 sessions' },
    )
    expect(proposal).toMatchObject({ proposal: 'upheld', limit: { requested: [12, 12], allowed: [9, 10], excess: 2 } })
    expect(proposal.rationale).toContain('6 authorized by utilization review')
  })
})

describe('topical drugs', () => {
  it.each<[string, Asked, string, Proposal['proposal']]>([
    [
      'with an ingredient that is not recommended',
      {
        request: 'Flurbiprofen 20% / cyclobenzaprine 5% cream',
        category: 'drug-topical',
        drug: drug('Flurbiprofen', 30, ['Flurbiprofen', '20%'], ['Cyclobenzaprine', '5%']),
      },
      '',
      'upheld',
    ],
    [
      'with lidocaine in a cream',
      { request: 'Lidocaine 4% cream', category: 'drug-topical', drug: drug('Lidocaine', 30) },
      '',
      'upheld',
    ],
    [
      'whose name stands for such a mixture',
      { request: 'LidoPro 121gm', category: 'drug-topical', drug: drug('LidoPro', 121) },
      '',
      'upheld',
    ],
    [
      'with too much capsaicin',
      {
        request: 'Capsaicin 0.0375% cream',
        category: 'drug-topical',
        drug: { name: 'Capsaicin', strength: '0.0375%', quantity: 60, refills: null, ingredients: [] },
      },
      'She has not responded to gabapentin.',
      'upheld',
    ],
    [
      'with capsaicin as the last resort',
      {
        request: 'Capsaicin 0.025% cream',
        category: 'drug-topical',
        drug: { name: 'Capsaicin', strength: '0.025%', quantity: 60, refills: null, ingredients: [] },
      },
      'She has not responded to gabapentin.',
      'overturned',
    ],
    [
      'as a lidocaine patch after first-line drugs',
      { request: 'Lidoderm 5% patch #30', category: 'drug-topical', drug: drug('Lidoderm', 30) },
      'She has burning neuropathic pain and failed gabapentin.',
      'overturned',
    ],
    [
      'as a lidocaine patch, first-line drugs not told of',
      { request: 'Lidoderm 5% patch #30', category: 'drug-topical', drug: drug('Lidoderm', 30) },
      'She has burning neuropathic pain.',
      'physician-review',
    ],
    [
      'as a gel for the shoulder',
      {
        request: 'Voltaren gel for the shoulder',
        category: 'drug-topical',
        regions: ['shoulder'],
        drug: drug('Voltaren gel', 100),
      },
      'She has osteoarthritis.',
      'upheld',
    ],
    [
      'as a gel for an arthritic knee',
      {
        request: 'Voltaren gel for the knee',
        category: 'drug-topical',
        regions: ['knee'],
        drug: drug('Voltaren gel', 100),
      },
      'She has osteoarthritis of the knee.',
      'overturned',
    ],
  ])('%s', (_, asked, summary, proposal) => {
    expect(one({ summary: summary || 'She has pain.' }, asked).proposal).toBe(proposal)
  })

  it('name the ingredient and the guideline', () => {
    const asked: Asked = {
      request: 'Gabapentin 10% / lidocaine 5% cream',
      category: 'drug-topical',
      drug: drug('Gabapentin', 60, ['Gabapentin', '10%'], ['Lidocaine', '5%']),
    }
    expect(one({}, asked).rationale).toMatch(/It holds gabapentin, which .*p111-113/)
  })
})

describe('a drug that protects the stomach', () => {
  const asked: Asked = { request: 'Omeprazole 20mg #60', category: 'drug-ppi-h2', drug: drug('Omeprazole') }
  it.each<[string, Told, Proposal['proposal']]>([
    ['with an NSAID and gastritis', { summary: 'He takes naproxen and has gastritis.' }, 'overturned'],
    ['with an NSAID and his age', { summary: 'He takes naproxen.', age: 70 }, 'overturned'],
    [
      'with an NSAID and no risk',
      { summary: 'He takes naproxen. He denies gastrointestinal complaints.', age: 40 },
      'upheld',
    ],
    ['with an NSAID and nothing said of a risk', { summary: 'He takes naproxen.', age: 40 }, 'physician-review'],
    ['without an NSAID', { summary: 'He has gastritis and is not taking NSAIDs.' }, 'upheld'],
  ])('%s', (_, told, proposal) => {
    expect(one(told, asked).proposal).toBe(proposal)
  })

  it('counts an NSAID that is asked for in the same letter', () => {
    const [first] = all({ summary: 'He has dyspepsia.' }, asked, {
      request: 'Naproxen 550mg #60',
      category: 'drug-nsaid',
      drug: drug('Naproxen'),
    })
    expect(first).toMatchObject({ proposal: 'overturned' })
  })

  it('without a quantity is open-ended', () => {
    const proposal = one(
      { summary: 'He takes naproxen and has gastritis.' },
      { ...asked, drug: drug('Omeprazole', null), openEnded: true },
    )
    expect(proposal).toMatchObject({ proposal: 'upheld', missing: ['quantity'] })
  })
})

describe('electrodiagnostic studies', () => {
  it.each<[string, Asked, string, Proposal['proposal']]>([
    [
      'of the arms with numbness',
      { request: 'EMG/NCV bilateral upper extremities', category: 'electrodiagnostic', regions: ['upper-extremity'] },
      'She has numbness in the right hand.',
      'overturned',
    ],
    [
      'of the arms, neurologically intact',
      { request: 'EMG/NCV bilateral upper extremities', category: 'electrodiagnostic', regions: ['upper-extremity'] },
      'She is neurologically intact. Tinel was negative.',
      'upheld',
    ],
    [
      'of the arms, nothing said',
      { request: 'EMG/NCV bilateral upper extremities', category: 'electrodiagnostic', regions: ['upper-extremity'] },
      'Her neck is tender.',
      'physician-review',
    ],
    [
      'NCV of the legs',
      { request: 'NCV right lower extremity', category: 'electrodiagnostic', regions: ['lower-extremity'] },
      'She has numbness in the foot.',
      'upheld',
    ],
    [
      'EMG of the legs after a month of therapy',
      { request: 'EMG right lower extremity', category: 'electrodiagnostic', regions: ['lower-extremity'] },
      'She had six weeks of physical therapy and has numbness in the foot.',
      'overturned',
    ],
  ])('%s', (_, asked, summary, proposal) => {
    expect(one({ summary, injured: '2016-05-01', reviewed: '2016-11-01' }, asked).proposal).toBe(proposal)
  })
})

describe('an opioid', () => {
  const asked: Asked = { request: 'Norco 10/325mg #90', category: 'drug-opioid', drug: drug('Norco', 90) }

  it('is supported by relief, function and monitoring on record', () => {
    const summary =
      'With medication her pain falls and function is improved; she is able to do more with improved activities of daily living. A urine drug screen was consistent.'
    expect(one({ summary }, asked)).toMatchObject({ proposal: 'overturned', guideline: { edition: 'CP-2009' } })
  })

  it('that falls carries the caution against stopping at once', () => {
    const proposal = one(
      { summary: 'There was no functional improvement.' },
      { ...asked, openEnded: true, drug: drug('Norco', null) },
    )
    expect(proposal.proposal).toBe('upheld')
    expect(proposal.rationale).toContain('no advice to stop a drug abruptly')
  })
})

describe('services that belong to a surgery', () => {
  const surgery: Asked = { request: 'Left knee arthroscopy with meniscectomy', category: 'surgery', regions: ['knee'] }
  const clearance: Asked = {
    request: 'Associated surgical service: Pre-operative medical clearance',
    category: 'surgical-associated',
    parentSequence: 1,
  }
  const cold: Asked = {
    request: 'Associated surgical service: cold therapy unit 7 day rental',
    category: 'surgical-associated',
    parentSequence: 1,
    frequency: { duration: [7, 7], durationUnit: 'day' },
  }
  const ready =
    'MRI showed a meniscal tear with locking of the knee. She failed physical therapy and is unable to climb stairs.'

  it('fall with it', () => {
    const [first, second] = all(
      { summary: 'The knee has a meniscal tear. She has not tried physical therapy.' },
      surgery,
      clearance,
    )
    expect(first?.proposal).toBe('upheld')
    expect(second).toMatchObject({
      proposal: 'upheld',
      criteria: expect.arrayContaining([expect.objectContaining({ id: 'belongs-to', result: 'not-met' })]),
    })
    expect(second?.rationale).toMatch(/^It belongs to service 1/)
  })

  it('wait with it', () => {
    const [, second] = all({ summary: 'The knee is tender.' }, surgery, clearance)
    expect(second?.proposal).toBe('physician-review')
  })

  it('are judged on their own once it stands', () => {
    const [first, second, third, fourth] = all({ summary: `${ready} She has diabetes.` }, surgery, clearance, cold, {
      ...cold,
      frequency: { duration: [30, 30], durationUnit: 'day' },
    })
    expect([first, second, third, fourth].map((p) => p?.proposal)).toEqual([
      'overturned',
      'overturned',
      'overturned',
      'upheld',
    ])
    expect(fourth?.limit).toMatchObject({ unit: 'days', excess: 23 })
  })

  it('are judged after it wherever it stands in the letter', () => {
    const [first] = all({ summary: ready, age: 70 }, { ...clearance, parentSequence: 2 }, surgery)
    expect(first?.proposal).toBe('overturned')
  })

  it('need the surgery’s authorization on record when it is not in dispute', () => {
    const told = (summary: string) => one({ summary, age: 70 }, { ...clearance, parentSequence: null }).proposal
    expect(told('The arthroscopy was authorized.')).toBe('overturned')
    expect(told('The knee is tender.')).toBe('physician-review')
  })
})

describe('what no guideline settles', () => {
  it('goes to a physician when no date is known', () => {
    const proposal = one({ injured: null, reviewed: null }, { request: 'Massage x6', category: 'massage', visits: 6 })
    expect(proposal).toMatchObject({
      proposal: 'physician-review',
      guideline: null,
      missing: [expect.stringContaining('date')],
    })
  })

  it('goes to a physician when no guideline speaks of it', () => {
    expect(one({}, { request: 'Cranial remodeling', category: 'other' })).toMatchObject({
      proposal: 'physician-review',
      guideline: null,
      missing: ['a guideline for this kind of service'],
    })
  })

  it('goes to a physician when the edition in force is under licence and not installed', () => {
    const proposal = one(
      { injured: '2017-01-05', reviewed: '2019-06-01', summary: 'He has gastritis and takes naproxen.' },
      { request: 'Functional capacity evaluation', category: 'functional-capacity-evaluation' },
    )
    expect(proposal.proposal).toBe('physician-review')
    expect(proposal.missing.join()).toContain('under licence')
  })

  it('but an open-ended request is open-ended under any edition', () => {
    const asked: Asked = {
      request: 'Functional restoration program',
      category: 'massage',
      openEnded: true,
      regions: ['neck'],
    }
    expect(one({ injured: '2015-01-05', reviewed: '2017-06-01' }, asked).proposal).toBe('upheld')
  })

  it('goes to a physician when the figures at hand are not verified', () => {
    expect(
      one(
        { summary: 'He does a home exercise program.' },
        { request: 'Exercise equipment', category: 'home-exercise-or-gym' },
      ).proposal,
    ).toBe('physician-review')
  })

  it('is upheld when the guideline is against it and no exception is on record, with the exception named', () => {
    const proposal = one(
      { summary: 'He is in pain.' },
      { request: 'Gym membership 3 months', category: 'home-exercise-or-gym' },
    )
    expect(proposal.proposal).toBe('upheld')
    expect(proposal.missing).toContain('a home exercise program without success')
  })
})
