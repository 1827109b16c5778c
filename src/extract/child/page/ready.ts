import type { Recognize } from '../../messages.ts'
import { withoutDust } from '../remedies/dust.ts'
import { withoutOverlay } from '../remedies/overlay.ts'
import { isPrint } from '../remedies/sweep.ts'
import { emptiness } from './emptiness.ts'
import { isFrayed, paleLetters } from './first-sight.ts'
import { inkLevel } from './ink.ts'
import { clearPaper, flatField, isShaded, type Raster, soften, strengthen } from './raster.ts'
import { blackOnWhite, type Survey, survey } from './survey.ts'
import { type Prepared, sized, upright } from './upright.ts'

/** A page mended by what was seen on it, to be read for the first time. */
export type Ready = {
  readonly ready: Prepared
  /** What was done to it. */
  readonly remedies: readonly string[]
  /** At reading size, neither turned nor straightened. */
  readonly seen: Survey
  /** At its own size. */
  readonly visible: Survey
}

/**
 * Chooses the remedies that a look at the page tells to be needed, and applies them: a page is seldom read twice. `recognize` is asked for some rows, when
 * they may be print or shine through.
 * @throws {EngineTrouble} when the engine fails over those.
 */
export async function madeReady(page: Raster, recognize: Recognize): Promise<Ready | 'blank' | 'unreadable'> {
  const first = survey(page)
  const asCame = blackOnWhite(first)
  const paper = asCame.image
  const empty = await emptiness(asCame)
  if (empty === 'bare') return 'blank'
  const even = empty === 'faint' || isShaded(paper) ? await flatField(paper) : paper
  const lit = even === paper ? asCame : survey(empty === 'faint' ? await soften(even) : even)
  const dusted = withoutDust(lit)
  const visible = dusted === lit.image ? lit : survey(dusted, lit.level)
  const full = await sized(visible)
  // Pale print, or what shines through, has the tones of a stamp: it is told by how many pale letters there are.
  const bare = paleLetters(full).length > 0 ? full.image : withoutOverlay(full)
  const seen = bare === full.image ? full : survey(bare, full.level)
  const straight = await upright(seen)
  if (straight === null) return 'unreadable'
  // What is pale and cannot be read shines through; what can be read is pale print.
  const pale = await isPrint(straight.image, paleLetters(straight.seen), recognize)
  const clear = pale === false ? cleared(straight) : straight
  const weak = pale === true || isFrayed(straight.seen)
  const done = [
    asCame !== first && 'negative',
    even !== paper && 'flat field',
    empty === 'faint' && 'soften',
    visible !== lit && 'dust off',
    seen !== full && 'overlay off',
    straight.rotation !== 0 && `turn ${straight.rotation}`,
    clear !== straight && 'clear paper',
    weak && 'strengthen',
  ]
  return {
    ready: weak ? { ...clear, image: strengthen(clear.image) } : clear,
    remedies: done.filter((name) => name !== false),
    seen,
    visible,
  }
}

/** Without what is nearer to the paper than to the ink. */
export function cleared(prepared: Prepared): Prepared {
  return { ...prepared, image: clearPaper(prepared.image, inkLevel(prepared.image)) }
}
