import { nearestOf } from '../../../language/matching/fuzzy.ts'
import { type Field, missing, type Reviewer } from '../../../model/index.ts'
import { type Flow, phraseAt, phraseOpening } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { readField, trimmed } from '../../trust/confidence.ts'
import { labels, phrasesOf, reviewerWords } from '../layout/letter-vocabulary.ts'

type Quality = 'states' | 'specialties'
const labelPhrases = phrasesOf<Quality>(labels.reviewer)
const cuePhrases = phrasesOf<'certified' | 'subspecialty' | 'licensed'>({
  certified: reviewerWords.certified,
  subspecialty: reviewerWords.subspecialty,
  licensed: reviewerWords.licensed,
})

/** The reviewer's specialties and states of licence: from labelled rows, else from the sentence of earlier letters. Never a name. */
export function readReviewer(flow: Flow, spans: readonly Span[]): Reviewer {
  const labelled = new Map<Quality, Span>()
  const told: Record<Quality, Span[]> = { states: [], specialties: [] }
  for (const span of spans) {
    for (const [key, value] of labelledSpans(flow, span)) if (!labelled.has(key)) labelled.set(key, value)
    for (const cue of toldSpans(flow, span)) told[cue.key].push(cue)
  }
  const field = (key: Quality, rule: string): Field<readonly string[]> => {
    const own = labelled.get(key)
    const from = own ? [own] : told[key]
    return listField(flow, from, key, own ? rule : `${rule}.sentence`, own ? 0.98 : 0.94)
  }
  return {
    specialties: field('specialties', 'reviewer.specialties'),
    licensedStates: field('states', 'reviewer.licensed-states'),
  }
}

function labelledSpans(flow: Flow, span: Span): readonly (readonly [Quality, Span])[] {
  const rows = flow.rows.filter((r) => r.start >= span.start && r.end <= span.end)
  const found: { key: Quality; start: number; from: number }[] = []
  for (const row of rows) {
    const match = phraseOpening(flow, row, labelPhrases)
    if (!match) continue
    const colon = /^\s*[:;]\s*/.exec(flow.transcript.text.slice(match.end, match.end + 4))
    if (colon || match.size > 14)
      found.push({ key: match.key, start: row.start, from: match.end + (colon?.[0].length ?? 0) })
  }
  return found.map(({ key, from }, i) => {
    const next = found[i + 1]?.start ?? span.end
    // The list ends with its paragraph: what stands below a gap is another matter.
    const gap = rows.find((r) => r.start > from && r.gap === 'paragraph' && r.start < next)
    return [
      key,
      trimmed(flow.transcript, {
        start: from,
        end: Math.max(from, gap && hasLetters(flow, from, gap.start) ? gap.start : next),
      }),
    ] as const
  })
}

const hasLetters = (flow: Flow, start: number, end: number) =>
  /[A-Za-z]{3}/.test(flow.transcript.text.slice(start, end))

/** `is Board Certified in X, has a subspecialty in Y, and is licensed to practice in Z.` */
function toldSpans(flow: Flow, span: Span): readonly (Span & { key: Quality })[] {
  const text = flow.transcript.text.slice(span.start, span.end)
  const found: (Span & { key: Quality })[] = []
  for (const word of text.matchAll(/\S+/g)) {
    const start = span.start + word.index
    if (found.some((f) => start < f.start)) continue
    const cue = phraseAt(flow, start, cuePhrases)
    if (!cue) continue
    const rest = flow.transcript.text.slice(cue.end, Math.min(span.end, cue.end + 300))
    const stop =
      /\.\s|\.$|;|,?(?<!\s)\s+(?:and\s+)?(?:is|has|holds|with\s+a|he\/she|was)\b|,?(?<!\s)\s+and\s+(?:is|has|holds)\b|:/i.exec(
        rest,
      )
    const value = trimmed(flow.transcript, { start: cue.end, end: cue.end + (stop?.index ?? rest.length) })
    if (value.end > value.start) found.push({ ...value, key: cue.key === 'licensed' ? 'states' : 'specialties' })
  }
  return found
}

function listField(
  flow: Flow,
  spans: readonly Span[],
  key: Quality,
  rule: string,
  strength: number,
): Field<readonly string[]> {
  const items = spans.flatMap((s) => itemsIn(flow.transcript.flat(s), key))
  const [first, last] = [spans[0], spans.at(-1)]
  if (!first || !last || items.length === 0) return missing(rule, 0.4)
  const values = [...new Set(items.map((i) => i.value))]
  const worst = Math.max(...items.map((i) => i.doubt))
  const evidence = spans.flatMap((s) => flow.transcript.evidence(s))
  return readField<readonly string[]>(flow.transcript, { start: first.start, end: last.end }, values, {
    rule,
    strength: strength - worst,
    evidence,
  })
}

/** The specialties or states that a few words list, each once; null for none. */
export function listedIn(text: string, key: Quality): readonly string[] | null {
  const items = itemsIn(text.replace(/\s+/g, ' ').trim(), key)
  return items.length > 0 ? [...new Set(items.map((i) => i.value))] : null
}

type Item = { readonly value: string; readonly doubt: number }

function itemsIn(text: string, key: Quality): readonly Item[] {
  const known = key === 'states' ? reviewerWords.states : reviewerWords.specialties
  return text
    .split(/[,;•]|\.(?=\s|$)/)
    .flatMap((part) => unjoined(part.trim(), known))
    .flatMap((part) => item(part, known, key))
}

/** Splits at `and` where the whole is no known name but both halves are. */
function unjoined(part: string, known: readonly string[]): readonly string[] {
  const bare = part.replace(/^(?:and|&)\s+/i, '').trim()
  if (nearestOf(withAnd(bare), known)) return [bare]
  for (const cut of bare.matchAll(/(?<!\s)\s+(?:and|&)\s+/gi)) {
    const halves = [bare.slice(0, cut.index), bare.slice(cut.index + cut[0].length)]
    if (halves.every((h) => nearestOf(withAnd(h), known))) return halves
  }
  return [bare]
}

const withAnd = (text: string) => text.replace(/(?<!\s)\s*&\s*/g, ' and ')

function item(written: string, known: readonly string[], key: Quality): readonly Item[] {
  const text = written.replace(/\s+/g, ' ').replace(/^[^A-Za-z]+|[^A-Za-z)]+$/g, '')
  if (text.length < 3) return []
  const near = nearestOf(withAnd(text), known)
  if (!near) return key === 'states' ? [] : [{ value: text, doubt: 0.2 }]
  if (near.cost === 0 && letters(text) === letters(near.value))
    return [{ value: key === 'states' ? near.value : text, doubt: 0 }]
  const value = text.includes('&') ? near.value.replace(' and ', ' & ') : near.value
  return [{ value, doubt: near.cost === 0 ? 0.02 : 0.06 }]
}

const letters = (text: string) =>
  withAnd(text)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
