import { z } from 'zod'
import { misreadable } from '../../../language/lookalikes.ts'
import type { Span } from '../../page-text/transcript.ts'
import data from '../../vocabulary/questions.json' with { type: 'json' }

const list = z.array(z.string().min(1)).min(1)
const vocabulary = z
  .strictObject({
    /** Open a question, asked straight or not. */
    leads: list,
    /** May stand between that and what is asked for. */
    requests: list,
    /** Close it: what is asked about the request. */
    tails: list,
    /** Stand before the close where the question is not asked straight. */
    verbs: list,
    /** May stand between such a verb and the close. */
    qualified: list,
    /** For whom it may be necessary. */
    persons: list,
  })
  .parse(data)

const anyOf = (phrases: readonly string[]) =>
  phrases.map((phrase) => phrase.split(' ').map(misreadable).join('\\s{1,3}')).join('|')
const LEAD = new RegExp(
  `^\\W{0,4}(?:(?:${anyOf(vocabulary.leads)}))\\s{1,3}(?:(?:${anyOf(vocabulary.requests)})\\s{1,3})?(?=\\S)`,
  'i',
)
const FOR_WHOM = `(?:\\s{1,3}for\\s{1,3}(?:this|the)\\s{1,3}(?:${anyOf(vocabulary.persons)}))?`
const CLOSE = `(?:${anyOf(vocabulary.tails)})${FOR_WHOM}`
const TAIL = new RegExp(
  `(?<![\\s,]),?(?:\\s{1,3}(?:${anyOf(vocabulary.verbs)}))?(?:\\s{1,3}(?:${anyOf(vocabulary.qualified)}))?\\s{1,3}${CLOSE}(?=\\s?[?.:;]|\\s*$)`,
  'i',
)
const CLOSED = /^\s?[?.:;]*/
/** A question is not longer than this, in characters. */
const LONGEST = 600

/** What a question asks about: the request's place in the text, and where the question ends. */
export type Question = { readonly request: Span; readonly end: number }

/**
 * The question with which a text begins: `Is the request for X medically necessary?`, `Whether X is medically necessary and appropriate`. Offsets are
 * those of the text. null when it begins otherwise.
 */
export function questionAt(text: string): Question | null {
  const lead = LEAD.exec(text)
  if (!lead) return null
  const from = lead[0].length
  const tail = TAIL.exec(text.slice(from, from + LONGEST))
  if (!tail || tail.index === 0) return null
  const close = from + tail.index + tail[0].length
  return {
    request: { start: from, end: from + tail.index },
    end: close + (CLOSED.exec(text.slice(close))?.[0].length ?? 0),
  }
}

/** What a heading asks for, without the question about it; all of the heading where it is none. */
export function withoutQuestion(text: string): Span {
  const question = questionAt(text)
  if (question && text.slice(question.end).trim() === '') return question.request
  // `… Is the remaining portion of the original request, X, medically necessary?`
  const asked = /\?\W*$/.test(text) ? TAIL.exec(text) : null
  return { start: 0, end: asked ? asked.index : text.length }
}

/** A sentence that opens with a capital `Whether`, or a text that opens with it, and does not end before the text does. */
const OPEN = /(?:^\W*[Ww]hether|(?:[.:;?]\s+|\n)\W*(?:\d{1,2}[.)]\s+)?Whether)\b[^.:;?]*\W*$/

/** Whether the words that end a text ask, and state nothing. */
export const endsAsking = (text: string): boolean => /\?\W*$/.test(text) || OPEN.test(text.slice(-LONGEST))
