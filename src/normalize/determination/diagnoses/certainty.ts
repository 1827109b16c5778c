import type { Diagnosis } from '../../../model/index.ts'
import { anyOf, cues, namesDisease } from './vocabulary.ts'

const cueOf = (phrases: readonly string[]) => new RegExp(`(?<![A-Za-z])(?:${anyOf(phrases)})(?![A-Za-z])`, 'i')
const ruledOut = cueOf(cues.certainty['ruled-out'])
const suspected = cueOf(cues.certainty.suspected)
const either = cueOf(cues.either)
const history = cueOf(cues.certainty.history)
/** Behind what was done or had, these tell what there is now: "status post repair with residual stiffness". */
const remains = cueOf(cues.remains)

/**
 * How sure a diagnosis is, by its own words. A cue speaks of what stands behind it, and of all when nothing stands before it or
 * behind it: "neuroma - rule out" is suspected, "disc herniation (rule out recurrent herniation)" is not. What an operation left behind is current.
 */
export function certaintyOf(text: string): Diagnosis['certainty'] {
  if (speaksOfAll(text, ruledOut)) return 'ruled-out'
  if (speaksOfAll(text, suspected) || either.test(text)) return 'suspected'
  return speaksOfAll(text, history) && !remains.test(text) ? 'history' : 'confirmed'
}

function speaksOfAll(text: string, cue: RegExp): boolean {
  const match = cue.exec(text)
  if (!match) return false
  const before = text.slice(0, match.index)
  const behind = text.slice(match.index + match[0].length)
  return !namesDisease(before) || !/[a-z]{3}/i.test(behind)
}
