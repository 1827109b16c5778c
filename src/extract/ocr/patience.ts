import { OcrFailure, OcrTooLate } from './engine.ts'

/**
 * Waits for work no longer than `limitMs`. The signal that the work is given fires when nobody waits any more.
 * @throws {OcrTooLate} when it takes longer; the reason of `signal` when that fires.
 */
export async function within<T>(
  limitMs: number,
  signal: AbortSignal | undefined,
  work: (unwanted: AbortSignal) => Promise<T>,
): Promise<T> {
  const unwanted = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let abort = () => {}
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OcrTooLate(limitMs)), limitMs)
    abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
  })
  const working = work(unwanted.signal)
  try {
    return await Promise.race([working, ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    unwanted.abort()
    // When time ran out first, the engine's own end is of no interest any more.
    working.catch(() => undefined)
  }
}

/**
 * Reads an image, and once more when that fails: what ended a process (the system was short of memory, somebody's hand) is often
 * over with it. Time that ran out is not given twice, and what is no longer wanted is not begun again.
 */
export async function secondTry<T>(read: (isSecond: boolean) => Promise<T>, isWanted: () => boolean): Promise<T> {
  try {
    return await read(false)
  } catch (error) {
    if (!(error instanceof OcrFailure) || error instanceof OcrTooLate || !isWanted()) throw error
    return read(true)
  }
}
