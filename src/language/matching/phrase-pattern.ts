import { IN_WORDS, writtenNumbers } from '../numbers.ts'

/** Words of up to this many letters stand alone (but for a plural s); longer ones may be continued. */
const SHORT = 4
/** Up to six words; a group of its own, so that it is known what they were. */
const GAP = '((?:[^\\s.;:,]+[\\s,]+){0,6}?)'
const NUMBER = `(?:#?\\d{1,3}|${IN_WORDS})`

const compiled = new Map<string, RegExp>()

/**
 * A phrase as a regular expression over text that went through `plain`. Words in order; a word of five letters or more may be
 * continued, a shorter one stands alone; `..` lets up to six words stand between within the clause, `(a|b c)` is either,
 * `<n>` is a number, `<3-12>` one from three to twelve, `should!` is no `shoulder`.
 * @throws {SyntaxError} when its brackets do not fit.
 */
export function compilePhrase(phrase: string): RegExp {
  const known = compiled.get(phrase)
  if (known) return known
  const made = new RegExp(`(?<![a-z0-9])${sequence(plain(phrase))}(?![a-z0-9])`, 'g')
  compiled.set(phrase, made)
  return made
}

/** Lower case, no double quotes, straight single ones, hyphens between letters as spaces: as long as the text itself, so that offsets hold. */
export function plain(text: string): string {
  return text
    .replace(/[A-Z]/g, (c) => c.toLowerCase())
    .replace(/[‘’`´]/g, "'")
    .replace(/[–—]/g, '-')
    .replace(/["“”]/g, ' ')
    .replace(/(?<=[a-z])-(?=[a-z])/g, ' ')
}

/** A phrase in a text: offsets, and the words that its gaps took up. */
export type PhrasePlace = { readonly start: number; readonly end: number; readonly gaps: readonly string[] }

/** Where a phrase stands in a text that went through `plain`, first to last. */
export function placesOf(phrase: string, text: string): readonly PhrasePlace[] {
  const found: PhrasePlace[] = []
  for (const match of text.matchAll(compilePhrase(phrase)))
    found.push({ start: match.index, end: match.index + match[0].length, gaps: match.slice(1).filter(Boolean) })
  return found
}

/** One sequence of words, gaps, alternatives and numbers. */
function sequence(phrase: string): string {
  const parts = phrase.match(/\((?:[^()]|\([^()]*\))*\)[^\s]*|[^\s]+/g) ?? []
  if (parts.length === 0) throw new SyntaxError('an empty phrase')
  let made = ''
  let gap = true
  for (const part of parts) {
    if (part === '..') {
      made += `${made === '' ? '' : '[\\s,]+'}${GAP}`
      gap = true
      continue
    }
    made += `${gap ? '' : '[\\s,]+'}${word(part)}`
    gap = false
  }
  return made.endsWith(GAP) ? made.slice(0, made.length - GAP.length).replace(/\[\\s,\]\+$/, '') : made
}

function word(part: string): string {
  if (part === '<n>') return NUMBER
  const range = /^<(\d{1,3})-(\d{1,3})>$/.exec(part)
  if (range) return `(?:${writtenNumbers(Number(range[1]), Number(range[2])).join('|')})`
  if (part.startsWith('(')) {
    const close = part.lastIndexOf(')')
    if (close < 0) throw new SyntaxError(`no closing bracket: ${part}`)
    const inside = alternatives(part.slice(1, close)).map(sequence).join('|')
    return `(?:${inside})${part.slice(close + 1)}`
  }
  if (/[[\]\\]/.test(part)) return part
  if (/^[a-z']+!$/.test(part)) return part.slice(0, -1)
  const plainLetters = part.replace(/[.*+?^${}()|/]/g, '\\$&')
  if (!/^[a-z']+$/.test(part)) return plainLetters
  return part.length > SHORT ? `${plainLetters}[a-z']*` : `${plainLetters}s?`
}

function alternatives(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i <= text.length; i++) {
    const c = text[i]
    if (c === '(') depth++
    else if (c === ')') depth--
    else if ((c === '|' && depth === 0) || i === text.length) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  return parts
}
