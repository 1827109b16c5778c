import type { Annotation, CodeableConcept, MedicationRequest, Reference, ServiceRequest } from 'fhir/r4'
import type { Drug, Service } from '../../model/index.ts'
import type { Named } from './named.ts'
import { absent, concept, pointer, words } from './terms.ts'
import { quantity, rangeOf, timingOf } from './timing.ts'

/** A drug is asked for: by its name, or by the kind of the request alone. */
export const isDrug = ({ drug, category }: Service): boolean =>
  drug !== null || (category.value?.startsWith('drug-') ?? false)

/** What a disputed service is in FHIR. It is planned, not ordered: nobody may act on it before it is authorised. */
export function requestOf(service: Service, named: Named): ServiceRequest | MedicationRequest {
  return isDrug(service) ? medicationRequest(service, named) : serviceRequest(service, named)
}

/** An upheld denial ends the request; an overturned one makes it good; without either nobody knows. */
const states = {
  service: { upheld: 'revoked', overturned: 'active' },
  drug: { upheld: 'cancelled', overturned: 'active' },
} as const

function serviceRequest(service: Service, { id, uuid }: Named): ServiceRequest {
  const { request, category, frequency, outcome } = service
  const timing = timingOf(frequency)
  const [least, most] = frequency.visits ?? [0, 0]
  return {
    resourceType: 'ServiceRequest',
    id,
    ...(service.parentSequence !== null && service.parentSequence !== service.sequence
      ? { basedOn: [pointer(uuid(`service ${service.parentSequence}`))] }
      : {}),
    status: outcome.value ? states.service[outcome.value] : 'unknown',
    intent: 'plan',
    ...(category.value ? { category: [concept(category.value, 'category')] } : {}),
    code: worded(request),
    ...(service.levels.length > 0 ? { orderDetail: texts(service.levels) } : {}),
    ...(most > 0
      ? least === most
        ? { quantityQuantity: quantity(most) }
        : { quantityRange: rangeOf([least, most]) }
      : {}),
    subject: pointer(uuid('patient')),
    ...(timing ? { occurrenceTiming: timing } : {}),
    ...places(service),
    ...notesOf(service),
  }
}

function medicationRequest(service: Service, { id, uuid }: Named): MedicationRequest {
  const { request, drug, frequency, outcome, category } = service
  const timing = timingOf(frequency)
  const directions = words(drug?.directions)
  const dosage = { ...(directions ? { text: directions } : {}), ...(timing ? { timing } : {}) }
  const dispense = {
    ...(drug?.refills !== null && drug?.refills !== undefined ? { numberOfRepeatsAllowed: drug.refills } : {}),
    ...(drug?.quantity ? { quantity: quantity(drug.quantity) } : {}),
  }
  const name = drug ? words(nameOf(drug)) : null
  const based: readonly Reference[] =
    service.parentSequence !== null && service.parentSequence !== service.sequence
      ? [pointer(uuid(`service ${service.parentSequence}`))]
      : []
  return {
    resourceType: 'MedicationRequest',
    id,
    status: outcome.value ? states.drug[outcome.value] : 'unknown',
    intent: 'plan',
    ...(category.value ? { category: [concept(category.value, 'category')] } : {}),
    medicationCodeableConcept: name ? concept(name) : worded(request),
    subject: pointer(uuid('patient')),
    ...(based.length > 0 ? { supportingInformation: [...based] } : {}),
    ...notesOf(service, name === null ? [] : [['As worded', request.value]]),
    ...(Object.keys(dosage).length > 0 ? { dosageInstruction: [dosage] } : {}),
    ...(Object.keys(dispense).length > 0 ? { dispenseRequest: dispense } : {}),
  }
}

const worded = (request: Service['request']): CodeableConcept => {
  const text = words(request.value)
  return text ? concept(text) : absent(request.status)
}

const texts = (all: readonly string[]): CodeableConcept[] =>
  all.flatMap((text) => words(text) ?? []).map((t) => concept(t))

function places({ regions, laterality }: Service): { readonly bodySite?: CodeableConcept[] } {
  const named = regions.length > 0 ? regions.map((region) => [laterality, region]) : laterality ? [[laterality]] : []
  const bodySite = named.map((place) => concept(place.filter((x) => x !== null).join(' ')))
  return bodySite.length > 0 ? { bodySite } : {}
}

function nameOf({ name, strength, ingredients }: Drug): string {
  const parts = ingredients.map((one) => [one.name, one.strength].filter((x) => x !== null).join(' '))
  const whole = [name, strength].filter((x) => x !== null).join(' ')
  return parts.length > 1 ? `${whole} (${parts.join(' / ')})` : whole
}

/** What is said of a request that has no place of its own in FHIR. */
function notesOf(
  { original, authorized, frequency }: Service,
  more: readonly (readonly [string, string | null])[] = [],
): { readonly note?: Annotation[] } {
  const told: readonly (readonly [string, string | null | undefined])[] = [
    ...more,
    ['Asked for at first', original?.value],
    ['Approved by utilization review', authorized?.value],
    ...frequency.courses.map(({ reading }) => ['Part', reading] as const),
    ...frequency.alternatives.map(({ reading }) => ['Can be read as', reading] as const),
    ...frequency.unused.map((figure) => ['A figure that no reading uses', figure] as const),
    ...(frequency.openEnded ? [['No countable amount', 'open-ended'] as const] : []),
  ]
  const note = told.flatMap(([what, text]) => {
    const said = words(text)
    return said ? [{ text: `${what}: ${said}` }] : []
  })
  return note.length > 0 ? { note } : {}
}
