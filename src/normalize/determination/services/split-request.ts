import { z } from 'zod'
import { misreadable } from '../../../language/lookalikes.ts'
import type { Span } from '../../page-text/transcript.ts'
import phrases from '../../vocabulary/split-requests.json' with { type: 'json' }

const list = z.array(z.string().min(1))
const vocabulary = z
  .object({
    /** Behind what was asked for first. */
    original: list,
    /** Behind what was approved. */
    authorized: list,
    /** Before what was approved. */
    authorizing: list,
    /** Before what is left in dispute. */
    remaining: list,
    /** Before what is left in dispute, when all of the request still is. */
    whole: list,
  })
  .strict()
  .parse(phrases)

/** Where the parts of a partly approved request stand: what was asked, what was approved, what is left in dispute. */
export type SplitRequest = {
  readonly original: Span | null
  readonly authorized: Span | null
  readonly remaining: Span
}

/** Letters that scanners take for one another may stand for each other in every word of a phrase. */
const pattern = (of: readonly string[]) =>
  new RegExp(of.map((phrase) => `\\b${phrase.split(' ').map(misreadable).join('\\W{1,3}')}(?![A-Za-z])`).join('|'), 'i')

const asked = pattern(vocabulary.original)
const passive = pattern(vocabulary.authorized)
const active = pattern(vocabulary.authorizing)
const rest = pattern(vocabulary.remaining)
/** Only with its comma: `the original request, Z is`; elsewhere the words are part of a sentence. */
const whole = new RegExp(`(?:${pattern(vocabulary.whole).source})\\s*[,:]`, 'i')

/**
 * Reads the sentence by which the state's form tells of a request that was approved in part (what was asked, what was granted, what is
 * left to decide) and its variants. Offsets are those of `text`. Null when the heading is a plain request.
 */
export function splitRequest(text: string): SplitRequest | null {
  const original = place(asked, text, 0)
  const from = original?.end ?? 0
  const granting = place(active, text, from)
  const granted = granting ?? place(passive, text, from)
  const left = place(rest, text, granted?.end ?? from) ?? (granted ? place(whole, text, granted.end) : null)
  if (!granted && !(original && left) && !place(rest, text, 0)) return null
  if (!original && !left) return null
  const authorized = !granted
    ? null
    : granting
      ? upTo(text, granting.end, left?.start ?? text.length)
      : clean(text, from, granted.start)
  const remaining = clean(text, left?.end ?? granted?.end ?? from, text.length)
  if (!remaining) return null
  return { original: original ? clean(text, 0, original.start) : null, authorized, remaining }
}

function place(of: RegExp, text: string, from: number): Span | null {
  const found = of.exec(text.slice(from))
  return found ? { start: from + found.index, end: from + found.index + found[0].length } : null
}

/** What was approved, told before its verb's object ends: `authorized Y, leaving …`. */
function upTo(text: string, start: number, end: number): Span | null {
  const part = text.slice(start, end)
  const stop = /,\s+(?:leaving|which|so|and)\b|\.\s+(?=[A-Z])|\.\s*$/.exec(part)
  return clean(text, start, start + (stop?.index ?? part.length))
}

/** Without marks at the ends, `by the Claims Administrator` before and `is` behind. */
function clean(text: string, start: number, end: number): Span | null {
  const part = text.slice(start, end)
  const lead = /^(?:[\s.,:;-]|\b(?:of|for)\s)*/.exec(part)?.[0].length ?? 0
  const tail = /(?:\s+(?:is|are|was|were))?[\s,:;.]*$/i.exec(part)?.[0].length ?? 0
  return lead >= part.length - tail ? null : { start: start + lead, end: end - tail }
}
