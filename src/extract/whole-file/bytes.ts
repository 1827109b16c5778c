import type { FileHandle } from 'node:fs/promises'

/** Most bytes read at once, and fewest: a place is mostly asked for with its neighbours. */
const WINDOW = 65_536
const FEWEST = 4_096

/** The bytes of an open file by their place, read a window at a time. Places count from 0. */
export class Bytes {
  private window = Buffer.alloc(0)
  private start = 0

  constructor(
    private readonly file: FileHandle,
    /** Size of the file when it was opened. What is written later is not looked at. */
    readonly size: number,
  ) {}

  /** `length` bytes from `at` (at most a window of them); null when the file ends before that. */
  async at(at: number, length: number): Promise<Buffer | null> {
    if (at < 0 || length > WINDOW || at + length > this.size) return null
    if (at < this.start || at + length > this.start + this.window.length) {
      const fresh = Buffer.alloc(Math.min(Math.max(length, FEWEST), this.size - at))
      const { bytesRead } = await this.file.read(fresh, 0, fresh.length, at)
      this.window = fresh.subarray(0, bytesRead)
      this.start = at
    }
    const from = at - this.start
    return from + length <= this.window.length ? this.window.subarray(from, from + length) : null
  }

  /** The last bytes, `most` of them or all that there are. */
  async tail(most: number): Promise<Buffer> {
    const length = Math.min(most, this.size, WINDOW)
    return (await this.at(this.size - length, length)) ?? Buffer.alloc(0)
  }

  /** The bytes from `at` on, as many as a window holds; none at the file's end. */
  async from(at: number): Promise<Buffer> {
    return (await this.at(at, Math.max(0, Math.min(WINDOW, this.size - at)))) ?? Buffer.alloc(0)
  }
}
