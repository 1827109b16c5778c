import type { CorrectionCause, Edit, IsoDate } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { daysLater } from '../clock/working-days.ts'
import { type Agreement, agreement, type Pair } from './agreement.ts'
import { type Estimate, estimate, LEVEL, type Share } from './intervals.ts'
import { pairsOf, type QualityReport, qualityReport, type Row } from './report.ts'
import { openSample } from './sampling.ts'

export type OverviewOf = {
  readonly from: IsoDate
  readonly to: IsoDate
  readonly today: IsoDate
  /** A reviewer, who is told of their own work; null: a lead, who is told of all. */
  readonly by: string | null
}

/** How review goes, and how good the letters are. Counts and shares; no value of a letter. */
export type Overview = {
  readonly from: IsoDate
  readonly to: IsoDate
  /** Letters that were accepted without a look and that nobody has written to since, of all that came in then; null for who is told of their own work alone. */
  readonly straightThrough: Estimate | null
  /** What blind checks drawn then have shown; null as above. */
  readonly accuracy: {
    readonly letters: Estimate
    readonly byField: readonly Row[]
    readonly byLayout: readonly Row[]
    readonly byScan: readonly Row[]
    readonly byVersion: readonly Row[]
    readonly agreement: Agreement
  } | null
  /** Of places that people looked at in review, how many they changed, by field. These are the doubtful ones: not what all letters are like. */
  readonly changed: readonly Row[]
  readonly causes: readonly { readonly cause: CorrectionCause | 'untold'; readonly count: number }[]
  readonly throughput: readonly {
    readonly day: IsoDate
    readonly completed: number
    readonly held: number
    readonly rejected: number
  }[]
  readonly backlog: readonly { readonly due: Due; readonly count: number }[]
  readonly standings: Awaited<ReturnType<Store['standings']>>
}

const dues = ['overdue', 'today', 'this-week', 'later', 'no-date'] as const
export type Due = (typeof dues)[number]

/** What is told of a time. Reads no record: counts in the store, decisions one after the other. */
export async function overview(store: Store, { from, to, today, by }: OverviewOf): Promise<Overview> {
  const isAll = by === null
  const decided = await decisionsOf(store, { from, to, by })
  return {
    from,
    to,
    straightThrough: isAll ? estimate(await store.straightThrough({ from, to })) : null,
    accuracy: isAll ? await accuracyOf(store, { from, to }) : null,
    ...decided,
    throughput: daysOf(await store.deeds({ from, to, by })),
    backlog: backlogOf(await store.toReview(), today),
    standings: await store.standings(),
  }
}

/** All samples that were drawn then, as one; read one after the other, for each holds its questions. */
async function accuracyOf(store: Store, { from, to }: Pick<OverviewOf, 'from' | 'to'>): Promise<Overview['accuracy']> {
  const reports: QualityReport[] = []
  const pairs: Pair[] = []
  for (const { id, drawnAt } of await store.samples()) {
    if (drawnAt.slice(0, 10) < from || drawnAt.slice(0, 10) > to) continue
    const sample = await openSample(store, id)
    if (!sample) continue
    reports.push(qualityReport(sample.tasks, sample.answers, { level: LEVEL }))
    pairs.push(...pairsOf(sample.tasks, sample.answers))
  }
  const together = (of: 'byField' | 'byLayout' | 'byScan' | 'byVersion') =>
    counted(reports.flatMap((report) => report[of].map(({ name, errors }) => ({ name, ...errors }))))
  return {
    letters: estimate(sum(reports.map((report) => report.letters))),
    byField: together('byField'),
    byLayout: together('byLayout'),
    byScan: together('byScan'),
    byVersion: together('byVersion'),
    agreement: agreement(pairs),
  }
}

const sum = (shares: readonly Share[]): Share => ({
  count: shares.reduce((all, { count }) => all + count, 0),
  of: shares.reduce((all, { of }) => all + of, 0),
})

function counted(shares: readonly (Share & { readonly name: string })[]): readonly Row[] {
  const names = [...new Set(shares.map(({ name }) => name))].sort((a, b) => a.localeCompare(b))
  return names.map((name) => ({ name, errors: estimate(sum(shares.filter((share) => share.name === name))) }))
}

/** `services[+1].request` is one of `services.request`; a list that was added to, or lost an item, is itself. */
function fieldOf(edit: Edit): string | null {
  if (edit.action === 'undo') return null
  if (edit.action === 'add') return edit.list
  return edit.path.replace(/\[\+?\d+\]/, '')
}

/** Of what people decided and did not take back: which fields they changed, and why. What somebody decided twice about one place counts as their last word. */
async function decisionsOf(
  store: Store,
  of: Pick<OverviewOf, 'from' | 'to' | 'by'>,
): Promise<Pick<Overview, 'changed' | 'causes'>> {
  const fields = new Map<string, { count: number; of: number }>()
  const causes = new Map<CorrectionCause | 'untold', number>()
  let letter = ''
  let places = new Map<string, { readonly edit: Edit; readonly revision: number }>()
  const close = () => {
    for (const { edit } of places.values()) {
      const field = fieldOf(edit)
      if (field === null) continue
      const isChange = edit.action !== 'confirm'
      const before = fields.get(field) ?? { count: 0, of: 0 }
      fields.set(field, { count: before.count + (isChange ? 1 : 0), of: before.of + 1 })
      if (!isChange) continue
      const cause = ('cause' in edit ? edit.cause : null) ?? 'untold'
      causes.set(cause, (causes.get(cause) ?? 0) + 1)
    }
    places = new Map()
  }
  for await (const { letterId, revision, edit } of store.decisions(of)) {
    if (letterId !== letter) close()
    letter = letterId
    if (edit.action === 'undo') {
      for (const [place, made] of places) if (made.revision === edit.revision) places.delete(place)
    } else places.set('path' in edit ? edit.path : `${edit.list} ${revision}`, { edit, revision })
  }
  close()
  return {
    changed: counted([...fields].map(([name, share]) => ({ name, ...share }))),
    causes: [...causes]
      .map(([cause, count]) => ({ cause, count }))
      .sort((a, b) => b.count - a.count || a.cause.localeCompare(b.cause)),
  }
}

function daysOf(deeds: Awaited<ReturnType<Store['deeds']>>): Overview['throughput'] {
  const days = new Map<string, { completed: number; held: number; rejected: number }>()
  for (const { day, event, count } of deeds) {
    const of = days.get(day) ?? { completed: 0, held: 0, rejected: 0 }
    if (event === 'completed' || event === 'held' || event === 'rejected') of[event] += count
    days.set(day, of)
  }
  return [...days].map(([day, of]) => ({ day, ...of }))
}

function backlogOf(letters: Awaited<ReturnType<Store['toReview']>>, today: IsoDate): Overview['backlog'] {
  const week = daysLater(today, 7)
  const dueOf = (due: string | null): Due => {
    if (due === null) return 'no-date'
    if (due < today) return 'overdue'
    if (due === today) return 'today'
    return due <= week ? 'this-week' : 'later'
  }
  return dues.map((due) => ({
    due,
    count: letters.filter((l) => dueOf(l.due) === due).reduce((all, { count }) => all + count, 0),
  }))
}
