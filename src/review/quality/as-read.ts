import { evaluate, parseGold } from '../../evaluate/index.ts'
import { goldLine } from '../../export/index.ts'
import type { IsoDate } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { reviewedOf } from '../letters.ts'
import { type Estimate, estimate } from './intervals.ts'

export type AsRead = {
  /** Letters that were measured. */
  readonly letters: number
  /** A measure of `imr evaluate` each: how often what was read is what people left or made of it. */
  readonly accuracies: readonly { readonly measure: string; readonly right: Estimate }[]
}

/** Letters that are looked up at a time; one record is held at a time. */
const PAGE = 200

/**
 * How well letters were read that people finished last in a time: what was read against their gold line, as `imr evaluate` measures it, so that the counts are the same.
 * Without letters that `who` is to answer blind.
 */
export async function asReadOf(
  store: Store,
  { from, to, who }: { readonly from: IsoDate; readonly to: IsoDate; readonly who: string },
): Promise<AsRead> {
  const sums = new Map<string, { count: number; of: number }>()
  let letters = 0
  for (let page = await completed(store, who); page.length > 0; page = await completed(store, who, page.at(-1)))
    for (const { letterId } of page) {
      const kept = await store.letter(letterId)
      const day = kept?.events.findLast(({ event }) => event === 'completed')?.at.slice(0, 10)
      if (!kept || day === undefined || day < from || day > to) continue
      const gold = parseGold(goldLine(reviewedOf(kept)))
      if (gold.length === 0) continue
      letters++
      for (const { measure, right, of } of evaluate(gold, [kept.record]).accuracies) {
        const before = sums.get(measure) ?? { count: 0, of: 0 }
        sums.set(measure, { count: before.count + right, of: before.of + of })
      }
    }
  return {
    letters,
    accuracies: [...sums]
      .filter(([, { of }]) => of > 0)
      .map(([measure, share]) => ({ measure, right: estimate(share) })),
  }
}

const completed = (store: Store, who: string, after?: Awaited<ReturnType<Store['letters']>>[number]) =>
  store.letters({ state: 'completed', to: who, limit: PAGE, ...(after ? { after } : {}) })
