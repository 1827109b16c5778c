import type { Limits } from './limits.ts'

/** How many times the silence of work a reader may be without a sign of life on the wall clock: a busy machine gives it its turns late. */
const STILL = 5

/** How a reader stands: at work; late, by the work that it has done; or still: it does no work, or hardly gets a turn. */
export type Standing = 'working' | 'late' | 'still'

/**
 * Counts what a reader has worked, in processor time: a busy machine makes it slow, and that is not the file's doing. While it waits for OCR
 * alone the clock stands still. Times are milliseconds; `now` is the wall clock.
 */
export function workClock({ silenceMs, documentMs }: Pick<Limits, 'silenceMs' | 'documentMs'>, now: () => number) {
  let waiting = 0
  /** Processor time of the process so far, and when it was last heard of; null until it is known. */
  let spent: number | null = null
  let mark: number | null = null
  let heardAt = now()
  let worked = 0
  const sinceHeard = () => (waiting > 0 || spent === null || mark === null ? 0 : spent - mark)
  const heard = () => {
    worked += sinceHeard()
    mark = spent
    heardAt = now()
  }
  return {
    heard,
    wait() {
      heard()
      waiting++
    },
    resume() {
      waiting--
      mark = spent
      heardAt = now()
    },
    /** `cpuMs`: processor time of the process until now; null where the system does not tell (then the wall clock counts). */
    tick(cpuMs: number | null) {
      spent = cpuMs ?? now()
      mark ??= spent
    },
    standing(): Standing {
      if (sinceHeard() > silenceMs || worked + sinceHeard() > documentMs) return 'late'
      return waiting === 0 && now() - heardAt > STILL * silenceMs ? 'still' : 'working'
    },
  }
}
