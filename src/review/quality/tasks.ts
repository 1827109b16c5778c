import type { LetterId } from '../../model/index.ts'
import { type Answer, type Sealed, sameAnswer } from './questions.ts'

/** A letter of a sample: its sealed questions, and what it is counted under. */
export type Task = {
  readonly letterId: LetterId
  /** From 0, in the order of drawing. */
  readonly position: number
  /** Two people are to answer it, each without seeing the other. */
  readonly double: boolean
  readonly questions: readonly Sealed[]
  readonly traits: Traits
}

/** What accuracy is told by. */
export type Traits = {
  /** Generation of the letter's layout. */
  readonly layout: string
  readonly scan: 'born-digital' | 'scan'
  /** Version of the product that read it. */
  readonly imr: string
}

/** What one person answered of one letter, by path. `settles`: a third person's, who saw what the two others said. */
export type Answers = {
  readonly letterId: LetterId
  readonly by: string
  readonly settles: boolean
  readonly answers: Readonly<Record<string, Answer>>
}

/** A letter that somebody was given and has not answered. */
export type Given = Pick<Answers, 'letterId' | 'by' | 'settles'>

/** How many people answer a task blind. */
export const placesOf = ({ double }: Pick<Task, 'double'>): number => (double ? 2 : 1)

/**
 * What somebody is to do next of a sample: answer a letter blind, or settle one on which two others part; null when nothing is left for them. Nobody gets a letter twice,
 * nor settles what they answered.
 */
export function nextTask(
  tasks: readonly Task[],
  answers: readonly Answers[],
  who: string,
  /** What others were given, and are expected to answer. */
  given: readonly Given[] = [],
  /** Letters that this person cannot be given. */
  passed: ReadonlySet<LetterId> = new Set(),
): { readonly task: Task; readonly settle: boolean } | null {
  const of = byLetter(answers)
  for (const task of tasks) {
    const said = of.get(task.letterId) ?? []
    if (passed.has(task.letterId) || said.some((a) => a.by === who)) continue
    const blind = said.filter((a) => !a.settles)
    const others = given.filter((g) => g.letterId === task.letterId && g.by !== who)
    const isSettled = said.length > blind.length || others.some((g) => g.settles)
    if (blind.length < placesOf(task)) {
      if (blind.length + others.length < placesOf(task)) return { task, settle: false }
    } else if (!isSettled && apart(task, said).length > 0) return { task, settle: true }
  }
  return null
}

/** The questions of a task on which its two blind answers part. */
export function apart(task: Task, given: readonly Answers[]): readonly Sealed[] {
  const [first, second] = given.filter((a) => !a.settles)
  if (!first || !second) return []
  return task.questions.filter(
    ({ path, kind }) => !sameAnswer(kind, first.answers[path] ?? null, second.answers[path] ?? null),
  )
}

/** What was found of one question of one letter: right when the people's answer is what was read. */
export type Verdict = {
  readonly letterId: LetterId
  readonly path: string
  readonly right: boolean
  readonly traits: Traits
}

/** What stands: of a single answer it alone; of two that agree either; of two that part the third's. Open ones give nothing. */
export function verdicts(tasks: readonly Task[], answers: readonly Answers[]): readonly Verdict[] {
  const of = byLetter(answers)
  return tasks.flatMap((task) => {
    const given = of.get(task.letterId) ?? []
    const blind = given.filter((a) => !a.settles)
    if (blind.length < placesOf(task)) return []
    const settled = given.find((a) => a.settles)
    const open = new Set(settled ? [] : apart(task, given).map((q) => q.path))
    return task.questions
      .filter(({ path }) => !open.has(path))
      .map(({ path, kind, truth }): Verdict => {
        const said = settled && path in settled.answers ? settled.answers[path] : blind[0]?.answers[path]
        return { letterId: task.letterId, path, right: sameAnswer(kind, said ?? null, truth), traits: task.traits }
      })
  })
}

function byLetter(answers: readonly Answers[]): ReadonlyMap<LetterId, readonly Answers[]> {
  const of = new Map<LetterId, Answers[]>()
  for (const a of answers) of.set(a.letterId, [...(of.get(a.letterId) ?? []), a])
  return of
}
