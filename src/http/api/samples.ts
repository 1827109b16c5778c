import { z } from 'zod'
import { isoDateSchema, letterIdSchema } from '../../model/index.ts'
import {
  type Answer,
  apart,
  asReadOf,
  drawLetters,
  keepAnswers,
  openSample,
  overview,
  placeLetters,
  placesOf,
  type Question,
  qualityReport,
  recordOf,
  takeTask,
  toSettle,
  wrongAnswer,
} from '../../review/index.ts'
import type { ApiContext } from './context.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, route } from './route.ts'

const share = z.number().gt(0).lt(1)
/** Nobody answers more letters than these ask for: 0.001 with none wrong takes 4,603 at 0.99. */
const LEAST_BOUND = 0.001
const HIGHEST_LEVEL = 0.99
const sampleSchema = z
  .object({
    id: z.string(),
    drawnBy: z.string(),
    drawnAt: z.string(),
    seed: z.string(),
    bound: share,
    level: share,
    tolerated: z.int().nonnegative(),
    population: z.int().nonnegative(),
    size: z.int().nonnegative(),
  })
  .strict()
  .meta({ id: 'Sample' })
const answerSchema: z.ZodType<Answer> = z
  .union([z.string().max(2000), z.number(), z.array(z.string().max(2000)).max(100), z.null()])
  .meta({ id: 'Answer' })
const estimateSchema = z
  .object({
    count: z.int(),
    of: z.int(),
    share: z.number().nullable(),
    low: z.number(),
    high: z.number(),
  })
  .strict()
  .meta({ id: 'Estimate', description: 'A share with its exact interval (Clopper and Pearson).' })
const rowSchema = z.array(z.object({ name: z.string(), errors: estimateSchema }).strict())
const agreementSchema = z
  .object({
    same: estimateSchema,
    kappa: z.number().nullable(),
    interval: z.tuple([z.number(), z.number()]).nullable(),
  })
  .strict()
const qualitySchema = z
  .object({
    sample: sampleSchema,
    letters: estimateSchema,
    atMost: z.number(),
    open: z.int(),
    toSettle: z.int(),
    byField: rowSchema,
    byLayout: rowSchema,
    byScan: rowSchema,
    byVersion: rowSchema,
    agreement: agreementSchema,
  })
  .strict()
  .meta({ id: 'Quality' })
const day = isoDateSchema
const overviewSchema = z
  .object({
    from: day,
    to: day,
    straightThrough: estimateSchema.nullable(),
    accuracy: z
      .object({
        letters: estimateSchema,
        byField: rowSchema,
        byLayout: rowSchema,
        byScan: rowSchema,
        byVersion: rowSchema,
        agreement: agreementSchema,
      })
      .strict()
      .nullable(),
    changed: rowSchema,
    causes: z.array(z.object({ cause: z.string(), count: z.int() }).strict()),
    throughput: z.array(z.object({ day: z.string(), completed: z.int(), held: z.int(), rejected: z.int() }).strict()),
    backlog: z.array(z.object({ due: z.string(), count: z.int() }).strict()),
    standings: z.object({ open: z.int(), held: z.int(), rejected: z.int(), completed: z.int() }).strict(),
  })
  .strict()
  .meta({ id: 'Overview' })
const asReadSchema = z
  .object({
    from: day,
    to: day,
    letters: z.int(),
    accuracies: z.array(z.object({ measure: z.string(), right: estimateSchema }).strict()),
  })
  .strict()
  .meta({ id: 'AsRead' })
const taskSchema = z
  .object({
    letterId: letterIdSchema,
    /** First and last page of the letter in its document, from 1; null: the letter is gone. */
    pages: z.tuple([z.int(), z.int()]).nullable(),
    /** Two people parted: what each of them said stands beside the question, without their names. */
    settle: z.boolean(),
    questions: z.array(
      z
        .object({
          path: z.string(),
          kind: z.string(),
          options: z.array(z.string()).optional(),
          said: z.array(answerSchema).optional(),
        })
        .strict(),
    ),
  })
  .strict()
  .meta({ id: 'BlindTask' })

const params = z.object({ id: z.uuid() })
/** Days that are told of when nobody names others. */
const SHOWN_DAYS = 30
const dayBefore = (date: string, days: number): string => dayOf(new Date(Date.parse(date) - days * 86_400_000))

const time = z.object({ from: day.optional(), to: day.optional() }).strict()
const dayOf = (date: Date): string => date.toISOString().slice(0, 10)

/** @throws {Problem} 422 when it ends before it begins */
function timeOf(query: z.output<typeof time>, today: string) {
  const to = query.to ?? today
  const from = query.from ?? dayBefore(to, SHOWN_DAYS - 1)
  if (from > to) throw new Problem(422, 'no-time', 'from is behind to: name the earlier day first')
  return { from, to }
}

async function opened(context: ApiContext, id: string) {
  const found = await openSample(context.store, id)
  if (!found) throw notFound('sample')
  return found
}

/** Blind checking of letters that were accepted without a look. No answer of these routes holds what was read before the caller has said what is there. */
export const sampleRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/quality',
    roles: ['lead', 'reviewer'],
    summary:
      'How review goes and how good the letters are, in a time (default: the last 30 days): to leads of everybody and all blind checks, to reviewers of their own work',
    query: time,
    answers: { 200: overviewSchema },
    handle: async ({ context: { store, now }, query, who }) => {
      const today = dayOf(now())
      const { from, to } = timeOf(query, today)
      await placeLetters(store)
      return overview(store, { from, to, today, by: who.roles.includes('lead') ? null : who.name })
    },
  }),
  route({
    method: 'GET',
    path: '/quality/as-read',
    roles: ['lead'],
    summary:
      'How often what was read was right, in letters that people finished in a time (default: the last 30 days): by the measures of imr evaluate, with exact intervals',
    query: time,
    answers: { 200: asReadSchema },
    handle: async ({ context: { store, now }, query, who }) => {
      const { from, to } = timeOf(query, dayOf(now()))
      await placeLetters(store)
      const { letters, accuracies } = await asReadOf(store, { from, to, who: who.name })
      return { from, to, letters, accuracies: [...accuracies] }
    },
  }),
  route({
    method: 'POST',
    path: '/samples',
    roles: ['lead'],
    summary: 'Draws letters that were accepted without a look, as many as the bound needs',
    body: z
      .object({
        bound: share.min(LEAST_BOUND),
        level: share.max(HIGHEST_LEVEL).optional(),
        tolerated: z.int().nonnegative().max(20).optional(),
        double: z.number().min(0).max(1).optional(),
        seed: z.string().min(1).max(200).optional(),
      })
      .strict(),
    answers: { 201: sampleSchema },
    handle: async ({ context, body, who }) => {
      const sample = await drawLetters(context.store, { ...body, by: who.name })
      if (!sample) throw new Problem(409, 'nothing-to-draw', 'no letter was accepted without a look yet')
      return sample
    },
  }),
  route({
    method: 'GET',
    path: '/samples',
    roles: ['lead', 'reviewer'],
    summary: 'The samples, the latest first',
    answers: { 200: z.array(sampleSchema) },
    handle: async ({ context }) => [...(await context.store.samples())],
  }),
  route({
    method: 'POST',
    path: '/samples/:id/next',
    roles: ['lead', 'reviewer'],
    summary:
      'The next letter of a sample to be answered blind, or to be settled where two people part: no call shows the caller anything of it until it is answered. Nothing when none is left for them',
    params,
    answers: { 200: taskSchema.nullable() },
    handle: async ({ context, params, who }) => {
      const sample = await opened(context, params.id)
      const next = await takeTask(context.store, sample, { who: who.name, now: context.now() })
      if (!next) return null
      const { answers } = sample
      const { task, settle } = next
      const given = answers.filter((a) => a.letterId === task.letterId)
      const asked = settle ? apart(task, given) : task.questions
      const letter = await recordOf(context.store, task.letterId)
      return {
        letterId: task.letterId,
        pages: letter ? [...letter.document.pageRange] : null,
        settle,
        questions: asked.map(({ path, kind, options }) => ({
          path,
          kind,
          ...(options ? { options: [...options] } : {}),
          ...(settle ? { said: given.map((a) => a.answers[path] ?? null) } : {}),
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/samples/:id/answers',
    roles: ['lead', 'reviewer'],
    summary: 'What somebody who looked at the page says is there; once, and not changed afterwards',
    params,
    body: z.object({ letterId: letterIdSchema, answers: z.record(z.string(), answerSchema) }).strict(),
    answers: { 204: null },
    handle: async ({ context, params, body, who, reply }) => {
      const { tasks, answers, given: held } = await opened(context, params.id)
      const task = tasks.find((t) => t.letterId === body.letterId)
      if (!task) throw notFound('letter in this sample')
      const given = answers.filter((a) => a.letterId === task.letterId)
      const own = held.find((g) => g.letterId === task.letterId && g.by === who.name)
      const blind = given.filter((a) => !a.settles).length
      const isAnswered = own?.settles ? blind < given.length : blind >= placesOf(task)
      if (given.some((a) => a.by === who.name) || (own && isAnswered))
        throw new Problem(409, 'answered', 'this letter is answered: ask for the next one')
      if (!own) throw new Problem(409, 'not-given', 'this letter is not yours to answer: ask for the next one')
      const { settles } = own
      const asked: readonly Question[] = settles ? apart(task, given) : task.questions
      const errors = complaints(asked, body.answers)
      if (errors.length > 0)
        throw new Problem(422, 'not-an-answer', `${errors[0]?.place}: ${errors[0]?.message}`, { more: { errors } })
      const ends = settles || blind + 1 >= placesOf(task)
      const kept = await keepAnswers(context.store, params.id, { ...body, by: who.name, settles }, { ends })
      if (!kept) throw new Problem(409, 'answered', 'this letter is answered: ask for the next one')
      return reply.status(204).send()
    },
  }),
  route({
    method: 'GET',
    path: '/samples/:id/quality',
    roles: ['lead'],
    summary:
      'What a sample shows so far: errors by field, layout, scan and version with exact intervals, and how two people agree',
    params,
    answers: { 200: qualitySchema },
    handle: async ({ context, params }) => {
      const { sample, tasks, answers } = await opened(context, params.id)
      return { sample, toSettle: toSettle(tasks, answers), ...qualityReport(tasks, answers, sample) }
    },
  }),
]

/** What is wrong with answers: each question wants one, and nothing else is asked. */
function complaints(asked: readonly Question[], given: Readonly<Record<string, Answer>>) {
  const missing = asked
    .filter(({ path }) => !(path in given))
    .map(({ path }) => ({ place: path, message: 'is not answered' }))
  const unasked = Object.keys(given)
    .filter((path) => !asked.some((q) => q.path === path))
    .map((path) => ({ place: path, message: 'is not asked' }))
  const wrong = asked.flatMap((question) => {
    const { path } = question
    const message = path in given ? wrongAnswer(question, given[path] ?? null) : null
    return message === null ? [] : [{ place: path, message }]
  })
  return [...missing, ...unasked, ...wrong]
}
