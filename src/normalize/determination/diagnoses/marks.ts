import { firstSentenceEnd } from '../../../language/sentences.ts'
import type { Span } from '../../page-text/transcript.ts'
import { isPlace } from './places.ts'
import { anyOf, cues, isQualifier, namesDisease } from './vocabulary.ts'

/** What an item may begin with: a word, or a measure: "2. 3 mm disc protrusion". */
const ITEM = String.raw`(?=["“(]?[A-Za-z]|\d{1,2}(?:\.\d)?\s?-?\s?(?:[mc]m|levels?)\b)`
/** "1. MPS2. left knee sprain3. right hip strain": a number, with or without a space before it, its point or bracket, and a word. */
const numbers = new RegExp(
  String.raw`(?:^|[\s,;]|(?<!\d)\.|(?<=[a-zA-Z)]|\b[CTLS]\d[-/][CTLS]?\d|\b(?:19|20)\d\d|\b\d{1,2}[-/]\d{1,2}[-/]\d\d))[(]?(\d{1,2}|(?<![a-zA-Z])[lI])\s*[.):]\s*${ITEM}`,
  'g',
)
/** "#1 sprain #2 strain", "No. 1 sprain". */
const hashes = new RegExp(
  String.raw`(?:^|[\s,;.]|(?<=[a-zA-Z)]))(?:#\s?|No\.\s?)(\d{1,2})\s*(?:[.):]\s*|\s)${ITEM}`,
  'g',
)
/** "a. strain. b. sprain", "(A) strain; (B) sprain". */
const letters = /(?:^|[\s,;.])[(]?([a-jA-J])[.)]\s+(?=["“(]?[A-Za-z])/g
/** "- strain - sprain" behind a first dash. */
const bullets = /(?:^|\s)[-–•*]\s+(?=["“(]?[A-Za-z])/g
/** "strain / sprain of the back / opioid dependence": blanks on both sides. */
const slashes = /\s\/\s/g

/** The items of a list that is marked by numbers, letters or dashes, in order; null for one that is not. */
export function markedItems(text: string, bulleted: boolean): readonly Span[] | null {
  if (bulleted) return bulletedItems(text)
  return (
    itemsOfRun(text, numbers, markNumber) ??
    itemsOfRun(text, hashes, markNumber) ??
    itemsOfRun(text, letters, letterOf) ??
    slashedItems(text)
  )
}

const markNumber = (mark: string) => (/^[lI]$/.test(mark) ? 1 : Number(mark))
const letterOf = (mark: string) => mark.toLowerCase().charCodeAt(0) - 96

/** A list that begins in its middle ("4. strain 5. sprain", of a longer one) begins with its first words. */
const AT_ONCE = 3
const LAST_FIRST = 9

/** Items whose marks run 1, 2, 3… or a, b, c…; null when there are none. */
function itemsOfRun(text: string, pattern: RegExp, order: (mark: string) => number): readonly Span[] | null {
  const marks: { at: number; from: number }[] = []
  let next = 1
  for (const match of text.matchAll(pattern)) {
    const mark = match[1] ?? ''
    // A list whose first number was left out: "… were shoulder sprain 2. wrist sprain".
    if (marks.length === 0 && mark === '2' && match.index > AT_ONCE) {
      marks.push({ at: 0, from: 0 })
      next = 2
    } else if (marks.length === 0 && match.index <= AT_ONCE && order(mark) <= LAST_FIRST) next = order(mark)
    if (order(mark) !== next) continue
    marks.push({ at: match.index, from: match.index + match[0].length })
    next++
  }
  return marks.length < 2 ? null : itemsBetween(text, marks)
}

function bulletedItems(text: string): readonly Span[] {
  const marks = [...text.matchAll(bullets)].map((m) => ({ at: m.index, from: m.index + m[0].length }))
  return itemsBetween(text, [{ at: 0, from: 0 }, ...marks])
}

/** Each side of a slash must be a diagnosis by itself: "lumbar sprain / strain" is one. */
function slashedItems(text: string): readonly Span[] | null {
  const marks = [...text.matchAll(slashes)].map((m) => ({ at: m.index, from: m.index + m[0].length }))
  if (marks.length === 0) return null
  const items = itemsBetween(text, [{ at: 0, from: 0 }, ...marks])
  const whole = items.every(
    ({ start, end }) => /\w\s+\w/.test(text.slice(start, end)) && !/[,;]/.test(text.slice(start, end)),
  )
  return whole ? items : null
}

function itemsBetween(text: string, marks: readonly { at: number; from: number }[]): readonly Span[] {
  return marks.map(({ from }, i) => {
    const next = marks[i + 1]?.at ?? text.length
    // The last mark's item ends with its sentence.
    const full = i === marks.length - 1 ? firstSentenceEnd(text.slice(from, next)) : -1
    return withoutPlan(text, { start: from, end: full >= 0 ? from + full : next })
  })
}

const doubt = new RegExp(
  `^\\s*(?:${anyOf([...cues.certainty.suspected, ...cues.certainty['ruled-out']])})(?![a-z])`,
  'i',
)

/** Where a doubt of another disease may begin: behind a comma, or "rule out" in the middle of the words. */
const APART = /,\s*|(?<=\w)\s+(?=(?:rule\s+out|r\/o)\s)/gi

/** "left shoulder contusion, R/O labral tear", "weakness of the arm rule out radiculopathy": a complaint or a disease, and the doubts of others behind it. */
export function doubtsApart(text: string, { start, end }: Span): readonly Span[] {
  const item = text.slice(start, end)
  const items: Span[] = []
  let from = 0
  for (const gap of item.matchAll(APART)) {
    const [before, rest] = [item.slice(from, gap.index), item.slice(gap.index + gap[0].length)]
    const named = namesDisease(before) || !gap[0].includes(',')
    if (!named || !doubt.test(rest) || !namesDisease(rest) || isPlace(before) || isQualifier(before)) continue
    items.push({ start: start + from, end: start + gap.index })
    from = gap.index + gap[0].length
  }
  return [...items, { start: start + from, end }]
}

/** An item of an assessment may go on to what is to be done: "ankle sprain, grade II - continue brace". A doubt is no plan. */
function withoutPlan(text: string, { start, end }: Span): Span {
  const item = text.slice(start, end)
  const dash = /\s[-–]+\s+(?=[a-z])/.exec(item)
  if (!dash) return { start, end }
  const rest = item.slice(dash.index + dash[0].length)
  const more = namesDisease(rest) || isPlace(rest) || isQualifier(rest) || doubt.test(rest)
  return namesDisease(item.slice(0, dash.index)) && !more ? { start, end: start + dash.index } : { start, end }
}
