import { signal } from '@preact/signals'
import { blob, call } from './api.tsx'
import { PageWords } from './words.ts'

export type PageImage = { readonly url: string; readonly width: number; readonly height: number }
type Size = 'small' | 'full'

/** So many images and pages of words are kept: some letters' worth. The server lets no cache keep a patient's page; this one ends with the tab. */
const KEPT = 60

/** Asked for once, kept while it is among the last used; `drop` lets go what a value holds. */
class Kept<T> {
  private readonly all = new Map<string, Promise<T>>()
  constructor(private readonly drop: (value: T) => void = () => {}) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const found = this.all.get(key)
    if (found) this.all.delete(key)
    const value = found ?? ask()
    this.all.set(key, value)
    value.catch(() => this.all.delete(key))
    const [oldest] = this.all.keys()
    if (this.all.size > KEPT && oldest !== undefined) {
      this.all.get(oldest)?.then(this.drop, () => {})
      this.all.delete(oldest)
    }
    return value
  }
}

const images = new Kept<PageImage>(({ url }) => {
  URL.revokeObjectURL(url)
  painted.value = Object.fromEntries(Object.entries(painted.value).filter(([, image]) => image.url !== url))
})
const words = new Kept<PageWords>()

/** Images that are decoded, by document, page and size: read while drawing, which is done again when one comes. */
export const painted = signal<Readonly<Record<string, PageImage>>>({})
const keyOf = (sha: string, page: number, size: Size) => `${sha}/${page}/${size}`

/** A page's image, decoded: it is painted in the frame in which it is shown. */
export function pageImage(sha: string, page: number, size: Size): Promise<PageImage> {
  const key = keyOf(sha, page, size)
  return images.get(key, async () => {
    const url = URL.createObjectURL(await blob(`/documents/${sha}/pages/${page}/image?size=${size}`))
    const image = new Image()
    image.src = url
    await image.decode()
    const made = { url, width: image.naturalWidth, height: image.naturalHeight }
    painted.value = { ...painted.value, [key]: made }
    return made
  })
}

/** The image to show now: asks for it when it is not there. */
export function imageNow(sha: string, page: number, size: Size): PageImage | null {
  const found = painted.value[keyOf(sha, page, size)]
  if (!found) pageImage(sha, page, size).catch(() => {})
  return found ?? null
}

/** As the server keeps words: text, box, confidence. */
type Rows = readonly { readonly words: readonly (readonly [string, number, number, number, number, number])[] }[]

export function wordsOfPage(sha: string, page: number): Promise<PageWords> {
  return words.get(keyOf(sha, page, 'small'), async () => {
    const { rows } = await call<{ readonly rows: Rows }>('GET', `/documents/${sha}/pages/${page}/words`)
    return new PageWords(
      rows.map((row) => ({
        words: row.words.map(([text, x0, y0, x1, y1, confidence]) => ({ text, box: [x0, y0, x1, y1], confidence })),
      })),
    )
  })
}
