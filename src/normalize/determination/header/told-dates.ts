import { type FoundDate, findDates } from '../../../language/dates.ts'
import { matchPrefix, squeeze } from '../../../language/matching/fuzzy.ts'
import { indexPhrases, type PhraseIndex } from '../../../language/matching/phrase-index.ts'
import { lastSentence } from '../../../language/sentences.ts'
import type { Field, IsoDate } from '../../../model/index.ts'
import type { Flow } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { agreed, readField } from '../../trust/confidence.ts'
import { dateCues } from '../layout/letter-vocabulary.ts'

/** Dates that a letter tells in sentences: what stands before or behind a date says which it is. */
export type ToldDates = Readonly<Record<keyof typeof dateCues, readonly Told[]>>
type Told = FoundDate & { readonly strength: number }

/** How many characters before or behind a date its words are looked for. */
const NEAR = 90

/** Words of cues, squeezed, the longest first. */
type Cues = { readonly phrases: readonly string[]; readonly index: PhraseIndex }
const cues = (list: readonly string[], turn: (text: string) => string): Cues => {
  const phrases = list.map((phrase) => turn(squeeze(phrase))).sort((a, b) => b.length - a.length)
  return { phrases, index: indexPhrases(phrases, false) }
}
const reverse = (text: string) => [...text].reverse().join('')
const keys = ['dateOfInjury', 'urDecisionDate', 'applicationReceived', 'dateAssigned'] as const
const known = keys.map((key) => ({
  key,
  before: cues(dateCues[key].before, reverse),
  after: cues(dateCues[key].after, (text) => text),
}))

/** Finds the told dates within `spans`. */
export function findToldDates(flow: Flow, spans: readonly Span[], notAfter: IsoDate | null): ToldDates {
  const told: Record<keyof typeof dateCues, Told[]> = {
    dateOfInjury: [],
    urDecisionDate: [],
    applicationReceived: [],
    dateAssigned: [],
  }
  for (const span of spans) {
    const text = flow.transcript.text.slice(span.start, span.end)
    const dates = findDates(text, { notAfter })
    for (const [i, date] of dates.entries()) {
      const before = text.slice(Math.max(dates[i - 1]?.end ?? 0, date.start - NEAR), date.start)
      const after = text.slice(date.end, Math.min(dates[i + 1]?.start ?? text.length, date.end + NEAR))
      for (const { key, before: cuesBefore, after: cuesAfter } of known) {
        const strength = strengthBefore(before, cuesBefore) ?? strengthAfter(after, cuesAfter)
        if (strength !== null)
          told[key].push({ ...date, start: date.start + span.start, end: date.end + span.start, strength })
      }
    }
  }
  for (const key of keys) told[key].sort((a, b) => b.strength - a.strength || a.start - b.start)
  return told
}

/** Words that may stand between a cue and its date: `on`, `of`, `dated`, `is`, a bracket. */
const between =
  /(?<![\s(,:]|\b(?:on|of|dated|was|is|the|date|a|decision))(?:[\s(,:]|\b(?:on|of|dated|was|is|the|date|a|decision)\b)*$/i
function strengthBefore(text: string, list: Cues): number | null {
  const clause = lastSentence(text)
  const sentence = clause.slice(clause.lastIndexOf('; ') + 1)
  for (const end of [sentence, sentence.replace(between, '')]) {
    const length = cueAt(reverse(squeeze(end)), list)
    if (length !== null) return length > 12 ? 0.93 : 0.88
  }
  return null
}

function strengthAfter(text: string, list: Cues): number | null {
  const forwards = squeeze(text.replace(/^[\s,:)-]+/, '').replace(/^the\s/i, ''))
  return cueAt(forwards, list) === null ? null : 0.85
}

/** Length of the first cue of the list with which the squeezed text begins. */
function cueAt(text: string, { phrases, index }: Cues): number | null {
  for (const candidate of index.candidates(text, 0)) {
    const phrase = phrases[candidate] ?? ''
    if (matchPrefix(text, 0, phrase, index.limits[candidate] ?? 0)) return phrase.length
  }
  return null
}

/**
 * The header's field, or the told date when the header lacks it. Where both speak and agree the field is surer; where they
 * disagree the header wins and `other` holds what the text says.
 */
export function withTold(
  flow: Flow,
  field: Field<IsoDate>,
  told: readonly Told[],
  rule: string,
): { readonly field: Field<IsoDate>; readonly other: FoundDate | null } {
  const first = told[0]
  if (!first) return { field, other: null }
  if (field.value === null && (field.alternatives ?? []).length === 0) {
    const same = told.filter((t) => t.value === first.value).length
    const others = [...new Set(told.map((t) => t.value))].filter((v) => v !== first.value)
    const read = readField(flow.transcript, first, first.value, {
      rule,
      strength: first.repaired ? first.strength - 0.12 : first.strength,
      alternatives: others.map((value) => ({ value, why: 'another sentence of the letter says so' })),
    })
    return { field: same > 1 ? { ...read, confidence: agreed(read.confidence) } : read, other: null }
  }
  if (field.value === null) {
    // An impossible date in the header that one digit makes into the date that the text tells.
    const matching = told.find((t) => field.alternatives?.some((a) => a.value === t.value))
    if (!matching) return { field, other: null }
    return { field: readField(flow.transcript, matching, matching.value, { rule, strength: 0.9 }), other: null }
  }
  if (told.some((t) => t.value === field.value))
    return { field: { ...field, confidence: agreed(field.confidence) }, other: null }
  const alternatives = [...(field.alternatives ?? []), { value: first.value, why: 'the summary says so' }]
  return { field: { ...field, alternatives, confidence: Math.round(field.confidence * 970) / 1000 }, other: first }
}
