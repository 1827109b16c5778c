import type { LetterId } from '../../../model/index.ts'
import { go } from '../state.tsx'

/** How somebody comes to Cut from a letter: with the cursor on a page, something done there, and the way back. */
export type Begin = {
  readonly sha: string
  readonly page: number
  readonly act: 'split' | 'join'
  readonly from: LetterId
}

let beginning: Begin | null = null

/** To Cut, where the act is shown and not yet done. */
export function beginCut(begin: Begin): void {
  beginning = begin
  go(`cut/${begin.sha}`)
}

/** How a file's Cut was come to; null: from elsewhere. Told once. */
export function takeBegin(sha: string): Begin | null {
  const begin = beginning
  beginning = null
  return begin?.sha === sha ? begin : null
}
