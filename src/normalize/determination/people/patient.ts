import { asDigits, DIGIT } from '../../../language/lookalikes.ts'
import { nearestOf, squeeze } from '../../../language/matching/fuzzy.ts'
import { IN_WORDS, numberOf } from '../../../language/numbers.ts'
import { type Field, missing, type Patient } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { confidenceOf, readField } from '../../trust/confidence.ts'
import { patientWords } from '../layout/letter-vocabulary.ts'

type Sex = 'female' | 'male'
type Age = Span & { readonly value: number; readonly repaired: boolean; readonly score: number; readonly after: number }

const OLD = `[\\s-]{0,3}(?:y[ec]a[rt]s?|yrs?|vears?)[\\s.-]{0,3}(?:[o0][l1Ii|][dc]|[o0]f[\\s-]{1,2}age)|[\\s-]{0,2}y\\s?[/.]?\\s?o\\b`
const inDigits = new RegExp(`(?<![A-Za-z0-9.])(${DIGIT}{1,3})(?:${OLD})`, 'gi')
const inWords = new RegExp(`\\b(${IN_WORDS})(?:[\\s-]{0,3}years?[\\s-]{0,3}old)`, 'gi')
const aged = new RegExp(`\\bage[d]?(?:\\s+(?:of|is))?\\s*:?\\s+(${DIGIT}{2,3})(?![A-Za-z0-9/])`, 'gi')

/** Whose age it is: `is a 48 year old`, `now 52-year-old female`. */
const subject = /(?:\b(?:is|was|an?|now|this|the)\b|\(n\)|,)\s*$/i
/** An age in the past: `since 13 years old`, `at 2 years old`. */
const past = /\b(?:since|at|when|from|until|age)\s*$/i

/** The patient's age and sex from the summary's words. */
export function readPatient(flow: Flow, summary: Span | null): Patient {
  if (!summary) return { age: missing('patient.age', 0.3), sex: missing('patient.sex', 0.3) }
  const text = flow.transcript.text.slice(summary.start, summary.end)
  const ages = agesIn(text)
  const best = bestOf(ages)
  return { age: ageField(flow, summary, best, ages), sex: readSex(flow, summary, text, best) }
}

function ageField(flow: Flow, summary: Span, best: Age | null, all: readonly Age[]): Field<number> {
  const rule = 'patient.age'
  if (!best) return missing(rule, 0.8)
  const others = [...new Set(all.map((a) => a.value))].filter((v) => v !== best.value && v >= 14)
  return readField(flow.transcript, shifted(best, summary.start), best.value, {
    rule,
    strength: (best.score >= 2 ? 0.99 : 0.93) - (best.repaired ? 0.12 : 0),
    alternatives: others.map((value) => ({ value, why: 'another age stands in the summary' })),
  })
}

const bestOf = (ages: readonly Age[]) =>
  ages.reduce<Age | null>((a, b) => (a === null || b.score > a.score ? b : a), null)

/** The age that a few words tell, or a number alone; null for none. */
export function ageIn(text: string): number | null {
  const told = bestOf(agesIn(text))
  if (told) return told.value
  const all = [text.replace(/^\W+|\W+$/g, ''), ...text.split(/[^A-Za-z0-9|]+/)].flatMap((part) => numberOf(part) ?? [])
  return all.find((n) => Number.isInteger(n) && n <= 120) ?? null
}

/** The sex that a few words tell, a pronoun or a letter alone included; null for none. */
export function sexIn(text: string): Sex | null {
  const all = wordsFrom(text, 0, Number.POSITIVE_INFINITY).map((w) => w.word)
  const noun = all.map((word) => sexOf(word)).find((sex) => sex !== null)
  if (noun) return noun
  const letter = all.find((word) => /^[MF]$/.test(word))
  if (letter) return letter === 'M' ? 'male' : 'female'
  return sexes.find((sex) => all.some((word) => patientWords.pronouns[sex].includes(word.toLowerCase()))) ?? null
}

const shifted = (span: Span, by: number): Span => ({ start: span.start + by, end: span.end + by })

function agesIn(text: string): readonly Age[] {
  const found: Age[] = []
  const add = (match: RegExpExecArray | RegExpMatchArray, value: number | null, repaired: boolean) => {
    const index = match.index ?? 0
    if (value === null || value > 120) return
    const before = text.slice(Math.max(0, index - 12), index)
    const after = text.slice(index + match[0].length, index + match[0].length + 25)
    let score = 1
    if (subject.test(before)) score += 1
    if (
      /^[\s,-]{0,12}(?:old\s+)?(?:right|left|\S{1,24}-handed\s)?\s{0,4}\S{0,24}(?:male|man|lady|f[ec]ma[l1][ec])/i.test(
        after,
      )
    )
      score += 2
    if (past.test(before) || value < 12) score -= 2
    // The patient is introduced at the start.
    if (index < 300) score += 1
    found.push({ start: index, end: index + match[0].length, value, repaired, score, after: index + match[0].length })
  }
  for (const pattern of [inDigits, aged, inWords]) {
    for (const m of text.matchAll(pattern)) {
      const written = m[1] ?? ''
      add(m, numberOf(written), /\d/.test(written) && asDigits(written) !== written)
    }
  }
  return found
}

function readSex(flow: Flow, summary: Span, text: string, age: Age | null): Patient['sex'] {
  const rule = 'patient.sex'
  const after = age ? wordsFrom(text, age.after, 6) : []
  const letter = after[0]
  // `48 y/o M`: the letter counts only right behind the age.
  if (letter && /^[MF]$/.test(letter.word))
    return found(flow, summary, letter, letter.word === 'M' ? 'male' : 'female', rule, 0.97)
  const near = after.map((w) => ({ ...w, sex: sexOf(w.word) })).find((w) => w.sex !== null)
  if (near?.sex) return found(flow, summary, near, near.sex, rule, 0.99)
  const nouns = wordsFrom(text, 0, Number.POSITIVE_INFINITY).filter((w) => plainSex(w.word) !== null)
  const noun = nouns[0]
  const sex = noun ? plainSex(noun.word) : null
  if (noun && sex) return found(flow, summary, noun, sex, `${rule}.elsewhere`, 0.9)
  return byPronouns(flow, summary, text)
}

/** How often pronouns tell the sex, by how many agree; one alone may be a physician whose name was blanked out. */
const PRONOUN_STRENGTH = [0, 0, 0.7, 0.8]
/** Words before a pronoun within which a physician is named whom it may stand for. */
const PRONOUN_REACH = 60

/** Pronouns are weak witnesses: they count when none disagrees, those that may stand for a physician left out. */
function byPronouns(flow: Flow, summary: Span, text: string): Patient['sex'] {
  const rule = 'patient.sex.pronouns'
  const physician = new RegExp(`\\b(?:${patientWords.physicians.join('|')})\\b[^.]*$`, 'i')
  const all = wordsFrom(text, 0, Number.POSITIVE_INFINITY).filter(
    (w) => !physician.test(text.slice(Math.max(0, w.start - PRONOUN_REACH), w.start)),
  )
  const of = (sex: Sex) => all.filter((w) => patientWords.pronouns[sex].includes(w.word.toLowerCase()))
  const [she, he] = [of('female'), of('male')]
  const [sex, own, other] = she.length > 0 ? (['female', she, he] as const) : (['male', he, she] as const)
  const first = own[0]
  if (!first || own.length < 2 || other.length > 0) return missing(rule, 0.8)
  const strength = PRONOUN_STRENGTH[Math.min(3, own.length)] ?? 0
  return { ...found(flow, summary, first, sex, rule, strength), confidence: confidenceOf(strength, 1) }
}

function found(flow: Flow, summary: Span, word: Span, value: Sex, rule: string, strength: number): Field<Sex> {
  return readField(flow.transcript, shifted(word, summary.start), value, { rule, strength })
}

type Word = Span & { readonly word: string }
function wordsFrom(text: string, from: number, count: number): readonly Word[] {
  const words: Word[] = []
  for (const m of text.slice(from).matchAll(/[A-Za-z0-9|]+/g)) {
    if (words.length >= count) break
    words.push({ word: m[0], start: from + m.index, end: from + m.index + m[0].length })
  }
  return words
}

const sexes = ['female', 'male'] as const
const plainSex = (word: string): Sex | null =>
  sexes.find((s) => patientWords.sex[s].includes(word.toLowerCase())) ?? null

function sexOf(word: string): Sex | null {
  const plain = plainSex(word)
  if (plain) return plain
  if (squeeze(word).length < 4) return null
  const near = nearestOf(word, [...patientWords.sex.female, ...patientWords.sex.male])
  return near ? (sexes.find((s) => patientWords.sex[s].includes(near.value)) ?? null) : null
}
