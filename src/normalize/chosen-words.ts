import { findDates } from '../language/dates.ts'
import { type Diagnosis, type Field, type IsoDate, missing, type Service } from '../model/index.ts'
import { withoutCodes } from './determination/diagnoses/codes.ts'
import { diagnosisOfWording } from './determination/diagnoses/index.ts'
import { mendDiagnoses } from './determination/diagnoses/vocabulary.ts'
import { findCaseNumbers } from './determination/header/case-number.ts'
import { claimNumberIn, priorityIn } from './determination/header/header.ts'
import { ageIn, sexIn } from './determination/people/patient.ts'
import { listedIn } from './determination/people/reviewer.ts'
import { describeRequest } from './determination/request/index.ts'
import { outcomeIn, outcomeOfWord } from './determination/services/outcome.ts'
import { legibleRequest } from './determination/services/request-wording.ts'

/** Words that a person chose on the pages of a letter. */
export type ChosenWords = {
  /** A row of a page each, in the order of reading. */
  readonly rows: readonly string[]
  /** They were read from a picture: letters that look alike may stand for each other. */
  readonly isScan: boolean
  /** No date of the letter is later than its decision. */
  readonly notAfter: IsoDate | null
}

type Reader = (text: string, chosen: ChosenWords) => unknown

/**
 * What chosen words are for a place of the record (`header.dateOfInjury`, `services.outcome`: a list's without its index), by the same readers that
 * read letters. null when they are no such value. Pure.
 */
export function valueOfWords(place: string, chosen: ChosenWords): unknown {
  const text = chosen.rows.join(' ').replace(/\s+/g, ' ').trim()
  if (text === '') return null
  return (Object.hasOwn(readers, place) ? readers[place] : plain)?.(text, chosen) ?? null
}

const plain: Reader = (text) => text
const date: Reader = (text, { notAfter }) => findDates(text, { notAfter })[0]?.value ?? null

/** What stands around a wording in its heading: its number before it, marks and the outcome behind it. */
function withoutHeading(text: string): string {
  const opened = text.replace(/^\W{0,3}\d{1,2}[.)]\s+(?=[A-Za-z0-9])/, '')
  const closing = /\s?[:;]\s*(\S+?)\W*$/.exec(opened)
  const isOutcome = closing?.[1] !== undefined && outcomeOfWord(closing[1]) !== null
  return (isOutcome ? opened.slice(0, closing.index) : opened).replace(/^[\s:;,.]+|[\s:;,]+$/g, '')
}

const request: Reader = (text, { isScan }) => {
  const wording = withoutHeading(text)
  return isScan ? legibleRequest(wording) : wording
}
const described =
  (key: keyof ReturnType<typeof describeRequest>): Reader =>
  (text, chosen) => {
    const { found: _, ...said } = describeRequest(String(request(text, chosen)), { associated: false })
    return key === 'category' ? said.category.value : (said as Readonly<Record<string, unknown>>)[key]
  }

const diagnosis: Reader = (text, { isScan }) => {
  const wording = text.replace(/^\W{0,3}\d{1,2}[.)]\s+(?=[A-Za-z])/, '').replace(/^[\s:;,.]+|[\s:;,.]+$/g, '')
  return withoutCodes(isScan ? mendDiagnoses(wording).text : wording)
}
const meant =
  (key: Exclude<keyof Diagnosis, 'text'>): Reader =>
  (text) => {
    const field: Field<string> = { ...missing<string>('words'), value: text }
    return diagnosisOfWording(field, { dateOfService: null })[key]
  }

const requestKeys = [
  'category',
  'regions',
  'laterality',
  'levels',
  'frequency',
  'drug',
] as const satisfies readonly (keyof Service)[]
const diagnosisKeys = ['expanded', 'region', 'laterality', 'certainty', 'codes'] as const

const readers: Readonly<Record<string, Reader>> = {
  'header.caseNumber': (text) => findCaseNumbers(text)[0]?.value ?? null,
  'header.claimNumber': (text) => claimNumberIn(text.replace(/^[^A-Za-z0-9]+/, '')),
  ...Object.fromEntries(
    ['dateAssigned', 'dateOfInjury', 'decisionDate', 'urDecisionDate', 'applicationReceived'].map((key) => [
      `header.${key}`,
      date,
    ]),
  ),
  'header.priority': (text) => priorityIn(text)?.value ?? null,
  'reviewer.specialties': (text) => listedIn(text, 'specialties'),
  'reviewer.licensedStates': (text) => listedIn(text, 'states'),
  'patient.age': ageIn,
  'patient.sex': sexIn,
  'services.request': request,
  'services.original': request,
  'services.authorized': request,
  'services.outcome': outcomeIn,
  ...Object.fromEntries(requestKeys.map((key) => [`services.${key}`, described(key)])),
  'diagnoses.text': diagnosis,
  ...Object.fromEntries(diagnosisKeys.map((key) => [`diagnoses.${key}`, meant(key)])),
}
