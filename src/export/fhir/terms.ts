import type { CodeableConcept, Extension, Identifier, Reference } from 'fhir/r4'
import type { FieldStatus } from '../../model/index.ts'

const HL7 = 'http://terminology.hl7.org/CodeSystem'

/** Names that are ours: what has no code in a terminology of HL7's. */
export const ours = (name: string): string => `urn:imr:${name}`

export const identifier = (name: string, value: string): Identifier => ({ system: ours(name), value })

/** A concept of one of HL7's code systems. */
export const hl7 = (system: string, code: string): CodeableConcept => ({
  coding: [{ system: `${HL7}/${system}`, code }],
})

/** A concept that has words and, where the model has a closed list of them, a code of ours. */
export const concept = (text: string, list?: string, code = text): CodeableConcept =>
  list === undefined ? { text } : { coding: [{ system: ours(list), code }], text }

/** Why a value is not there, in FHIR's words: what the letter does not state is unknown, never "no". */
export function reasonFor(status: FieldStatus): 'unknown' | 'masked' | 'error' {
  if (status === 'redacted') return 'masked'
  return status === 'ambiguous' || status === 'conflict' ? 'error' : 'unknown'
}

/** The extension that stands where a value is missing. */
export const absent = (status: FieldStatus): { readonly extension: Extension[] } => ({
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: reasonFor(status) }],
})

/** FHIR takes no empty strings, and no text of blanks alone. */
export const words = (text: string | null | undefined): string | null => {
  // FHIR's string is `[ \r\n\t\S]+`: no control characters, and of blanks only space, tab, line feed and carriage return.
  const clean = text?.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|[^\S\t\n\r ]/gu, ' ').trim()
  return clean ? clean : null
}

export const pointer = (uuid: string): Reference => ({ reference: `urn:uuid:${uuid}` })
