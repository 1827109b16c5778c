import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type CaseRecord, type LetterId, letterIdOf } from '../../model/index.ts'
import type { BlindTask, Sample, SampledAnswers, SampledLetter, Store } from '../../store/index.ts'
import { LEVEL, sampleSize } from './intervals.ts'
import { type Answer, questionsOf } from './questions.ts'
import { drawSample } from './sample.ts'
import { type Answers, nextTask, placesOf, type Task } from './tasks.ts'

/** What a lead wants a sample to show. */
export type Wanted = {
  readonly by: string
  /** At most this share of the accepted letters is wrong, 0..1. */
  readonly bound: number
  readonly level?: number | undefined
  readonly tolerated?: number | undefined
  /** The share of the drawn letters that two people answer, 0..1. */
  readonly double?: number | undefined
  /** Default: a new one. */
  readonly seed?: string | undefined
}

const answerSchema: z.ZodType<Answer> = z.union([z.string(), z.number(), z.array(z.string()), z.null()])
const taskSchema = z.object({
  double: z.boolean(),
  questions: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['date', 'text', 'number', 'choice', 'diagnoses', 'wordings', 'choices', 'amounts']),
      options: z.array(z.string()).optional(),
      truth: answerSchema,
    }),
  ),
  traits: z.object({ layout: z.string(), scan: z.enum(['born-digital', 'scan']), imr: z.string() }),
})
const answersSchema = z.object({ settles: z.boolean(), answers: z.record(z.string(), answerSchema) })

/**
 * Draws letters that were accepted without a person's look, as many as the bound needs, and keeps what was read of them sealed. null when there is none to draw from.
 * @throws {RangeError} for a bound, a level or a share that is none.
 */
export async function drawLetters(store: Store, wanted: Wanted): Promise<Sample | null> {
  const { by, bound, level = LEVEL, tolerated = 0, double = 0, seed = randomUUID() } = wanted
  if (!(double >= 0 && double <= 1))
    throw new RangeError(`the share that two people answer lies between 0 and 1, it is ${double}`)
  const accepted: LetterId[] = []
  for await (const record of store.allRecords())
    if (record.review.state === 'auto-accepted') accepted.push(letterIdOf(record))
  if (accepted.length === 0) return null
  const size = sampleSize({ bound, level, tolerated, population: accepted.length })
  const drawn = drawSample(accepted, size, seed)
  // Drawn anew from the drawn: which of them are answered twice is by chance, too.
  const twice = new Set(drawSample(drawn, Math.round(double * size), `${seed} twice`))
  const letters: SampledLetter[] = []
  for (const [position, letterId] of drawn.entries()) {
    const record = await recordOf(store, letterId)
    if (record) letters.push({ letterId, position, task: JSON.stringify(sealed(record, twice.has(letterId))) })
  }
  const id = randomUUID()
  await store.keepSample(
    { id, drawnBy: by, seed, bound, level, tolerated, population: accepted.length, size: drawn.length },
    letters,
  )
  return (await store.samples()).find((s) => s.id === id) ?? null
}

export type OpenSample = {
  readonly sample: Sample
  readonly tasks: readonly Task[]
  readonly answers: readonly Answers[]
  /** Who was given which letter and has not answered it. */
  readonly given: readonly BlindTask[]
}

/** A sample with its letters and what was answered; null when there is no such sample. */
export async function openSample(store: Store, id: string): Promise<OpenSample | null> {
  const sample = (await store.samples()).find((s) => s.id === id)
  if (!sample) return null
  const { letters, answers, tasks } = await store.sampled(id)
  return { sample, tasks: letters.map(taskOf), answers: answers.map(answersOf), given: tasks }
}

/** How long a letter is kept for who was given it; then another is asked for it, too. In milliseconds. */
const GIVEN_MS = 24 * 3_600_000

/**
 * Gives somebody their next letter of a sample: the one they were given and have not answered, or another. It is theirs: nothing of it is shown to them elsewhere until
 * they have answered it. null when none is left for them.
 */
export async function takeTask(
  store: Store,
  { sample: { id }, tasks, answers, given }: OpenSample,
  { who, now }: { readonly who: string; readonly now: Date },
): Promise<ReturnType<typeof nextTask>> {
  for (const own of given.filter((g) => g.by === who)) {
    const task = tasks.find((t) => t.letterId === own.letterId)
    const said = answers.filter((a) => a.letterId === own.letterId)
    const isAnswered = own.settles ? said.some((a) => a.settles) : task && said.length >= placesOf(task)
    if (task && !isAnswered) return { task, settle: own.settles }
    await store.endTasks(id, own.letterId)
  }
  const since = new Date(now.getTime() - GIVEN_MS)
  const expected = given.filter((g) => g.at > since.toISOString())
  for (const passed = new Set<LetterId>(); ; ) {
    const next = nextTask(tasks, answers, who, expected, passed)
    if (!next) return null
    const { task, settle } = next
    const answered = answers.filter((a) => a.letterId === task.letterId).length
    const room = settle ? 1 : placesOf(task) - answered
    if (await store.giveTask(id, { letterId: task.letterId, by: who, settles: settle }, { answered, room, since }))
      return next
    passed.add(task.letterId)
  }
}

/** Keeps what somebody answered; false when they were not given that letter, or answered it before. `ends`: nobody else has to answer it. */
export function keepAnswers(
  store: Store,
  id: string,
  { letterId, by, ...rest }: Answers,
  how: { readonly ends: boolean },
): Promise<boolean> {
  return store.answerSample(id, { letterId, by, answers: JSON.stringify(rest) }, how)
}

/** The letter as it is read now; null when it is no letter any more. */
export async function recordOf(store: Store, letterId: LetterId): Promise<CaseRecord | null> {
  const records = await store.records(letterId.slice(0, 64))
  return records.find((r) => letterIdOf(r) === letterId) ?? null
}

function sealed(record: CaseRecord, double: boolean): z.input<typeof taskSchema> {
  const { document, made } = record
  const traits = {
    layout: document.layout ?? 'unknown',
    scan: document.pages.some((p) => p.source === 'ocr') ? ('scan' as const) : ('born-digital' as const),
    imr: made.imr,
  }
  return { double, questions: questionsOf(record).map(mutable), traits }
}
const mutable = ({ path, kind, options, truth }: ReturnType<typeof questionsOf>[number]) => ({
  path,
  kind,
  ...(options ? { options: [...options] } : {}),
  truth,
})

const taskOf = ({ letterId, position, task }: SampledLetter): Task => {
  const { questions, ...rest } = taskSchema.parse(JSON.parse(task))
  return {
    letterId,
    position,
    ...rest,
    questions: questions.map(({ options, ...q }) => (options ? { ...q, options } : q)),
  }
}
const answersOf = ({ letterId, by, answers }: SampledAnswers): Answers => ({
  letterId,
  by,
  ...answersSchema.parse(JSON.parse(answers)),
})
