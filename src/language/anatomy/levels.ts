import { asDigits } from '../lookalikes.ts'
import anatomy from '../vocabulary/anatomy.json' with { type: 'json' }

/** A spinal level as written: one disc (`L4-5`), a span of several (`L4-S1`) or a single vertebra or root (`L5`). */
export type WrittenLevel = { readonly levels: readonly string[]; readonly start: number; readonly end: number }

type Section = 'C' | 'T' | 'L' | 'S'
type Vertebra = { readonly section: Section; readonly number: number }

const sections: readonly Section[] = ['C', 'T', 'L', 'S']
const counts: Readonly<Record<Section, number>> = anatomy.spineLevels
const column: readonly Vertebra[] = sections.flatMap((section) =>
  Array.from({ length: counts[section] }, (_, i) => ({ section, number: i + 1 })),
)
const place = (v: Vertebra) => column.findIndex((c) => c.section === v.section && c.number === v.number)
// There is an eighth cervical root, but no eighth cervical vertebra and so no disc below it.
const exists = (v: Vertebra) => place(v) >= 0 || (v.section === 'C' && v.number === 8)

/** `L4`, then any number of `-5`, `/S1`, `to L5`. Digits may be their look-alikes; letters are told apart below. */
const CHAIN =
  /(?<![\p{L}\p{N}#.$])([CTLSctls])\s?-?([0-9IlS]{1,2})((?:\s?(?:[-–—/]|to|through|thru)\s?[CTLSctls]?\s?[0-9IlS]{1,2}(?![\p{L}\p{N}%]))*)(?![\p{L}\p{N}%])/gu
const LINK = /(?:[-–—/]|to|through|thru)\s?([CTLSctls]?)\s?([0-9IlS]{1,2})/g
/** `14-5`, `I5-S1`, `l4-5`: an L that was taken for a one. */
const LOST_L =
  /(?<![\p{L}\p{N}#./])([1Il|])([1-5])\s?[-–/]\s?([1Il|SLC]?)([1-5])(?![\p{L}\p{N}%.]|\s?(?:mg|times|x|visit|session|week|day))/giu
/** `L4-5, 5-1`, `L3-4 and 4-5`: a further disc of the same section. */
const FURTHER =
  /\s?(?:,|&|and|,\s?and)\s?([1-8])\s?[-–/]\s?(S?)([1-8])(?![\p{L}\p{N}%.]|\s?(?:times|x|visit|session|week|day))/iuy

const COUNTING = /(?:\d\s?x|times|[#x:])\s?$/i
const COUNTED = /^\s?(?:x\b|times|visit|session|treatment|week|wk|day|month)/i

function written(letter: string, digits: string): Vertebra | null {
  const section = sections.find((s) => s === letter.toUpperCase())
  const vertebra = section ? { section, number: Number(asDigits(digits)) } : null
  return vertebra && exists(vertebra) ? vertebra : null
}

/** The next vertebra of a chain: `5` after L4 is L5, `1` after L5 is S1, `S1` is itself. */
function linked(before: Vertebra, letter: string, digits: string): Vertebra | null {
  if (letter !== '') return written(letter, digits)
  const same: Vertebra = { section: before.section, number: Number(asDigits(digits)) }
  if (exists(same) && same.number > before.number) return same
  const below = sections[sections.indexOf(before.section) + 1]
  const next = below ? { section: below, number: Number(asDigits(digits)) } : null
  return next && next.number === 1 && before.number === counts[before.section] && exists(next) ? next : null
}

/** `L4-5`, `L5-S1`: the disc between a vertebra and the next. */
function disc(at: number): string {
  const upper = column[at]
  const lower = column[at + 1]
  if (!upper || !lower) return ''
  const same = upper.section === lower.section
  return `${upper.section}${upper.number}-${same ? '' : lower.section}${lower.number}`
}

/** The discs from one vertebra down to another: L4 to S1 are L4-5 and L5-S1. */
function discsBetween(from: Vertebra, to: Vertebra): readonly string[] {
  const [first, last] = [place(from), place(to)]
  return first >= 0 && last > first ? Array.from({ length: last - first }, (_, i) => disc(first + i)) : []
}

function thyroidTest(text: string): boolean {
  const lower = text.toLowerCase()
  return anatomy.notALevelBeside.some((word) => lower.includes(word))
}

function furtherAt(text: string, end: number): RegExpExecArray | null {
  FURTHER.lastIndex = end
  return FURTHER.exec(text)
}

/** `SI` is the sacroiliac joint unless a root is meant, as in injections through the foramen. */
const ROOT_MEANT = /foramin|TFESI|ESI\b|epidural|root|SNRB|L5/i
/** Nerves are counted one by one: `L3-L5 medial branches` are three. */
const NERVES_AFTER = /^\s(?:medial\sbranch(?:es|\snerves)|dorsal\s(?:rami|ramus)|nerve\sroots|roots)\b/i
const NERVES_BEFORE = /(?:medial\sbranch(?:es|\snerves)|dorsal\srami|nerve\sroots)(?:\s(?:at|of|from))?[\s,:]*$/i

/** Whether a match is no level: a thyroid test, a joint, a misread number of visits. */
function isNoLevel(
  text: string,
  match: RegExpMatchArray,
  first: Vertebra,
  about: { readonly ofThyroid: boolean; readonly rootMeant: boolean },
): boolean {
  const [all, letter = '', digits = '', links = ''] = match
  if (links !== '') return false
  if (first.section === 'T' && about.ofThyroid) return true
  if (first.section === 'S' && /^[Il]$/.test(digits) && !about.rootMeant) return true
  // `l2 sessions`, `3 times l2`: a twelve whose one was read as an l.
  const start = match.index ?? 0
  const end = start + all.length
  const small = letter !== letter.toUpperCase()
  return small && (COUNTED.test(text.slice(end, end + 16)) || COUNTING.test(text.slice(Math.max(0, start - 10), start)))
}

/** The vertebrae of a chain as far as they follow one another, and how much of it they take: of `L4-5 - 3 sessions` only `-5` is a link. */
function linksOf(first: Vertebra, links: string): { readonly chain: readonly Vertebra[]; readonly length: number } {
  const chain: Vertebra[] = [first]
  let length = 0
  for (const { 0: all, 1: letter = '', 2: digits = '', index } of links.matchAll(LINK)) {
    const next = linked(chain.at(-1) ?? first, letter, digits)
    if (!next) break
    chain.push(next)
    length = index + all.length
  }
  return { chain, length }
}

/** The levels of a chain: discs, or nerves one by one where the wording names nerves. */
function chained(chain: readonly Vertebra[], nerves: boolean): readonly string[] {
  const levels = chain.flatMap((v, i) => {
    const next = chain[i + 1]
    return next ? discsBetween(v, next) : []
  })
  const [first, last] = [chain[0], chain.at(-1)]
  if (!first || !last) return []
  if (levels.length === 0) return [nameOf(first)]
  if (!nerves || levels.length === 1) return levels
  return column.slice(place(first), place(last) + 1).map(nameOf)
}

const nameOf = ({ section, number }: Vertebra) => `${section}${number}`

/** Every spinal level that `text` names, in order. Needs no knowledge of what is asked for, except to tell `T4` from a thyroid test. */
export function writtenLevels(text: string): readonly WrittenLevel[] {
  const found: WrittenLevel[] = []
  const ofThyroid = thyroidTest(text)
  const rootMeant = ROOT_MEANT.test(text)
  for (const match of text.matchAll(CHAIN)) {
    const [all, letter = '', digits = '', links = ''] = match
    const first = written(letter, digits)
    if (!first || isNoLevel(text, match, first, { ofThyroid, rootMeant })) continue
    const { chain, length } = linksOf(first, links)
    let end = match.index + all.length - links.length + length
    const nerves =
      NERVES_AFTER.test(text.slice(end, end + 30)) ||
      NERVES_BEFORE.test(text.slice(Math.max(0, match.index - 40), match.index))
    const levels = [...chained(chain, nerves)]
    for (let more = furtherAt(text, end); more; more = furtherAt(text, end)) {
      const upper: Vertebra = { section: first.section, number: Number(more[1]) }
      const lower = exists(upper) ? linked(upper, more[2] ?? '', more[3] ?? '') : null
      if (!lower) break
      levels.push(...discsBetween(upper, lower))
      end += more[0].length
    }
    found.push({ levels, start: match.index, end })
  }
  return found.length > 0 ? found : repairedLevels(text)
}

/** Levels whose L was read as a one, accepted only where a spinal procedure or diagnosis is named. */
function repairedLevels(text: string): readonly WrittenLevel[] {
  const words = new Set(text.toLowerCase().split(/[^a-z]+/))
  if (!anatomy.spineProcedures.some((word) => words.has(word))) return []
  const found: WrittenLevel[] = []
  for (const match of text.matchAll(LOST_L)) {
    const upper = written('L', match[2] ?? '')
    const letter = (match[3] ?? '').toUpperCase() === 'S' ? 'S' : ''
    const lower = upper && linked(upper, letter, match[4] ?? '')
    if (upper && lower)
      found.push({ levels: discsBetween(upper, lower), start: match.index, end: match.index + match[0].length })
  }
  return found
}
