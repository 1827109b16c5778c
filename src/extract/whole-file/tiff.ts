import type { Bytes } from './bytes.ts'
import type { FileEnd } from './file-end.ts'

/** Bytes of a value by its type's number: TIFF 6.0, section 2; BigTIFF adds 16 to 18. */
const widths: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
}

/** Where a page's pixels lie, and how many bytes there are of them, by the tags' numbers: strips, tiles, an old-style JPEG. */
const pixels = [
  [273, 279],
  [324, 325],
  [513, 514],
] as const
/** Tags whose values are places of further directories: sub-images, Exif, GPS. */
const directories = [330, 34665, 34853]

/** Numbers looked at in one file: some ten thousand pages. One that has more was made to keep somebody busy, and is taken as it is. */
const MOST_NUMBERS = 10_000_000
/** Numbers of a list decoded at once. */
const AT_ONCE = 4096
/** What writers leave unused behind the last thing that they wrote, for the sake of round numbers. */
const PADDING = 16

/** The file leads to a place beyond its end. */
class BeyondEnd extends Error {}
/** The file leads to more than is looked at. */
class TooMuch extends Error {}

/**
 * TIFF 6.0 and BigTIFF: directories that lead from one to the next, each with the places of its page's strips or tiles. All of
 * them have to lie in the file. libtiff writes a page's strips first, then its directory, and then, into the directory before, where
 * it lies: so bytes behind all that a file leads to are a page that is only begun, and a whole file may always get another page.
 */
export async function tiffEnd(bytes: Bytes): Promise<FileEnd> {
  try {
    const walk = await Walk.begin(bytes)
    await walk.pages()
    return bytes.size - walk.furthest > PADDING ? 'begun' : 'open'
  } catch (error) {
    if (error instanceof BeyondEnd) return 'missing'
    if (error instanceof TooMuch) return 'open'
    throw error
  }
}

type Field = { readonly type: number; readonly count: number; readonly at: number }

class Walk {
  /** Where the last thing ends that the file leads to. */
  furthest = 0
  private left = MOST_NUMBERS

  private constructor(
    private readonly bytes: Bytes,
    private readonly isLittle: boolean,
    private readonly isBig: boolean,
    private readonly first: number,
  ) {}

  static async begin(bytes: Bytes): Promise<Walk> {
    const head = await bytes.at(0, 8)
    if (head === null) throw new BeyondEnd()
    const isLittle = head.toString('latin1', 0, 2) === 'II'
    const isBig = (isLittle ? head[2] : head[3]) === 43
    const walk = new Walk(bytes, isLittle, isBig, 0)
    const first = await walk.number(isBig ? 8 : 4, isBig ? 8 : 4)
    // Until it has a directory, a file that is being written says 0.
    if (first === 0) throw new BeyondEnd()
    return new Walk(bytes, isLittle, isBig, first)
  }

  async pages(): Promise<void> {
    const seen = new Set<number>()
    const waiting = [this.first]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      // A chain that leads back to itself has no further page; readers stop there, too.
      if (at === 0 || seen.has(at)) continue
      seen.add(at)
      waiting.push(...(await this.directory(at)))
    }
  }

  /** Looks at one directory and all that it leads to; gives the places of other directories. */
  private async directory(at: number): Promise<readonly number[]> {
    const [counts, field, place] = this.isBig ? [8, 20, 8] : [2, 12, 4]
    const count = await this.number(at, counts)
    const next = at + counts + count * field
    this.reach(next + place)
    const found = new Map<number, Field>()
    for (let i = at + counts; i < next; i += field) {
      const value: Field = {
        type: await this.number(i + 2, 2),
        count: await this.number(i + 4, place),
        at: i + 4 + place,
      }
      const length = (widths[value.type] ?? 0) * value.count
      const lies = length > place ? await this.number(value.at, place) : value.at
      this.reach(lies + length)
      found.set(await this.number(i, 2), { ...value, at: lies })
    }
    for (const [places, lengths] of pixels) await this.pixels(found.get(places), found.get(lengths))
    const others: number[] = []
    for (const tag of directories) others.push(...(await this.values(found.get(tag))))
    return [...others, await this.number(next, place)]
  }

  private async pixels(places: Field | undefined, lengths: Field | undefined): Promise<void> {
    const sizes = await this.values(lengths)
    for (const [i, at] of (await this.values(places)).entries()) {
      // libtiff sets the directory of a page that it is still writing down with places of 0.
      if (at === 0) throw new BeyondEnd()
      this.reach(at + (sizes[i] ?? 0))
    }
  }

  private async values(field: Field | undefined): Promise<readonly number[]> {
    const width = field && widths[field.type]
    if (!field || width === undefined) return []
    const all: number[] = []
    for (let first = 0; first < field.count; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, field.count - first)
      const part = await this.part(field.at + first * width, count * width)
      this.spend(count)
      for (let i = 0; i < count; i++) all.push(this.decoded(part.subarray(i * width, (i + 1) * width)))
    }
    return all
  }

  private reach(end: number): void {
    if (end > this.bytes.size) throw new BeyondEnd()
    this.furthest = Math.max(this.furthest, end)
  }

  private spend(numbers: number): void {
    this.left -= numbers
    if (this.left < 0) throw new TooMuch()
  }

  /** A number without sign of 1, 2, 4 or 8 bytes. */
  private async number(at: number, width: number): Promise<number> {
    this.spend(1)
    return this.decoded(await this.part(at, width))
  }

  private async part(at: number, length: number): Promise<Buffer> {
    const part = await this.bytes.at(at, length)
    if (part === null) throw new BeyondEnd()
    return part
  }

  private decoded(part: Buffer): number {
    if (part.length === 8) return Number(this.isLittle ? part.readBigUInt64LE(0) : part.readBigUInt64BE(0))
    return this.isLittle ? part.readUIntLE(0, part.length) : part.readUIntBE(0, part.length)
  }
}
