import type { Condition, Device, Observation, Patient, Practitioner } from 'fhir/r4'
import type { CaseRecord, Diagnosis } from '../../model/index.ts'
import type { Named } from './named.ts'
import { absent, concept, hl7, pointer, reasonFor, words } from './terms.ts'

/** The patient without identity: no name, no birth date, no address. */
export function patientOf({ patient: { sex } }: CaseRecord, id: string): Patient {
  return { resourceType: 'Patient', id, ...(sex.value ? { gender: sex.value } : { _gender: absent(sex.status) }) }
}

/** Age in years (LOINC 30525-0): FHIR's patient has a birth date only, which a letter does not tell. */
export function ageOf({ patient: { age } }: CaseRecord, { id, uuid }: Named): Observation {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '30525-0' }], text: 'Age' },
    subject: pointer(uuid('patient')),
    ...(age.value === null
      ? { dataAbsentReason: hl7('data-absent-reason', reasonFor(age.status)) }
      : { valueQuantity: { value: age.value, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' } }),
  }
}

/** The physician who reviewed: qualifications, never a name. */
export function reviewerOf({ reviewer: { specialties, licensedStates } }: CaseRecord, id: string): Practitioner {
  const qualifications = [
    ...(specialties.value ?? []),
    ...(licensedStates.value ?? []).map((state) => `Licensed in ${state}`),
  ].flatMap((text) => words(text) ?? [])
  return {
    resourceType: 'Practitioner',
    id,
    ...(qualifications.length > 0 ? { qualification: qualifications.map((text) => ({ code: concept(text) })) } : {}),
  }
}

export function programOf({ made }: CaseRecord, id: string): Device {
  return {
    resourceType: 'Device',
    id,
    deviceName: [{ name: 'imr', type: 'model-name' }],
    version: [
      { value: made.imr },
      ...[made.engine, made.model, made.guidelines].flatMap((value) => words(value) ?? []).map((value) => ({ value })),
    ],
  }
}

const icd = {
  'ICD-9-CM': 'http://hl7.org/fhir/sid/icd-9-cm',
  'ICD-10-CM': 'http://hl7.org/fhir/sid/icd-10-cm',
} as const

/** How sure the letter is, in FHIR's two scales. What was ruled out is refuted, and neither active nor not. */
const certainty = {
  confirmed: { verification: 'confirmed', clinical: 'active' },
  suspected: { verification: 'provisional', clinical: 'active' },
  'ruled-out': { verification: 'refuted', clinical: null },
  history: { verification: 'confirmed', clinical: 'inactive' },
} as const

export function conditionOf(diagnosis: Diagnosis, { id, uuid }: Named): Condition {
  const { verification, clinical } = certainty[diagnosis.certainty]
  const text = words(diagnosis.text.value)
  const expanded = words(diagnosis.expanded)
  const place = words([diagnosis.laterality, diagnosis.region].filter((x) => x !== null).join(' '))
  const coding = diagnosis.codes.flatMap(({ system, code: given, inferred }) => {
    const code = words(given)?.replace(/\s+/g, ' ')
    // Ours are told from the letter's: nobody chose them.
    return code ? [{ system: icd[system], code, ...(inferred ? { userSelected: false } : {}) }] : []
  })
  return {
    resourceType: 'Condition',
    id,
    ...(clinical ? { clinicalStatus: hl7('condition-clinical', clinical) } : {}),
    verificationStatus: hl7('condition-ver-status', verification),
    code: {
      ...(coding.length > 0 ? { coding } : {}),
      ...(text ? { text } : absent(diagnosis.text.status)),
    },
    ...(place ? { bodySite: [concept(place)] } : {}),
    subject: pointer(uuid('patient')),
    ...(expanded && expanded !== text ? { note: [{ text: expanded }] } : {}),
  }
}
