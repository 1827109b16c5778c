import { SAME_DIAGNOSIS, similarity, wordingLikeness } from '../../evaluate/index.ts'
import { type CaseRecord, outcomeSchema, rangeSchema } from '../../model/index.ts'

/** What an answer looks like: `count` how many of a list, `range` least and most, `wording` words as printed, `list` one a line. */
export type AnswerKind = 'date' | 'text' | 'number' | 'choice' | 'count' | 'range' | 'wording' | 'list'

/** What a person is asked of a letter without being told what was read. */
export type Question = {
  /** Path in the record: `header.dateOfInjury`, `services[0].outcome`; `services` asks how many there are. */
  readonly path: string
  readonly kind: AnswerKind
  /** Of a choice, what can be chosen. */
  readonly options?: readonly string[]
}

/** A value of the record, or what a person says in its place; null: the letter does not say. */
export type Answer = string | number | readonly string[] | readonly [number, number] | null

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
 * What a sampled letter is asked: header, age and sex, the diagnoses, how many services there are, and of each service its wording, visits and outcome: what an
 * auto-acceptance vouches for. Services are asked by their order in the letter.
 */
export function questionsOf(record: CaseRecord): readonly Sealed[] {
  const { header, patient, diagnoses, services } = record
  return [
    ...HEADER.map(([name, kind]): Sealed => ({ path: `header.${name}`, kind, truth: header[name].value })),
    { path: 'patient.age', kind: 'number', truth: patient.age.value },
    { path: 'patient.sex', kind: 'choice', options: ['male', 'female'], truth: patient.sex.value },
    { path: 'diagnoses', kind: 'list', truth: diagnoses.flatMap((d) => d.text.value ?? []) },
    { path: 'services', kind: 'count', truth: services.length },
    ...services.flatMap((service, i): Sealed[] => [
      { path: `services[${i}].request`, kind: 'wording', truth: service.request.value },
      { path: `services[${i}].frequency.visits`, kind: 'range', truth: service.frequency.visits },
      { path: `services[${i}].outcome`, kind: 'choice', options: outcomeSchema.options, truth: service.outcome.value },
    ]),
  ]
}

/** Likeness from which a wording that was typed is the one that was read: the same as in `imr evaluate`. */
const SAME_WORDING = 0.95

/** Whether two answers to a question say the same. */
export function sameAnswer(kind: AnswerKind, a: Answer, b: Answer): boolean {
  if (a === null || b === null) return a === b
  switch (kind) {
    case 'wording':
      return similarity(String(a), String(b)) >= SAME_WORDING
    case 'list': {
      if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
      const left = b.map(String)
      return a.every((text) => {
        const at = left.findIndex((other) => wordingLikeness(other, String(text)) >= SAME_DIAGNOSIS)
        if (at >= 0) left.splice(at, 1)
        return at >= 0
      })
    }
    case 'range':
      return JSON.stringify(a) === JSON.stringify(b)
    case 'text':
      return squeezed(a) === squeezed(b)
    default:
      return String(a) === String(b)
  }
}

const squeezed = (value: Answer) => String(value).toLowerCase().replace(/\s+/g, '')

/** What is wrong with an answer to a question, for the person who gave it; null: nothing. */
export function wrongAnswer({ kind, options }: Question, answer: Answer): string | null {
  if (answer === null)
    return kind === 'count' || kind === 'list' ? 'say 0, or an empty list, where there is none' : null
  switch (kind) {
    case 'date':
      return typeof answer === 'string' && /^\d{4}-\d\d-\d\d$/.test(answer) ? null : 'a date is YYYY-MM-DD'
    case 'number':
    case 'count':
      return typeof answer === 'number' && Number.isInteger(answer) && answer >= 0 ? null : 'this is a whole number'
    case 'choice':
      return options?.includes(String(answer)) ? null : `choose ${options?.join(' or ')}`
    case 'range':
      return rangeSchema.safeParse(answer).success ? null : 'say the least and the most, as [6, 6] or [4, 6]'
    case 'list':
      return Array.isArray(answer) && answer.every((a) => typeof a === 'string') ? null : 'a list of texts'
    default:
      return typeof answer === 'string' && answer.trim() !== '' ? null : 'say the words, or null where there are none'
  }
}
