import { OcrFailure } from './engine.ts'

/** Runs at most `size` tasks at once; the rest wait their turn, first come first served. */
export function limitTo(size: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = size
  const waiting: (() => void)[] = []
  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

/** Waits for `work` no longer than `limitMs`. @throws {OcrFailure} when it takes longer; the signal's reason. */
export async function within<T>(limitMs: number, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let abort = () => {}
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new OcrFailure(`the OCR engine took longer than ${limitMs / 1000} s for one page`)),
      limitMs,
    )
    abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    // When time ran out first, the engine's own end is of no interest any more.
    work.catch(() => undefined)
  }
}
