import type { Score } from './score.ts'
import type { Observation } from './sheet.ts'

const three = (n: number) => n.toFixed(3)

/**
 * The score as text for a terminal: accuracy a measure, precision and recall of the lists, calibration, then the misses with
 * page, raw text, label and reading. `misses` caps their number (0: none).
 */
export function formatScore(score: Score, options: { readonly misses: number }): string {
  const lines = [`${score.letters} labelled letters`, '', `${'field'.padEnd(30)} right /    of  accuracy`]
  for (const a of score.accuracies) {
    lines.push(
      `${a.measure.padEnd(30)} ${String(a.right).padStart(5)} / ${String(a.of).padStart(5)}  ${three(a.accuracy)}`,
    )
  }
  lines.push('', `${'list'.padEnd(30)} precision  recall     F1   labelled  found`)
  for (const l of score.lists) {
    lines.push(
      `${l.measure.padEnd(30)}     ${three(l.precision)}   ${three(l.recall)}  ${three(l.f1)}   ${String(l.labelled).padStart(8)}  ${String(l.found).padStart(5)}`,
    )
  }
  lines.push('', `calibration error ${three(score.calibrationError)}`, 'confidence     fields  said   right')
  for (const b of score.calibration) {
    lines.push(
      `${b.from.toFixed(1)} to ${b.to.toFixed(1)}  ${String(b.count).padStart(9)}  ${three(b.confidence)}  ${three(b.accuracy)}`,
    )
  }
  const { letters, wrongLetters, wrong } = score.accepted
  const share = score.letters === 0 ? 0 : letters / score.letters
  lines.push(
    '',
    `auto-accepted ${letters} of ${score.letters} letters (${(100 * share).toFixed(0)} %); ${wrongLetters} of them with something wrong in header, diagnoses, services, outcome, frequency or drug`,
    ...wrong.flatMap(describe),
  )
  const shown = score.misses.slice(0, options.misses)
  if (shown.length > 0) {
    lines.push('', `misses (${shown.length} of ${score.misses.length})`)
    for (const miss of shown) lines.push(...describe(miss))
  }
  return `${lines.join('\n')}\n`
}

function describe(miss: Observation): string[] {
  const place = `${miss.file}${miss.letter > 1 ? ` letter ${miss.letter}` : ''}${miss.page === null ? '' : `, page ${miss.page}`}`
  return [
    `  ${place}: ${miss.path} (${miss.measure})`,
    `    label ${short(miss.expected)}`,
    `    found ${short(miss.got)}${miss.confidence === null ? '' : ` (confidence ${miss.confidence.toFixed(2)})`}`,
    ...(miss.raw === '' ? [] : [`    raw   ${short(miss.raw)}`]),
  ]
}

function short(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  return text.length > 300 ? `${text.slice(0, 180)} … ${text.slice(-110)}` : text
}
