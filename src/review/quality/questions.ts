import { SAME_DIAGNOSIS, similarity, wordingLikeness } from '../../evaluate/index.ts'
import { type CaseRecord, outcomeSchema, type Range } from '../../model/index.ts'

/**
 * What an answer looks like. Of what a letter may have several of, all are told in one answer, in their order: a question for each would tell how many were read.
 * `diagnoses` in any order, `wordings` as printed, `choices` of the options, `amounts` as `6`, `4-6` or `none`.
 */
export type AnswerKind = 'date' | 'text' | 'number' | 'choice' | 'diagnoses' | 'wordings' | 'choices' | 'amounts'
/** Kinds that are answered by a list. */
const LISTS: ReadonlySet<AnswerKind> = new Set(['diagnoses', 'wordings', 'choices', 'amounts'])

/** What a person is asked of a letter without being told what was read. */
export type Question = {
  /** Path in the record: `header.dateOfInjury`; `services[].outcome` asks for those of all services. */
  readonly path: string
  readonly kind: AnswerKind
  /** Of a choice, what can be chosen. */
  readonly options?: readonly string[]
}

/** A value of the record, or what a person says in its place; null: the letter does not say. */
export type Answer = string | number | readonly string[] | null

/** A question with what the record answers: never shown before the person's own answer is kept. */
export type Sealed = Question & { readonly truth: Answer }

const HEADER = [
  ['caseNumber', 'text'],
  ['dateOfInjury', 'date'],
  ['urDecisionDate', 'date'],
  ['decisionDate', 'date'],
  ['applicationReceived', 'date'],
] as const

/**
 * What a sampled letter is asked: header, age and sex, the diagnoses, and the wordings, visits and outcomes of its services: what an auto-acceptance vouches for. The
 * same questions for every letter, so that they tell nothing of it.
 */
export function questionsOf(record: CaseRecord): readonly Sealed[] {
  const { header, patient, diagnoses, services } = record
  return [
    ...HEADER.map(([name, kind]): Sealed => ({ path: `header.${name}`, kind, truth: header[name].value })),
    { path: 'patient.age', kind: 'number', truth: patient.age.value },
    { path: 'patient.sex', kind: 'choice', options: ['male', 'female'], truth: patient.sex.value },
    { path: 'diagnoses[].text', kind: 'diagnoses', truth: diagnoses.flatMap((d) => d.text.value ?? []) },
    { path: 'services[].request', kind: 'wordings', truth: services.map((s) => s.request.value ?? '') },
    { path: 'services[].frequency.visits', kind: 'amounts', truth: services.map((s) => amount(s.frequency.visits)) },
    {
      path: 'services[].outcome',
      kind: 'choices',
      options: outcomeSchema.options,
      truth: services.map((s) => s.outcome.value ?? ''),
    },
  ]
}

const NONE = 'none'
/** How many visits, as a person writes it. */
function amount(visits: Range | null): string {
  if (!visits) return NONE
  const [least, most] = visits
  return least === most ? `${least}` : `${least}-${most}`
}

/** Likeness from which a wording that was typed is the one that was read: the same as in `imr evaluate`. */
const SAME_WORDING = 0.95

/** Whether two answers to a question say the same. */
export function sameAnswer(kind: AnswerKind, a: Answer, b: Answer): boolean {
  if (a === null || b === null) return a === b
  if (!LISTS.has(kind)) return kind === 'text' ? squeezed(a) === squeezed(b) : String(a) === String(b)
  if (!isList(a) || !isList(b) || a.length !== b.length) return false
  switch (kind) {
    case 'diagnoses':
      return sameDiagnoses(a, b)
    case 'wordings':
      return a.every((text, i) => similarity(text, b[i] ?? '') >= SAME_WORDING)
    default:
      return a.every((text, i) => text === b[i])
  }
}

const isList = (answer: Answer): answer is readonly string[] => Array.isArray(answer)
const squeezed = (value: Answer) => String(value).toLowerCase().replace(/\s+/g, '')

function sameDiagnoses(a: readonly string[], b: readonly string[]): boolean {
  const left = [...b]
  return a.every((text) => {
    const at = left.findIndex((other) => wordingLikeness(other, text) >= SAME_DIAGNOSIS)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

/** What is wrong with an answer to a question, for the person who gave it; null: nothing. */
export function wrongAnswer({ kind, options = [] }: Question, answer: Answer): string | null {
  if (LISTS.has(kind)) {
    if (!isList(answer)) return 'a list, empty where there is none'
    if (kind === 'amounts' && !answer.every((a) => a === NONE || /^\d{1,4}(?:-\d{1,4})?$/.test(a)))
      return `say 6, 4-6 or ${NONE} for each`
    return kind !== 'choices' || answer.every((a) => options.includes(a))
      ? null
      : `choose ${options.join(' or ')} for each`
  }
  if (answer === null) return null
  switch (kind) {
    case 'date':
      return typeof answer === 'string' && /^\d{4}-\d\d-\d\d$/.test(answer) ? null : 'a date is YYYY-MM-DD'
    case 'number':
      return typeof answer === 'number' && Number.isInteger(answer) && answer >= 0 ? null : 'this is a whole number'
    case 'choice':
      return options.includes(String(answer)) ? null : `choose ${options.join(' or ')}`
    default:
      return typeof answer === 'string' && answer.trim() !== '' ? null : 'say the words, or null where there are none'
  }
}
