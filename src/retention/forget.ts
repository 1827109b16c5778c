import { setTimeout as sleep } from 'node:timers/promises'
import type { ForgetOrder, Store } from '../store/index.ts'

/** How often it is looked whether a document is still in hand, in milliseconds. */
const LOOK_MS = 500
/** Bytes of no document that are younger may be on their way in, in milliseconds. */
const DAY_MS = 24 * 3_600_000
/** More bytes of no document than so many, and than this part of all, did not break off by accident. */
const FEW = 20
const SHARE = 0.1

export type Forgotten = {
  readonly forgotten: readonly string[]
  /** Somebody works on these: they are as they were. */
  readonly inHand: readonly string[]
  /** A legal hold keeps these. */
  readonly onHold: readonly string[]
  /** Never here. */
  readonly unknown: readonly string[]
}

/**
 * Forgets documents one by one, in the ledger: their bytes are then to be removed (`finishForgetting`). What somebody works on is
 * passed over, and waited for at the end, no longer than `waitMs`. Stops when the signal fires: what is forgotten stays so.
 */
export async function forgetAll(
  store: Pick<Store, 'forget'>,
  documents: Iterable<string> | AsyncIterable<string>,
  order: ForgetOrder,
  options: { readonly waitMs?: number; readonly signal?: AbortSignal; readonly onForgotten?: (sha256: string) => void },
): Promise<Forgotten> {
  const found = {
    forgotten: [] as string[],
    'in-hand': [] as string[],
    'on-hold': [] as string[],
    unknown: [] as string[],
  }
  const forget = async (sha256: string) => {
    const outcome = await store.forget(sha256, order)
    found[outcome].push(sha256)
    if (outcome === 'forgotten') options.onForgotten?.(sha256)
  }
  for await (const sha256 of documents) {
    if (options.signal?.aborted) break
    await forget(sha256)
  }
  const until = performance.now() + (options.waitMs ?? 0)
  while (found['in-hand'].length > 0 && performance.now() < until && !options.signal?.aborted) {
    await sleep(LOOK_MS, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {})
    for (const sha256 of found['in-hand'].splice(0)) await forget(sha256)
  }
  const { forgotten, unknown } = found
  return { forgotten, inHand: found['in-hand'], onHold: found['on-hold'], unknown }
}

/**
 * Removes the bytes of what the ledger has forgotten, now or in a run that broke off, and cleans the database's files. To do it
 * twice does no harm. @throws {FilesUnavailable} when bytes could not be removed; all else was done then.
 */
export async function finishForgetting(
  store: Pick<Store, 'removeForgotten' | 'scrub'>,
  options: { readonly full: boolean },
): ReturnType<Store['removeForgotten']> {
  try {
    return await store.removeForgotten()
  } finally {
    await store.scrub(options)
  }
}

/** So many files that belong to no document are no accident: these are another database's. */
export class TooManyNobodys extends Error {
  override readonly name = 'TooManyNobodys'
}

/**
 * Bytes that belong to no document, older than a day: what is left of receipts that broke off before the ledger knew of them.
 * @throws {TooManyNobodys} unless `howeverMany`.
 */
export async function findNobodys(
  store: Pick<Store, 'nobodys'>,
  now: Date,
  { howeverMany }: { readonly howeverMany: boolean },
): Promise<readonly string[]> {
  const { kept, nobodys } = await store.nobodys(new Date(now.getTime() - DAY_MS))
  if (!howeverMany && nobodys.length > Math.max(FEW, kept * SHARE))
    throw new TooManyNobodys(
      `${nobodys.length} of ${kept} received files belong to no document of this database: that is no accident. Do DATABASE_URL (or --data) and IMR_FILES belong together? If they do, --however-many removes them`,
    )
  return nobodys
}
