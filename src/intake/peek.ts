import { Readable } from 'node:stream'

/** The first bytes of a stream, at least so many (fewer when it has no more), and the whole stream all the same. */
export async function peek(
  bytes: AsyncIterable<Buffer>,
  least: number,
): Promise<{ readonly head: Buffer; readonly whole: Readable }> {
  const parts = bytes[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  let isOver = false
  while (head.length < least && !isOver) {
    const next = await parts.next()
    if (next.done) isOver = true
    else head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  async function* whole() {
    try {
      if (head.length > 0) yield head
      if (isOver) return
      for (let part = await parts.next(); !part.done; part = await parts.next()) yield part.value
    } finally {
      await parts.return?.()
    }
  }
  return { head, whole: Readable.from(whole(), { objectMode: false }) }
}
