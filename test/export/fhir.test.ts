import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Bundle, ClaimResponse, FhirResource } from 'fhir/r4'
import { describe, expect, it } from 'vitest'
import { type Gold, parseGold } from '../../src/evaluate/index.ts'
import { bundleOf } from '../../src/export/fhir/index.ts'
import { timingOf } from '../../src/export/fhir/timing.ts'
import { type CaseRecord, type Field, type FieldStatus, missing } from '../../src/model/index.ts'
import { failedRecord } from '../../src/normalize/index.ts'
import { aDrug, aFrequency, aReader, aRecord, aService, read } from '../fixtures/records.ts'
import { fullRecord } from './full-record.ts'
import { danglingIn, faultsOf } from './validators.ts'

const at = new Date('2020-02-02T02:02:02Z')
const clean = { profiles: [], schema: [] }
const faultless = (record: CaseRecord) => {
  const bundle = bundleOf(record, at)
  expect(faultsOf(bundle)).toEqual(clean)
  expect(danglingIn(bundle)).toEqual([])
  return bundle
}
const all = <T extends FhirResource['resourceType']>(bundle: Bundle, type: T) =>
  (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === type ? [resource as Extract<FhirResource, { resourceType: T }>] : [],
  )
const only = <T extends FhirResource['resourceType']>(bundle: Bundle, type: T) => {
  const [one, ...more] = all(bundle, type)
  expect(more).toEqual([])
  return one
}

const text = (value: string | null | undefined): Field<string> => (value ? read(value) : missing('test'))

/** The record that a sample's labels describe. */
function recordOf(gold: Gold, index: number): CaseRecord {
  const { header, patient, reviewer, services = [], diagnoses = [] } = gold
  const base = aRecord({
    fileName: gold.file,
    sha256: index.toString(16).padStart(64, '0'),
    index: gold.letter,
    header: Object.fromEntries(Object.entries(header).flatMap(([name, value]) => (value ? [[name, read(value)]] : []))),
    diagnoses: diagnoses.flatMap((d) => (typeof d === 'string' ? d : d.text)),
    services: services.map((s, i) => ({
      ...aService({ request: s.request, outcome: s.outcome ?? 'upheld', sequence: i + 1 }),
      outcome: s.outcome ? read(s.outcome) : missing('test'),
      original: s.original ? read(s.original) : null,
      authorized: s.authorized ? read(s.authorized) : null,
      category: s.category ? read(s.category) : missing('test'),
      regions: s.regions ?? [],
      laterality: s.laterality ?? null,
      levels: s.levels ?? [],
      frequency: aFrequency(s.frequency ?? {}),
      drug: s.drug ? aDrug(s.drug) : null,
      rationale: text(s.rationale),
      reviewerGuideline: text(s.reviewerGuideline),
      claimsAdministratorGuideline: text(s.claimsAdministratorGuideline),
    })),
  })
  return {
    ...base,
    clinicalSummary: text(gold.clinicalSummary),
    reviewer: {
      specialties: reviewer.specialties ? read(reviewer.specialties) : missing('test'),
      licensedStates: reviewer.licensedStates ? read(reviewer.licensedStates) : missing('test'),
    },
    patient: {
      age: typeof patient.age === 'number' ? read(patient.age) : missing('test'),
      sex: patient.sex === 'male' || patient.sex === 'female' ? read(patient.sex) : missing('test'),
    },
  }
}

const samples = parseGold(readFileSync(new URL('../../samples/expected.jsonl', import.meta.url), 'utf8')).map(recordOf)
const golden = new URL('../fixtures/golden/', import.meta.url)
const goldenRecords = readdirSync(golden)
  .filter((name) => name.endsWith('.records.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, golden), 'utf8')) as readonly CaseRecord[])

describe('FHIR R4', () => {
  it('is valid for both validators: every sample as labelled', () => {
    expect(samples.length).toBeGreaterThan(18)
    for (const record of samples) faultless(record)
  })

  it('is valid for both validators: letters as read, with proposals and issues, the full record, and a file that could not be read', () => {
    expect(goldenRecords.length).toBeGreaterThan(3)
    for (const record of [...goldenRecords, fullRecord, aRecord({})]) faultless(record)
    faultless(
      failedRecord(
        { fileName: 'x.pdf', sha256: 'b'.repeat(64), mediaType: 'application/pdf', pageCount: 0 },
        { code: 'damaged', message: 'the file is damaged' },
        aReader,
      ),
    )
  })

  it('is valid for both validators: any record', () => {
    const odd = fc.string({ unit: 'binary' })
    const range = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    const unit = fc.constantFrom('day' as const, 'week' as const, 'month' as const)
    const status = fc.constantFrom<FieldStatus>('missing', 'redacted', 'ambiguous', 'conflict')
    const field = <T>(value: fc.Arbitrary<T>) =>
      fc.oneof(
        value.map((v) => read(v)),
        status.map((s) => ({ ...missing<T>('test'), status: s })),
      )
    const service = fc.record({
      request: field(odd),
      category: field(fc.constantFrom('physical-therapy' as const, 'drug-opioid' as const)),
      outcome: field(fc.constantFrom('upheld' as const, 'overturned' as const)),
      rationale: field(odd),
      frequency: fc.record({
        times: fc.option(fc.oneof(range, fc.constant([0.5, 0.5] as const))),
        per: fc.option(unit),
        duration: fc.option(range),
        durationUnit: fc.option(unit),
        visits: fc.option(range),
        reading: odd,
        unused: fc.array(odd, { maxLength: 2 }),
      }),
      drug: fc.option(
        fc.record({
          name: fc.string({ minLength: 1 }),
          strength: fc.option(odd),
          quantity: fc.option(fc.integer({ min: 1, max: 200 })),
          refills: fc.option(fc.nat(5)),
          directions: fc.option(odd),
        }),
      ),
    })
    const record = fc
      .record({
        services: fc.array(service, { maxLength: 3 }),
        decisionDate: field(fc.constant('2015-04-14')),
        age: field(fc.nat(120)),
        summary: field(odd),
      })
      .map(({ services, decisionDate, age, summary }) => ({
        ...aRecord({
          header: { decisionDate },
          services: services.map((s, i) => ({
            ...aService({ request: 'x', outcome: 'upheld', sequence: i + 1 }),
            ...s,
            frequency: aFrequency(s.frequency),
            drug: s.drug && aDrug(s.drug),
          })),
        }),
        patient: { age, sex: missing<'male'>('test') },
        clinicalSummary: summary,
      }))
    fc.assert(
      fc.property(record, (one) => void faultless(one)),
      { numRuns: 60 },
    )
  })

  it('takes no blank that FHIR has none of: a no-break space, as PDFs have it, is a space', () => {
    const service = aService({ request: '2\u00a0x\u205f8', outcome: 'upheld' })
    const frequency = aFrequency({ reading: 'for\u30008 weeks\u2028', visits: [16, 16] })
    const record = aRecord({ services: [{ ...service, frequency }] })
    expect(only(faultless(record), 'ServiceRequest')).toMatchObject({
      occurrenceTiming: { code: { text: 'for 8 weeks' } },
    })
  })

  it('says how often and how long: 2 x 8 is twice a week for 8 weeks, 16 in all', () => {
    const frequency = aFrequency({
      times: [2, 2],
      per: 'week',
      duration: [8, 8],
      durationUnit: 'week',
      visits: [16, 16],
      reading: '2 per week for 8 weeks = 16 visits',
    })
    const record = aRecord({
      services: [{ ...aService({ request: 'Physical therapy 2x8', outcome: 'overturned' }), frequency }],
    })
    expect(only(faultless(record), 'ServiceRequest')).toMatchObject({
      status: 'active',
      intent: 'plan',
      quantityQuantity: { value: 16 },
      occurrenceTiming: {
        repeat: {
          frequency: 2,
          period: 1,
          periodUnit: 'wk',
          boundsDuration: { value: 8, code: 'wk', system: 'http://unitsofmeasure.org' },
          count: 16,
        },
        code: { text: '2 per week for 8 weeks = 16 visits' },
      },
    })
  })

  it('keeps both ends of a range, tells once in two weeks, and counts no half times', () => {
    const repeat = (given: Parameters<typeof aFrequency>[0]) => timingOf(aFrequency(given))?.repeat
    expect(repeat({ times: [1, 2], per: 'week', duration: [4, 6], durationUnit: 'week', visits: [4, 12] })).toEqual({
      frequency: 1,
      frequencyMax: 2,
      period: 1,
      periodUnit: 'wk',
      boundsRange: { low: expect.objectContaining({ value: 4 }), high: expect.objectContaining({ value: 6 }) },
      count: 4,
      countMax: 12,
    })
    expect(repeat({ times: [0.5, 0.5], per: 'week' })).toEqual({ frequency: 1, period: 2, periodUnit: 'wk' })
    expect(repeat({ times: [1.5, 1.5], per: 'week' })).toBeUndefined()
    expect(timingOf(aFrequency({ reading: 'no amount stated' }))).toBeNull()
  })

  it('tells a drug with its amounts, and what became of it', () => {
    const drug = aDrug({ name: 'Naproxen', strength: '500 mg', quantity: 60, refills: 1, directions: '1 tab po bid' })
    const record = aRecord({
      services: [{ ...aService({ request: 'Naproxen 500 mg #60', outcome: 'upheld' }), drug, frequency: aFrequency() }],
    })
    expect(only(faultless(record), 'MedicationRequest')).toMatchObject({
      status: 'cancelled',
      intent: 'plan',
      medicationCodeableConcept: { text: 'Naproxen 500 mg' },
      dosageInstruction: [{ text: '1 tab po bid' }],
      dispenseRequest: { quantity: { value: 60 }, numberOfRepeatsAllowed: 1 },
    })
  })

  it('tells a determination as a response to a claim, in part when an outcome lacks, and none where nothing is decided', () => {
    const two = [1, 2].map((sequence) => aService({ request: `Chair ${sequence}`, outcome: 'overturned', sequence }))
    const decided = only(faultless(aRecord({ services: two })), 'ClaimResponse')
    expect(decided).toMatchObject({
      use: 'preauthorization',
      outcome: 'complete',
      item: [{ itemSequence: 1 }, { itemSequence: 2 }],
    })
    expect(decided?.item?.[0]?.adjudication[0]?.reason).toEqual({
      coding: [{ system: 'urn:imr:outcome', code: 'overturned' }],
      text: 'overturned',
    })
    const [first, second] = two as [(typeof two)[0], (typeof two)[0]]
    const half = only(
      faultless(aRecord({ services: [first, { ...second, outcome: missing('test') }] })),
      'ClaimResponse',
    )
    expect(half?.outcome).toBe('partial')
    expect(half?.item?.[1]?.adjudication[0]?.reason?.extension?.[0]).toMatchObject({ valueCode: 'unknown' })
    const none = faultless(aRecord({ services: [{ ...first, outcome: missing('test') }] }))
    expect(all(none, 'ClaimResponse')).toEqual([])
    expect(only(none, 'ServiceRequest')?.status).toBe('unknown')
  })

  it('tells a proposal as guidance that decides nothing', () => {
    const guidance = only(faultless(fullRecord), 'GuidanceResponse')
    expect(guidance).toMatchObject({
      status: 'data-required',
      note: [{ text: 'A proposal, not a decision: a physician decides.' }, {}, {}],
    })
    expect(JSON.stringify(guidance?.contained)).toContain('"valueCode":"physician-review"')
  })

  it('tells what is missing as missing, and what is blacked out as masked', () => {
    const record = {
      ...aRecord({}),
      patient: { age: { ...missing<number>('test'), status: 'redacted' as const }, sex: missing<'male'>('test') },
    }
    const bundle = faultless(record)
    expect(only(bundle, 'Patient')).toMatchObject({ _gender: { extension: [{ valueCode: 'unknown' }] } })
    expect(only(bundle, 'Observation')?.dataAbsentReason?.coding?.[0]?.code).toBe('masked')
    expect(only(bundle, 'Claim')).toMatchObject({
      created: '2020-02-02',
      _created: { extension: [{ url: 'urn:imr:date-of-export', valueBoolean: true }, { valueCode: 'unknown' }] },
    })
  })

  it('holds nothing that identifies a patient beyond the numbers of the case: no name, birth date or file name', () => {
    const bundle = faultless({ ...fullRecord, document: { ...fullRecord.document, fileName: 'Somebody Named.pdf' } })
    expect(JSON.stringify(bundle)).not.toContain('Somebody')
    expect(Object.keys(only(bundle, 'Patient') ?? {}).sort()).toEqual(['gender', 'id', 'resourceType'])
  })

  it('gives a letter the same ids whenever it is exported', () => {
    const ids = (when: Date) => (bundleOf(fullRecord, when).entry ?? []).map(({ fullUrl }) => fullUrl)
    expect(ids(new Date(0))).toEqual(ids(at))
    expect(new Set(ids(at)).size).toBe(ids(at).length)
  })
})

/** Each breaks what the standard asks of a response. */
const breakages: Readonly<Record<string, (r: Record<string, unknown>) => void>> = {
  'no status': (r) => {
    delete r.status
  },
  'a status that is none': (r) => {
    r.status = 'approved'
  },
  'an outcome that is none': (r) => {
    r.outcome = 'overturned'
  },
  'a use that is none': (r) => {
    r.use = 'appeal'
  },
  'no patient': (r) => {
    delete r.patient
  },
  'no insurer': (r) => {
    delete r.insurer
  },
  'no type': (r) => {
    delete r.type
  },
  'an item without adjudication': (r) => {
    r.item = [{ itemSequence: 1 }]
  },
  'a date that is none': (r) => {
    r.created = '14 April 2015'
  },
  'a field that FHIR does not have': (r) => {
    r.decision = 'upheld'
  },
}

describe('the two validators together', () => {
  it.each(Object.entries(breakages))('catch a response with %s', (_, breakIt) => {
    const response = only(bundleOf(fullRecord, at), 'ClaimResponse')
    const broken = structuredClone(response) as unknown as Record<string, unknown>
    expect(faultsOf(broken)).toEqual(clean)
    breakIt(broken)
    const { profiles, schema } = faultsOf(broken as unknown as ClaimResponse)
    expect([...profiles, ...schema]).not.toEqual([])
  })
})
