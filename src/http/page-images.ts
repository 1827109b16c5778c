import { drawPages, type ImageSize } from '../extract/index.ts'
import { limitTo } from '../extract/ocr/limit.ts'
import type { Store } from '../store/index.ts'

/** Pages drawn at once, each in a process of its own. */
const AT_ONCE = 2
/** Whoever looks at a page looks at the next ones soon: to open the file is most of the work, and done once for all of them. */
const AHEAD: Readonly<Record<ImageSize, number>> = { thumb: 11, small: 3, full: 0 }

/** An image of a page that can be looked at; its `tag` names it as long as it is the same. */
export type PageImage = { readonly tag: string; readonly bytes: () => Promise<Buffer | null> }

export type PageImageService = {
  /**
   * An image of a page, upright and not straightened; null when there is no such page. Its bytes come from the cache or are made, in a process apart;
   * null: the page cannot be made out. @throws {DocumentFailure} {StoreUnavailable} when its file cannot be opened.
   */
  readonly image: (sha256: string, page: number, size: ImageSize) => Promise<PageImage | null>
  /** Makes the small images of pages that will be looked at soon, when nobody waits for another. */
  readonly prefetch: (sha256: string, first: number, last: number) => void
  readonly stop: () => Promise<void>
}

type Wanted = { readonly number: number; readonly turned: 0 | 90 | 180 | 270 }

export function pageImages(store: Pick<Store, 'find' | 'openFile' | 'turnsOfPages' | 'images'>): PageImageService {
  const stop = new AbortController()
  const inTurn = limitTo(AT_ONCE)
  const later = limitTo(1)
  /** What is being made, by document, page, turn and size. */
  const making = new Map<string, Promise<Buffer | null>>()
  const keyOf = (sha256: string, { number, turned }: Wanted, size: ImageSize) => `${sha256} ${number} ${turned} ${size}`
  const cached = (sha256: string, { number, turned }: Wanted, size: ImageSize) =>
    store.images.get(sha256, { page: number, turned, size })

  async function bytesOf(sha256: string, wanted: readonly Wanted[], size: ImageSize): Promise<Buffer | null> {
    const [first] = wanted
    if (!first) return null
    const found = (await making.get(keyOf(sha256, first, size))) ?? (await cached(sha256, first, size))
    if (found) return found
    await made(sha256, wanted, size)
    return (await making.get(keyOf(sha256, first, size))) ?? null
  }

  /** Begins to make images that are neither there nor being made. */
  async function made(sha256: string, wanted: readonly Wanted[], size: ImageSize): Promise<void> {
    const missing: Wanted[] = []
    for (const one of wanted)
      if (!making.has(keyOf(sha256, one, size)) && !(await cached(sha256, one, size))) missing.push(one)
    const left = new Map<number, { give: (image: Buffer | null) => void; fail: (error: unknown) => void }>()
    for (const one of missing) {
      const key = keyOf(sha256, one, size)
      if (making.has(key)) continue
      const image = new Promise<Buffer | null>((give, fail) => left.set(one.number, { give, fail }))
      making.set(key, image)
      // Whoever asked for it hears of it; nobody may have.
      image.catch(() => {}).finally(() => making.delete(key))
    }
    if (left.size === 0) return
    const pages = missing.filter((one) => left.has(one.number))
    void inTurn(() => draw(sha256, pages, size, (number, image) => left.get(number)?.give(image))).then(
      () => {
        for (const { give } of left.values()) give(null)
      },
      (error) => {
        for (const { fail } of left.values()) fail(error)
      },
    )
  }

  async function draw(
    sha256: string,
    pages: readonly Wanted[],
    size: ImageSize,
    give: (number: number, image: Buffer | null) => void,
  ): Promise<void> {
    const file = await store.openFile(sha256)
    const kept: Promise<void>[] = []
    try {
      await drawPages(file, {
        pages,
        sizes: [size],
        signal: stop.signal,
        onDrawn: (number, images) => {
          const webp = images.find((i) => i.size === size)?.webp
          if (!webp) return give(number, null)
          const bytes = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength)
          const turned = pages.find((p) => p.number === number)?.turned ?? 0
          // It can be looked at where it cannot be kept, too: a full disk.
          const written = store.images.keep(sha256, { page: number, turned, size }, bytes).catch(() => {})
          kept.push(written.then(() => give(number, bytes)))
        },
      })
    } finally {
      await Promise.all(kept)
      await file.release()
    }
    // It may have been forgotten meanwhile, and its images removed before these were there.
    if (!(await store.find(sha256))) await store.images.remove(sha256)
  }

  return {
    async image(sha256, page, size) {
      const entry = await store.find(sha256)
      if (!entry || page > (entry.pageCount ?? 0)) return null
      const last = Math.min(page + AHEAD[size], entry.pageCount ?? page)
      const pages = await wantedOf(page, last, sha256)
      return {
        tag: `"${page}-${pages[0]?.turned ?? 0}-${size}"`,
        bytes: () => bytesOf(sha256, pages, size),
      }
    },
    prefetch(sha256, first, last) {
      // After what somebody waits for.
      void later(async () => {
        if (!stop.signal.aborted) await bytesOf(sha256, await wantedOf(first, last, sha256), 'small')
      }).catch(() => {})
    },
    async stop() {
      stop.abort(new Error('the server stops'))
      await Promise.allSettled(making.values())
    },
  }

  async function wantedOf(first: number, last: number, sha256: string): Promise<readonly [Wanted, ...Wanted[]]> {
    const turns = await store.turnsOfPages(sha256, [first, last])
    const wanted = (number: number): Wanted => ({ number, turned: turns.get(number) ?? 0 })
    return [wanted(first), ...Array.from({ length: last - first }, (_, i) => wanted(first + 1 + i))]
  }
}
