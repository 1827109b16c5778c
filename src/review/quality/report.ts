import { type Agreement, agreement } from './agreement.ts'
import { type Estimate, estimate, upperBound } from './intervals.ts'
import { sameAnswer } from './questions.ts'
import { type Answers, apart, type Task, verdicts } from './tasks.ts'

/** Errors of a group, with the exact interval of their share. */
export type Row = { readonly name: string; readonly errors: Estimate }

/** What a sample shows. */
export type QualityReport = {
  /** Letters of which every question is settled, and those among them with anything wrong. */
  readonly letters: Estimate
  /** One-sided: with the sample's level no more than this share of the letters that it was drawn from is wrong. */
  readonly atMost: number
  /** Letters that still want an answer, or a third person. */
  readonly open: number
  readonly byField: readonly Row[]
  readonly byLayout: readonly Row[]
  readonly byScan: readonly Row[]
  readonly byVersion: readonly Row[]
  /** How two people who looked at the same letters agree on whether a value is right. */
  readonly agreement: Agreement
}

/** What was found in a sample so far. Pure. */
export function qualityReport(
  tasks: readonly Task[],
  answers: readonly Answers[],
  { level }: { readonly level: number },
): QualityReport {
  const found = verdicts(tasks, answers)
  const whole = tasks.filter((t) => found.filter((v) => v.letterId === t.letterId).length === t.questions.length)
  const wrong = new Set(found.filter((v) => !v.right).map((v) => v.letterId))
  const letters = { count: whole.filter((t) => wrong.has(t.letterId)).length, of: whole.length }
  const rows = (nameOf: (v: (typeof found)[number]) => string): readonly Row[] => {
    const groups = new Map<string, { count: number; of: number }>()
    for (const verdict of found) {
      const group = groups.get(nameOf(verdict)) ?? { count: 0, of: 0 }
      groups.set(nameOf(verdict), { count: group.count + (verdict.right ? 0 : 1), of: group.of + 1 })
    }
    return [...groups]
      .map(([name, share]) => ({ name, errors: estimate(share, level) }))
      .sort((a, b) => a.name.localeCompare(b.name))
  }
  return {
    letters: estimate(letters, level),
    atMost: upperBound(letters, level),
    open: tasks.length - whole.length,
    byField: rows(({ path }) => path),
    byLayout: rows(({ traits }) => traits.layout),
    byScan: rows(({ traits }) => traits.scan),
    byVersion: rows(({ traits }) => traits.imr),
    agreement: agreement(pairsOf(tasks, answers), level),
  }
}

/** Of each question that two answered blind: what each says of the value as read. */
export function pairsOf(tasks: readonly Task[], answers: readonly Answers[]): readonly (readonly [string, string])[] {
  return tasks.flatMap((task) => {
    const [first, second] = answers.filter((a) => a.letterId === task.letterId && !a.settles)
    if (!first || !second) return []
    const says = ({ answers: given }: Answers, { path, kind, truth }: Task['questions'][number]) =>
      sameAnswer(kind, given[path] ?? null, truth) ? 'right' : 'wrong'
    return task.questions.map((q) => [says(first, q), says(second, q)] as const)
  })
}

/** Of how many letters the two blind answers part, and nobody has settled it. */
export function toSettle(tasks: readonly Task[], answers: readonly Answers[]): number {
  return tasks.filter((task) => {
    const given = answers.filter((a) => a.letterId === task.letterId)
    return !given.some((a) => a.settles) && apart(task, given).length > 0
  }).length
}
