import { lstat, mkdir, readdir, realpath, rename, rmdir } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownedName, ownerIsGone, ownerOfName } from '../store/index.ts'
import { moveWithoutOverwriting, writeBeside } from './move.ts'
import { ALIVE, type SignOfLife, signOfLife } from './sign-of-life.ts'
import { takeIn } from './take-in.ts'
import type { Arrival, Taken, WayIn } from './take-one.ts'
import { hasItsEnd } from './whole-file.ts'

export type WatchOptions = WayIn & {
  /** The folder that files are dropped into. */
  readonly folder: string
  /** How often it is looked at, in milliseconds. Default 1 s. */
  readonly everyMs?: number
  /** How long a file's size and time must stand still, in milliseconds. Default 5 s. */
  readonly stillMs?: number
  /** How long a PDF without its end is waited for, in milliseconds. Default 60 s. */
  readonly endMs?: number
  /** How long a watcher on another host gives no sign of life until it counts as gone, in milliseconds. Default 10 min. */
  readonly silentMs?: number
  readonly onEvent?: (event: WatchEvent) => void
  /** Folders that the product itself keeps files in: neither may lie in the other. */
  readonly ownFolders?: readonly string[]
}

export type WatchEvent =
  | { readonly kind: 'taken'; readonly path: string; readonly documents: readonly string[] }
  | { readonly kind: 'done'; readonly path: string }
  | { readonly kind: 'failed'; readonly path: string; readonly reason: string }
  /** A link or a device: left where it is, said once. */
  | { readonly kind: 'left'; readonly path: string; readonly reason: string }
  | { readonly kind: 'trouble'; readonly error: unknown }

export type Watch = {
  /** Ends after the round in hand. What is in `working/` is gone on with by the next watcher. */
  stop(): Promise<void>
}

/** The folder cannot be watched. The message says why. */
export class WatchRefused extends Error {
  override readonly name = 'WatchRefused'
}

const WORKING = 'working'
const DONE = 'done'
const FAILED = 'failed'
/** Files taken in at once. */
const AT_ONCE = 8
/** How many documents' states are asked for in one round. */
const ASKED = 500
/** Writers use such names until a file is whole, and rename it then; or it is a file of the system's own. */
const unfinished = /^[.~]|^\$|^(thumbs\.db|desktop\.ini)$|(\.(part|partial|tmp|temp|crdownload|filepart|download)|~)$/i

/**
 * Watches a folder by looking at it again and again (which works on network shares, where change notices do not). A file that
 * stands still is claimed by an atomic rename into `working/`, taken in, and, when its documents have ended, moved to `done/`
 * or to `failed/` with a file that says why. Nothing is deleted or overwritten, no link is followed, nothing outside the folder
 * is touched. Several watchers may share a folder; what a watcher that is gone had in hand is taken over.
 * @throws {WatchRefused} when `folder` is no folder, or one of its three folders is a link.
 */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const folder = await prepared(options.folder)
  for (const own of options.ownFolders ?? []) await refuseOverlap(folder, own)
  const tell = options.onEvent ?? (() => {})
  const abort = new AbortController()
  const life = await signOfLife(join(folder, WORKING), options.silentMs ?? 600_000)
  const round = makeRound(folder, options, life, tell)
  const ran = (async () => {
    while (!abort.signal.aborted) {
      await round(abort.signal).catch((error) => tell({ kind: 'trouble', error }))
      await sleep(options.everyMs ?? 1_000, undefined, { signal: abort.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      abort.abort()
      await ran
      await life.end()
    },
  }
}

async function prepared(path: string): Promise<string> {
  const folder = await realpath(path).catch(() => {
    throw new WatchRefused(`there is no folder ${path}: make it first`)
  })
  if (!(await lstat(folder)).isDirectory()) throw new WatchRefused(`${path} is no folder`)
  for (const name of [WORKING, DONE, FAILED]) {
    await mkdir(join(folder, name), { recursive: true }).catch(() => {})
    const found = await lstat(join(folder, name)).catch(() => null)
    if (!found?.isDirectory())
      throw new WatchRefused(`${join(path, name)} is not a folder of its own: move it out of the way`)
  }
  return folder
}

async function refuseOverlap(folder: string, own: string): Promise<void> {
  const real = await realpath(own).catch(() => own)
  const within = (inner: string, outer: string) => `${inner}${sep}`.startsWith(`${outer}${sep}`)
  if (within(real, folder) || within(folder, real))
    throw new WatchRefused(`${folder} and ${own}, where imr keeps its own files, lie in each other: use another folder`)
}

/** A file that was claimed: `working/<claim>/<path under the watched folder>`. */
type Claimed = {
  readonly claim: string
  readonly path: string
  /** Its bytes are in the store, or its failure is noted. */
  taken: boolean
  /** Somebody else took it away. */
  gone: boolean
  /** Documents that came of it and have not ended yet, by sha256. */
  readonly open: Set<string>
  readonly reasons: string[]
}

const newlyClaimed = (claim: string, path: string): Claimed => ({
  claim,
  path,
  taken: false,
  gone: false,
  open: new Set(),
  reasons: [],
})

function makeRound(
  folder: string,
  options: WatchOptions,
  life: SignOfLife,
  tell: (event: WatchEvent) => void,
): (signal: AbortSignal) => Promise<void> {
  const { store, stillMs = 5_000, endMs = 60_000 } = options
  const seen = new Map<string, { readonly size: number; readonly mtimeMs: number; readonly since: number }>()
  const told = new Set<string>()
  const inHand: Claimed[] = []

  return async (signal) => {
    await adopt()
    const present = new Set<string>()
    const ready: string[] = []
    for await (const path of filesIn(folder, '', leave)) {
      present.add(path)
      if (await isReady(path)) ready.push(path)
    }
    // To flush a file to disk is to wait: several wait at once.
    const takeInTurn = async () => {
      for (let path = ready.shift(); path !== undefined && !signal.aborted; path = ready.shift())
        await claimAndTake(path)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, takeInTurn))
    for (const path of seen.keys()) if (!present.has(path)) seen.delete(path)
    await moveEnded(signal)
  }

  function leave(path: string, reason: string): void {
    if (told.has(path)) return
    told.add(path)
    tell({ kind: 'left', path, reason })
  }

  async function isReady(path: string): Promise<boolean> {
    const found = await lstat(join(folder, path)).catch(() => null)
    if (!found?.isFile()) return false
    const { size, mtimeMs } = found
    const before = seen.get(path)
    const now = performance.now()
    if (before?.size !== size || before.mtimeMs !== mtimeMs) {
      seen.set(path, { size, mtimeMs, since: now })
      return false
    }
    const still = now - before.since
    if (still < stillMs) return false
    // An empty file may be one that is only just begun.
    const whole = size > 0 && (await hasItsEnd(join(folder, path), size))
    return whole || still >= endMs
  }

  async function claimAndTake(path: string): Promise<void> {
    const claim = ownedName()
    const claimed = join(folder, WORKING, claim, path)
    await mkdir(dirname(claimed), { recursive: true })
    try {
      await rename(join(folder, path), claimed)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // Without ENOENT neither was another watcher faster, nor did it vanish.
      if (code !== 'ENOENT')
        leave(path, `it cannot be moved (${code}): check permissions, and that it lies on this disk`)
      await removeEmpty(dirname(claimed), join(folder, WORKING))
      return
    }
    seen.delete(path)
    inHand.push(await take(newlyClaimed(claim, path)))
  }

  /** Gives the same file back, taken in. Trouble with the store leaves it to a later round. */
  async function take(file: Claimed): Promise<Claimed> {
    const { claim, path } = file
    const at = join(folder, WORKING, claim, path)
    file.open.clear()
    file.reasons.length = 0
    try {
      if (!(await lstat(at)).isFile()) file.reasons.push('it is a link or a device, not a file')
      else for await (const taken of takeIn(arrival(path, at), options)) note(file, taken)
      file.taken = true
      tell({ kind: 'taken', path, documents: [...file.open] })
    } catch (error) {
      if (await isGone(at)) file.gone = true
      else tell({ kind: 'trouble', error })
    }
    return file
  }

  /** It is known by the name it was dropped under, whoever had it in hand in between. */
  function arrival(path: string, at: string): Arrival {
    return { path: join(folder, path), fileName: basename(path), at }
  }

  function note(file: Claimed, taken: Taken): void {
    if (taken.kind === 'failed') file.reasons.push(`${taken.failure.code}: ${taken.failure.message}`)
    else file.open.add(taken.document.sha256)
  }

  /** What a watcher that is gone had claimed is this one's now; a rename decides between several. */
  async function adopt(): Promise<void> {
    const gone = new Map<string, boolean>()
    for (const claim of await readdir(join(folder, WORKING))) {
      const former = claim.startsWith(ALIVE) ? null : ownerOfName(claim)
      if (former === null) continue
      // To ask whether a process lives takes as long as to claim a file: once for each watcher, not for each of its claims.
      const isGone = gone.get(former) ?? (ownerIsGone(former) || (await life.isSilent(former)))
      gone.set(former, isGone)
      if (!isGone) continue
      const mine = ownedName()
      const adopted = await rename(join(folder, WORKING, claim), join(folder, WORKING, mine)).then(
        () => true,
        () => false,
      )
      if (!adopted) continue
      let found = false
      for await (const path of filesIn(join(folder, WORKING, mine), '', () => {}, true)) {
        found = true
        inHand.push(newlyClaimed(mine, path))
      }
      if (!found) await removeEmpty(join(folder, WORKING, mine), join(folder, WORKING))
    }
    for (const [former, isGone] of gone) if (isGone) await life.bury(former)
  }

  /** Looks after what is in hand, some of it each round: takes in what could not be taken before, moves what has ended. */
  async function moveEnded(signal: AbortSignal): Promise<void> {
    const turn = inHand.splice(0, ASKED)
    try {
      for (let file = turn[0]; file && !signal.aborted; file = turn[0]) {
        if (!file.taken) await take(file)
        await lookAt(file)
        if (file.taken && file.open.size === 0) await moveAway(file)
        if (!file.gone) inHand.push(file)
        turn.shift()
      }
    } finally {
      // What trouble has kept from its turn has it next time.
      inHand.push(...turn)
    }
  }

  /** Which of its documents have ended meanwhile. */
  async function lookAt(file: Claimed): Promise<void> {
    for (const sha256 of file.open) {
      const entry = await store.find(sha256)
      if (entry?.state === 'failed') file.reasons.push(`${entry.cause}: ${entry.message}`)
      if (entry?.state === 'failed' || entry?.state === 'done') file.open.delete(sha256)
    }
  }

  async function moveAway(file: Claimed): Promise<void> {
    const { claim, path, reasons } = file
    const from = join(folder, WORKING, claim, path)
    const to = await moveWithoutOverwriting(from, join(folder, reasons.length > 0 ? FAILED : DONE), path)
    file.gone = true
    await removeEmpty(dirname(from), join(folder, WORKING))
    if (to === null) return tell({ kind: 'left', path, reason: 'somebody took it out of working/' })
    if (reasons.length > 0) await writeBeside(to, reasons)
    const shown = relative(folder, to)
    tell(
      reasons.length > 0 ? { kind: 'failed', path: shown, reason: reasons.join('; ') } : { kind: 'done', path: shown },
    )
  }
}

/** Regular files below a folder, by path under it. Links and devices are told of; hidden and unfinished files are passed over. */
async function* filesIn(
  root: string,
  under: string,
  leave: (path: string, reason: string) => void,
  all = false,
): AsyncGenerator<string> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(under, entry.name)
    if (!all && (unfinished.test(entry.name) || (under === '' && [WORKING, DONE, FAILED].includes(entry.name))))
      continue
    if (entry.isDirectory()) yield* filesIn(root, path, leave, all)
    else if (entry.isFile()) yield path
    else leave(path, entry.isSymbolicLink() ? 'a link: only files of this folder are taken' : 'no file')
  }
}

const isGone = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => false,
    (error) => error.code === 'ENOENT',
  )

/** Removes empty folders upwards, as far as `stop`, which stays. */
async function removeEmpty(path: string, stop: string): Promise<void> {
  for (let at = path; at !== stop && at.startsWith(stop); at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}
