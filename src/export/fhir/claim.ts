import type { Claim, ClaimItem, ClaimResponse, ClaimResponseProcessNote, Identifier } from 'fhir/r4'
import type { CaseRecord, Field, Service } from '../../model/index.ts'
import type { Named } from './named.ts'
import { absent, concept, hl7, identifier, ours, pointer, words } from './terms.ts'

/** Who is not named in a letter, or not to be named: FHIR asks for somebody there. */
const unnamed = (who: string) => ({ display: who, ...absent('redacted') })

/** The request for authorization as a claim: what was asked, before anybody decided. */
export function claimOf(record: CaseRecord, at: Date, { id, uuid }: Named): Claim {
  const { header, clinicalSummary, diagnoses, services } = record
  const summary = words(clinicalSummary.value)
  return {
    resourceType: 'Claim',
    id,
    ...identifiers([
      ['case-number', header.caseNumber],
      ['claim-number', header.claimNumber],
    ]),
    status: 'active',
    type: hl7('claim-type', 'professional'),
    use: 'preauthorization',
    patient: pointer(uuid('patient')),
    ...created(header.applicationReceived, at),
    provider: unnamed('Treating physician'),
    priority: header.priority.value
      ? hl7('processpriority', header.priority.value === 'expedited' ? 'stat' : 'normal')
      : absent(header.priority.status),
    supportingInfo: [
      ...(['dateOfInjury', 'urDecisionDate', 'dateAssigned', 'applicationReceived'] as const).map((name, i) => ({
        sequence: i + 1,
        category: concept(name, 'date'),
        ...(header[name].value ? { timingDate: header[name].value } : absent(header[name].status)),
      })),
      {
        sequence: 5,
        category: concept('clinicalSummary', 'text'),
        ...(summary ? { valueString: summary } : absent(clinicalSummary.status)),
      },
    ],
    ...(diagnoses.length > 0
      ? {
          diagnosis: diagnoses.map((_, i) => ({
            sequence: i + 1,
            diagnosisReference: pointer(uuid(`diagnosis ${i + 1}`)),
          })),
        }
      : {}),
    insurance: [{ sequence: 1, focal: true, coverage: unnamed("Workers' compensation") }],
    ...(services.length > 0 ? { item: services.map((service) => claimItem(service, uuid)) } : {}),
  }
}

function claimItem({ sequence, request, category, frequency }: Service, uuid: Named['uuid']): ClaimItem {
  const text = words(request.value)
  const [least, most] = frequency.visits ?? [0, -1]
  return {
    // The resource that says how often and how long.
    extension: [
      {
        url: 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-requestedService',
        valueReference: pointer(uuid(`service ${sequence}`)),
      },
    ],
    sequence,
    ...(category.value ? { category: concept(category.value, 'category') } : {}),
    productOrService: text ? concept(text) : absent(request.status),
    ...(least === most && most > 0 ? { quantity: { value: most } } : {}),
  }
}

/** What the letter decided, or null when it decides nothing. Missing outcomes are missing: a service without one has none here. */
export function determinationOf(record: CaseRecord, at: Date, { id, uuid }: Named): ClaimResponse | null {
  const { header, services } = record
  const decided = services.filter((s) => s.outcome.value !== null)
  if (decided.length === 0) return null
  const notes = notesOf(services)
  return {
    resourceType: 'ClaimResponse',
    id,
    ...identifiers([['case-number', header.caseNumber]]),
    status: 'active',
    type: hl7('claim-type', 'professional'),
    use: 'preauthorization',
    patient: pointer(uuid('patient')),
    ...created(header.decisionDate, at),
    insurer: unnamed('Claims administrator'),
    request: pointer(uuid('claim')),
    outcome: decided.length === services.length ? 'complete' : 'partial',
    ...(record.outcome ? { disposition: record.outcome } : {}),
    item: services.map((service) => {
      const numbers = notes.flatMap(({ service: of, note }) => (of === service.sequence ? [note.number ?? 0] : []))
      return {
        itemSequence: service.sequence,
        ...(numbers.length > 0 ? { noteNumber: numbers } : {}),
        adjudication: [
          {
            category: concept('determination', 'adjudication'),
            reason: service.outcome.value ? concept(service.outcome.value, 'outcome') : absent(service.outcome.status),
          },
        ],
      }
    }),
    ...(notes.length > 0 ? { processNote: notes.map(({ note }) => note) } : {}),
  }
}

function notesOf(
  services: readonly Service[],
): readonly { readonly service: number; readonly note: ClaimResponseProcessNote }[] {
  const told = services.flatMap(({ sequence, rationale, reviewerGuideline, claimsAdministratorGuideline }) =>
    (
      [
        ['Rationale', rationale],
        ['Guideline of the reviewer', reviewerGuideline],
        ['Guideline of utilization review', claimsAdministratorGuideline],
      ] as const
    ).flatMap(([what, field]) => {
      const text = words(field.value)
      return text ? [{ service: sequence, text: `${what}: ${text}` }] : []
    }),
  )
  return told.map(({ service, text }, i) => ({ service, note: { number: i + 1, type: 'display', text } }))
}

/** FHIR asks when a claim was made: the letter's own date; where it tells none, that of the export, which is marked as such. */
const created = (date: Field<string>, at: Date) =>
  date.value
    ? { created: date.value }
    : {
        created: at.toISOString().slice(0, 10),
        _created: {
          extension: [{ url: ours('date-of-export'), valueBoolean: true }, ...absent(date.status).extension],
        },
      }

function identifiers(named: readonly (readonly [string, Field<string>])[]): { readonly identifier?: Identifier[] } {
  const all = named.flatMap(([system, field]) => {
    const value = words(field.value)
    return value ? [identifier(system, value)] : []
  })
  return all.length > 0 ? { identifier: all } : {}
}
