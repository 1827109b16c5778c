import { labelOf, typed } from '../values.ts'

/** A question as the server asks it; `said`: what two people said who part, when a third is asked. */
export type Question = {
  readonly path: string
  readonly kind: string
  readonly options?: readonly string[]
  readonly said?: readonly Answer[]
}
export type Answer = string | number | readonly string[] | null

/** What is typed of a question. `isNone`: the letter does not say, or has none; `lines`: of a list, one each. */
export type Typing = { readonly text: string; readonly lines: readonly string[]; readonly isNone: boolean }
export const untouched: Typing = { text: '', lines: [''], isNone: false }

/** Kinds that are answered by a list, with what an item of it is. */
const ITEMS: Readonly<Record<string, string>> = {
  diagnoses: 'diagnosis',
  wordings: 'wording',
  choices: 'outcome',
  amounts: 'visits',
}
export const isList = ({ kind }: Pick<Question, 'kind'>): boolean => kind in ITEMS
/** Of the services, told together: a row for each of them. */
export const isOfServices = ({ path }: Pick<Question, 'path'>): boolean => path.startsWith('services[]')

/** What a question is called: `header.caseNumber` → `Case number`, `services[].frequency.visits` → `Visits`. */
export function askedOf({ path }: Pick<Question, 'path'>): string {
  if (path === 'diagnoses[].text') return 'Diagnoses'
  if (path === 'services[].request') return 'Wording as printed'
  return labelOf(path.split('.').at(-1) ?? path)
}

export type Made = { readonly answer: Answer } | { readonly problem: string }

/** The answer that was typed; or what is wrong with it, and what would be right. Nothing typed is no answer: that the letter does not say is said. */
export function answerOf(question: Question, typing: Typing): Made {
  if (typing.isNone) return { answer: isList(question) ? [] : null }
  if (isList(question)) return listOf(question, typing.lines)
  if (typing.text.trim() === '') return { problem: 'Say what the letter says, or that it does not state it.' }
  const kind =
    question.kind === 'choice'
      ? ({ kind: 'choice', options: question.options ?? [] } as const)
      : ({ kind: question.kind === 'date' || question.kind === 'number' ? question.kind : 'text' } as const)
  const made = typed(typing.text, kind)
  return 'problem' in made ? made : { answer: made.value as Answer }
}

const AMOUNT = /^(?:none|\d{1,4}(?:-\d{1,4})?)$/

function listOf({ kind, options = [] }: Question, lines: readonly string[]): Made {
  const said = lines.map((line) => line.trim())
  // An empty line between diagnoses is none; a service without its wording is not told.
  const all = kind === 'diagnoses' ? said.filter((line) => line !== '') : said
  if (all.length === 0 || all.some((line) => line === ''))
    return { problem: `Say the ${ITEMS[kind]} of each, or that there are none.` }
  if (kind === 'amounts' && !all.every((line) => AMOUNT.test(line.replaceAll(' ', ''))))
    return { problem: 'Visits of each: 6, 4-6 or none.' }
  if (kind === 'choices' && !all.every((line) => options.includes(line))) return { problem: 'Choose one for each.' }
  return { answer: kind === 'amounts' ? all.map((line) => line.replaceAll(' ', '')) : all }
}

/** An answer as somebody would have typed it: what one of two people said, taken by the third. */
export function typingOf(question: Question, answer: Answer): Typing {
  if (answer === null) return { ...untouched, isNone: true }
  if (Array.isArray(answer)) return { text: '', lines: answer.length > 0 ? answer : [''], isNone: answer.length === 0 }
  const text = String(answer)
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  return { ...untouched, text: question.kind === 'date' && iso ? `${iso[2]}/${iso[3]}/${iso[1]}` : text }
}

/** An answer in words. */
export function inWords(question: Question, answer: Answer): string {
  if (answer === null) return 'not stated'
  if (Array.isArray(answer)) return answer.length === 0 ? 'none' : answer.join(' · ')
  return typingOf(question, answer).text
}
