import { lstat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { takeIn } from '../take-in.ts'
import type { Taken, WayIn } from '../take-one.ts'
import { type Claim, placeOf } from './claims.ts'
import { codeOf, type Tell } from './events.ts'
import { DONE, FAILED, removeEmpty, WORKING } from './folder.ts'
import { moveWithoutOverwriting, writeBeside } from './move.ts'
import { isChanged, lookAgain, type Patience, type Snapshot, type Standing } from './standing.ts'

/** What looks after a watched folder's files works with. */
export type Grounds = {
  /** The watched folder, by its real path. */
  readonly folder: string
  readonly way: WayIn
  readonly patience: Patience
  readonly tell: Tell
}

/** A file that this watcher has claimed, on its way from being dropped to `done/` or `failed/`. */
export type InHand = Claim & {
  /** How it stands, while it is to be taken; null: not looked at yet. */
  standing: Standing | null
  /** As it was when its bytes were taken; null: they are still to be taken, or to be taken once more. */
  taken: Snapshot | null
  /** Documents that came of it and have not ended yet, by sha256. */
  readonly open: Set<string>
  readonly reasons: string[]
  /** Where it was moved to, while its reasons are still to be written beside it. */
  movedTo: string | null
  /** How often in a row it could not be moved, until when it is left alone (on the monotonic clock), and what was said of it. */
  stuck: { readonly times: number; readonly until: number; readonly said: string }
}

export const newlyClaimed = (claim: Claim, standing: Standing | null): InHand => ({
  ...claim,
  standing,
  taken: null,
  open: new Set(),
  reasons: [],
  movedTo: null,
  stuck: { times: 0, until: 0, said: '' },
})

/** A file that was moved away, and may still be written to by who has it open. */
export type Filed = { readonly path: string; readonly at: string; readonly taken: Snapshot }

/** `stays`: there is more to do for it, later. `over`: nothing is left to be done for it here. */
export type Progress = 'stays' | 'over' | Filed

/**
 * Does for a file in hand what can be done now: takes its bytes in, looks whether their documents have ended, moves it away. What
 * keeps this one file from being moved is told, and tried again later.
 * @throws the store's errors.
 */
export async function goOn(file: InHand, grounds: Grounds): Promise<Progress> {
  if (performance.now() < file.stuck.until) return 'stays'
  if (!file.taken && !(await take(file, grounds))) return await leftOrWaiting(file, grounds)
  await hearOfDocuments(file, grounds.way)
  if (!file.taken || file.open.size > 0) return 'stays'
  try {
    return await moveAway(file, file.taken, grounds)
  } catch (error) {
    leaveAlone(file, error, grounds.tell)
    return 'stays'
  }
}

/** Whether its bytes are taken now. One that is written to meanwhile stays to be taken when it stands still. */
async function take(file: InHand, { folder, way, patience, tell }: Grounds): Promise<boolean> {
  const { path, open, reasons } = file
  const at = placeOf(folder, file)
  file.standing = await lookAgain(at, file.standing, patience)
  const before = file.standing ?? (await lstat(at).catch(() => null))
  if (!before || (file.standing && !file.standing.isReady)) return false
  open.clear()
  reasons.length = 0
  if (!file.standing) reasons.push('it is a link or a device, not a file')
  // It is known by the name it was dropped under, whoever had it in hand in between.
  else for await (const one of takeIn({ path: join(folder, path), fileName: basename(path), at }, way)) note(file, one)
  const after = await lstat(at).catch(() => null)
  if (!after) return false
  if (isChanged(before, after)) {
    letGo(file, tell)
    return false
  }
  file.taken = after
  tell({ kind: 'taken', path, documents: [...open] })
  return true
}

function note(file: InHand, taken: Taken): void {
  if (taken.kind === 'failed') file.reasons.push(`${taken.failure.code}: ${taken.failure.message}`)
  else file.open.add(taken.document.sha256)
}

/** What was taken of it is a document of its own, which goes its way. */
function letGo(file: InHand, tell: Tell): void {
  file.standing = null
  file.taken = null
  tell({ kind: 'again', path: file.path })
}

async function hearOfDocuments({ open, reasons }: InHand, { store }: WayIn): Promise<void> {
  for (const sha256 of open) {
    const entry = await store.find(sha256)
    if (entry?.state === 'failed') reasons.push(`${entry.cause}: ${entry.message}`)
    if (!entry) reasons.push('it was forgotten (imr forget) while it waited here: drop it again if it should be kept')
    if (!entry || entry.state === 'failed' || entry.state === 'done') open.delete(sha256)
  }
}

async function moveAway(file: InHand, taken: Snapshot, { folder, tell }: Grounds): Promise<Progress> {
  const { path, reasons } = file
  const from = placeOf(folder, file)
  const target = reasons.length > 0 ? FAILED : DONE
  let isCopy = false
  if (file.movedTo === null) {
    const now = await lstat(from).catch(() => null)
    if (now && isChanged(taken, now)) {
      letGo(file, tell)
      return 'stays'
    }
    const moved = await moveWithoutOverwriting(from, join(folder, target), path)
    await removeEmpty(dirname(from), join(folder, WORKING))
    if (moved === null) return tookAway(file, tell)
    file.movedTo = moved.to
    isCopy = moved.isCopy
  }
  const to = file.movedTo
  if (reasons.length > 0) await writeBeside(to, reasons)
  const shown = relative(folder, to)
  tell(reasons.length > 0 ? { kind: 'failed', path: shown, reason: reasons.join('; ') } : { kind: 'done', path: shown })
  return isCopy ? 'over' : { path, at: to, taken }
}

async function leftOrWaiting(file: InHand, { folder, tell }: Grounds): Promise<Progress> {
  const isThere = await lstat(placeOf(folder, file)).then(
    () => true,
    (error) => error.code !== 'ENOENT',
  )
  return isThere ? 'stays' : tookAway(file, tell)
}

function tookAway({ path }: InHand, tell: Tell): Progress {
  tell({ kind: 'left', path, reason: 'somebody took it out of working/' })
  return 'over'
}

/** First pause of a file that cannot be moved, and the longest, in milliseconds; each is twice as long as the one before. */
const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 300_000

function leaveAlone(file: InHand, error: unknown, tell: Tell): void {
  const { times, said } = file.stuck
  const code = codeOf(error)
  const pause = Math.min(PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS)
  file.stuck = { times: times + 1, until: performance.now() + pause, said: code }
  if (said === code) return
  const reason = `it cannot be moved to ${DONE}/ or ${FAILED}/ (${code}): ${remedyFor(code)}; it is kept in ${WORKING}/ and tried again`
  tell({ kind: 'stuck', path: file.path, reason, code })
}

function remedyFor(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make room on that disk'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'give the user that imr runs as permission to write there'
    case 'ENAMETOOLONG':
      return 'its folders have names that are too long for that disk'
    case 'ENOTDIR':
      return 'a file lies where a folder is needed'
    default:
      return 'check the disk or the share it lies on'
  }
}
