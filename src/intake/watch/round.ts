import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { forSeveral } from '../several.ts'
import { adopt, type Claim, claimFile } from './claims.ts'
import { codeOf } from './events.ts'
import { type Filed, type Grounds, goOn, type InHand, newlyClaimed } from './in-hand.ts'
import type { SignOfLife } from './sign-of-life.ts'
import { isChanged } from './standing.ts'
import { openWaitingRoom } from './waiting-room.ts'

/** How many files in hand are looked after in one round, and how many of those that were filed. */
const ASKED = 500

/** What is done in each round, in this order. Each step rejects with the trouble that it has; nothing of it runs on then. */
export function stepsOf(grounds: Grounds, life: SignOfLife, signal: AbortSignal): readonly (() => Promise<void>)[] {
  const { folder, patience, tell } = grounds
  const waiting = openWaitingRoom(folder, patience, tell)
  const inHand: InHand[] = []
  const filed: (Filed & { readonly until: number })[] = []
  return [takeOver, takeDropped, () => inTurn(inHand, lookAfter), () => inTurn(filed, lookBack)]

  async function takeOver(): Promise<void> {
    for (const claim of await adopt(folder, life)) inHand.push(newlyClaimed(claim, null))
  }

  async function takeDropped(): Promise<void> {
    await forSeveral(await waiting.ready(), signal, async ({ path, standing }) => {
      const claim = await claimed(path)
      if (claim) await lookAfter(newlyClaimed(claim, standing))
    })
  }

  /** @throws when nothing can be claimed now, whatever its name. */
  async function claimed(path: string): Promise<Claim | null> {
    try {
      return await claimFile(folder, join(folder, path), path)
    } catch (error) {
      const code = codeOf(error)
      const isOfAll = (error as NodeJS.ErrnoException).syscall === 'mkdir' && code !== 'ENAMETOOLONG'
      if (isOfAll) throw error
      const remedy = 'check permissions, and that it lies on this disk; it is tried again'
      waiting.refused(path, `it cannot be moved (${code}): ${remedy}`)
      return null
    }
  }

  /** Does something for each of a list's first files. What trouble has kept from its turn has it next time. */
  async function inTurn<T>(list: T[], act: (file: T) => Promise<void>): Promise<void> {
    const turn = list.splice(0, ASKED)
    try {
      for (let file = turn.shift(); file && !signal.aborted; file = turn.shift()) await act(file)
    } finally {
      list.push(...turn)
    }
  }

  /** Takes in what could not be taken before, moves what has ended. */
  async function lookAfter(file: InHand): Promise<void> {
    try {
      const progress = await goOn(file, grounds)
      if (progress === 'stays') inHand.push(file)
      else if (progress !== 'over') filed.push({ ...progress, until: performance.now() + patience.endMs })
    } catch (error) {
      inHand.push(file)
      throw error
    }
  }

  /** A program that has a file open writes to it wherever it is moved: for a while that is looked for, and taken once more. */
  async function lookBack(file: Filed & { readonly until: number }): Promise<void> {
    const now = await lstat(file.at).catch(() => null)
    // Another file of that name is the business of who put it there.
    if (now?.ino !== file.taken.ino) return
    if (!isChanged(file.taken, now)) {
      if (performance.now() < file.until) filed.push(file)
      return
    }
    const claim = await claimFile(folder, file.at, file.path)
    if (claim === null) return
    tell({ kind: 'again', path: file.path })
    inHand.push(newlyClaimed(claim, null))
  }
}
