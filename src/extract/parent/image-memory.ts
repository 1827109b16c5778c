/** Gives back what was taken. To call it again does nothing. */
export type GiveBack = () => void

/** Memory that is handed out in bytes, first come first served. */
export type SharedBytes = {
  /**
   * Waits until `bytes` are free. Who wants more than there is gets it when nobody else holds any.
   * @throws the reason of `signal` when that fires first.
   */
  readonly take: (bytes: number, signal: AbortSignal) => Promise<GiveBack>
  /** Bytes handed out now. */
  readonly held: () => number
}

export function sharedBytes(limit: number): SharedBytes {
  let held = 0
  const waiting = new Set<{ readonly bytes: number; readonly grant: () => void }>()
  const serve = () => {
    for (const first of waiting) {
      if (held > 0 && held + first.bytes > limit) return
      waiting.delete(first)
      held += first.bytes
      first.grant()
    }
  }
  const giveBack = (bytes: number): GiveBack => {
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      held -= bytes
      serve()
    }
  }
  return {
    held: () => held,
    take: (bytes, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const leave = () => {
          waiting.delete(asked)
          reject(signal.reason)
          // Who waited behind it may want less.
          serve()
        }
        const asked = {
          bytes,
          grant: () => {
            signal.removeEventListener('abort', leave)
            resolve(giveBack(bytes))
          },
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.add(asked)
        serve()
      }),
  }
}

/** A letter page as it is handed to an OCR process: 200 dots an inch, a byte a dot. */
const PAGE_BYTES = 4e6
/** Megabytes where `IMR_IMAGE_MEMORY` says nothing: two pages for each of 32 OCR processes. */
const USUAL_MB = 256

/** What page images may take in memory, in this process and on their way into it, whatever the number of documents, cores and OCR processes. */
export type ImageMemory = {
  /** Waits until one page more may be begun; it takes so much as a page usually does until its image is there. */
  readonly page: (signal: AbortSignal) => Promise<GiveBack>
  /** Waits until an image may come into this process. */
  readonly image: SharedBytes['take']
  /** Bytes of the images that are in this process. */
  readonly held: () => number
}

export function imageMemory(bytes: number): ImageMemory {
  // Apart, so that pages which have begun can always be ended: their images go out again whatever else has been begun.
  const [pages, images] = [sharedBytes(bytes), sharedBytes(bytes)]
  return { page: (signal) => pages.take(PAGE_BYTES, signal), image: images.take, held: images.held }
}

let ofProcess: ImageMemory | null = null

/** That of this process, as large as `IMR_IMAGE_MEMORY` (megabytes) says. @throws {Error} when that is no number. */
export function usualImageMemory(env: NodeJS.ProcessEnv = process.env): ImageMemory {
  ofProcess ??= imageMemory(megabytesOf(env.IMR_IMAGE_MEMORY) * 1e6)
  return ofProcess
}

export function megabytesOf(told: string | undefined): number {
  if (told === undefined || told === '') return USUAL_MB
  const megabytes = Number(told)
  if (!(megabytes > 0 && Number.isFinite(megabytes)))
    throw new Error(`IMR_IMAGE_MEMORY is “${told}”: say how many megabytes page images may take, such as ${USUAL_MB}`)
  return megabytes
}
