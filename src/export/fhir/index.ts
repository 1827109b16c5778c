import type { Bundle, FhirResource } from 'fhir/r4'
import type { CaseRecord } from '../../model/index.ts'
import { claimOf, determinationOf } from './claim.ts'
import { guidanceOf } from './guidance.ts'
import { uuidOf } from './identity.ts'
import { authorshipOf, documentOf, issuesOf, readingOf } from './origin.ts'
import { ageOf, conditionOf, patientOf, programOf, reviewerOf } from './people.ts'
import { requestOf } from './requests.ts'
import { identifier } from './terms.ts'

/** A letter as FHIR R4 (4.0.1): one bundle of what it says. `at`: when it is exported. */
export function bundleOf(record: CaseRecord, at: Date): Bundle {
  const uuid = (what: string) => uuidOf(record.caseId, what)
  const named = (what: string) => ({ id: uuid(what), uuid })
  const determination = determinationOf(record, at, named('determination'))
  const said: readonly FhirResource[] = [
    patientOf(record, uuid('patient')),
    ageOf(record, named('age')),
    ...record.diagnoses.map((diagnosis, i) => conditionOf(diagnosis, named(`diagnosis ${i + 1}`))),
    ...record.services.map((service) => requestOf(service, named(`service ${service.sequence}`))),
    claimOf(record, at, named('claim')),
    ...(determination ? [determination, reviewerOf(record, uuid('reviewer'))] : []),
    ...record.proposals.map((proposal) =>
      guidanceOf(
        proposal,
        record.services.some((s) => s.sequence === proposal.sequence),
        named(`proposal ${proposal.sequence}`),
      ),
    ),
  ]
  const issues = issuesOf(record, uuid('issues'))
  const made: readonly FhirResource[] = [
    documentOf(record, named('document')),
    programOf(record, uuid('program')),
    readingOf(
      record,
      said.flatMap(({ id }) => id ?? []),
      at,
      named('reading'),
    ),
    ...(determination ? [authorshipOf(at, named('authorship'))] : []),
    ...(issues ? [issues] : []),
  ]
  return {
    resourceType: 'Bundle',
    id: uuid('bundle'),
    identifier: identifier('letter', record.caseId),
    type: 'collection',
    timestamp: at.toISOString(),
    entry: [...said, ...made].map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })),
  }
}
