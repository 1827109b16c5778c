import type { Outcome } from '../../../model/index.ts'
import { type Flow, phraseAt, phraseOpening, type Row, rowAt } from '../../page-text/flow.ts'
import type { Span } from '../../page-text/transcript.ts'
import { labels, outcomeWords, phrasesOf, type ServiceLabel } from '../layout/letter-vocabulary.ts'
import { necessityAtEnd, outcomeOfWord } from './outcome.ts'

export type LabelMark = Span & {
  readonly mark: 'label'
  readonly label: 'claimsAdministrator' | 'reviewer' | 'rationale'
  /** Where the text under the label starts: behind it, or at it when the label is itself the first words of the text. */
  readonly text: number
}
export type OutcomeMark = Span & {
  readonly mark: 'outcome'
  readonly outcome: Outcome
  readonly cost: number
  /** `word`: `…: Upheld`; `sentence`: `… is not medically necessary` as a heading. */
  readonly form: 'word' | 'sentence'
}
export type Mark = LabelMark | OutcomeMark

const servicePhrases = phrasesOf<ServiceLabel>(labels.service)
const meaning: Readonly<Record<ServiceLabel, LabelMark['label']>> = {
  claimsAdministrator: 'claimsAdministrator',
  claimsAdministratorSentence: 'claimsAdministrator',
  reviewer: 'reviewer',
  reviewerSentence: 'reviewer',
  guidelineBlock: 'reviewer',
  rationale: 'rationale',
}

/** Labels and stated outcomes within `span`, in their order: what a letter's decisions hang on. */
export function findMarks(flow: Flow, span: Span): readonly Mark[] {
  const rows = flow.rows.filter((r) => r.start >= span.start && r.end <= span.end)
  const labelled = rows.map((row) => labelMark(flow, row))
  const marks: Mark[] = []
  for (const [i, row] of rows.entries()) {
    const label = labelled[i]
    if (label && !insideSentence(label, marks)) marks.push(label)
    const nextIsLabel = labelled[i + 1] != null
    const outcome =
      labelledOutcome(flow, row) ??
      outcomeInRow(flow, row, nextIsLabel) ??
      (nextIsLabel ? sentenceOutcome(flow, row, label ?? null) : null)
    if (outcome) {
      marks.push(outcome)
      const behind = labelBehind(flow, outcome, row)
      if (behind) marks.push(behind)
    }
  }
  return marks
}

/** `The Claims Administrator based its decision on …` under the label `Claims Administrator guideline:` is text, not a label. */
function insideSentence(label: LabelMark, marks: readonly Mark[]): boolean {
  const before = marks.at(-1)
  return label.text === label.start && before?.mark === 'label' && before.label === label.label
}

function labelMark(flow: Flow, row: Row): LabelMark | null {
  const match = phraseOpening(flow, row, servicePhrases)
  return match ? asLabel(flow, match) : null
}

function asLabel(flow: Flow, match: Span & { key: ServiceLabel; cost: number; size: number }): LabelMark | null {
  const { start, end, key, size } = match
  const sentence = key === 'claimsAdministratorSentence' || key === 'reviewerSentence'
  if (sentence) return { mark: 'label', label: meaning[key], start, end, text: start }
  const colon = /^\s?[:;.,]+\s*|^\s*$|^\s*\n/.exec(flow.transcript.text.slice(end, end + 6))
  // The colon may be lost in the scan; a short label without one would be any word that opens a row.
  if (!colon && size < 15) return null
  return { mark: 'label', label: meaning[key], start, end, text: end + (colon?.[0].length ?? 0) }
}

const outcomeLabels = phrasesOf({ outcome: outcomeWords.labels })

/** An outcome in a row of its own, under its label: `Decision: Overturned`, `Determination: The denial is UPHELD.` */
function labelledOutcome(flow: Flow, row: Row): OutcomeMark | null {
  const label = phraseOpening(flow, row, outcomeLabels)
  if (!label) return null
  const said =
    /^\s?[:=-]\s*(?:the\s+)?(?:(?:ur\s+)?(?:denial|decision|determination)\s+)?(?:is\s+|was\s+|has\s+been\s+)?(\S+?)\W*$/i.exec(
      flow.transcript.text.slice(label.end, row.end),
    )
  const read = said?.[1] ? outcomeOfWord(said[1]) : null
  return read && { mark: 'outcome', ...read, form: 'word', start: label.start, end: row.end }
}

/** An outcome word that closes a row: after a colon, or with a label below. */
function outcomeInRow(flow: Flow, row: Row, nextIsLabel: boolean): OutcomeMark | null {
  const words = [...row.text.matchAll(/\S+/g)]
  for (let i = words.length - 1; i >= 0; i--) {
    const word = words[i]
    if (!word) break
    const [lead, core] = splitAtColon(word[0])
    const read = outcomeOfWord(core)
    const start = row.start + word.index + lead.length
    if (read) {
      const before = flow.transcript.text.slice(Math.max(0, start - 4), start)
      const colon = /[:;]\W*$/.test(before) || lead !== ''
      const capital = /^[^A-Za-z0-9]*[A-Z0]/.test(core)
      const closes =
        i === words.length - 1 || nextIsLabel || labelBehind(flow, { end: start + core.length }, row) !== null
      if (closes && ((colon && capital) || nextIsLabel || (colon && read.cost === 0)))
        return {
          mark: 'outcome',
          outcome: read.outcome,
          cost: read.cost,
          form: 'word',
          start,
          end: start + core.length,
        }
    }
    // Behind the outcome only specks may stand, or the first label when two rows were read as one.
    if (word[0].replace(/[^A-Za-z0-9]/g, '').length > 2 && !labelBehindRow(flow, row)) break
  }
  return null
}

const splitAtColon = (word: string): readonly [string, string] => {
  const at = word.lastIndexOf(':', word.length - 3)
  return at > 0 ? [word.slice(0, at + 1), word.slice(at + 1)] : ['', word]
}

function labelBehind(flow: Flow, { end }: { readonly end: number }, row: Row): LabelMark | null {
  const next = /^\W*(?=\w)/.exec(flow.transcript.text.slice(end, row.end))
  if (!next || end + next[0].length >= row.end) return null
  const match = phraseAt(flow, end + next[0].length, servicePhrases)
  return match ? asLabel(flow, match) : null
}

/** Whether a label stands inside the row, so that the row is worth a look from its end to its start. */
const labelBehindRow = (flow: Flow, row: Row) =>
  /guideline|rationale/i.test(row.text) && phraseOpening(flow, row, servicePhrases) === null

/** Letters of 2013: the request's heading is itself the decision, `X is not medically necessary and appropriate`. */
function sentenceOutcome(flow: Flow, row: Row, label: LabelMark | null): OutcomeMark | null {
  if (label?.label === 'rationale') return null
  const index = rowAt(flow.rows, row.start)
  const from = flow.rows[Math.max(0, index - 1)]?.start ?? row.start
  const said = necessityAtEnd(flow.transcript.text.slice(from, row.end))
  if (!said) return null
  const start = from + said.start
  return { mark: 'outcome', outcome: said.outcome, cost: said.cost, form: 'sentence', start, end: row.end }
}
