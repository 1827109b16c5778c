import { open } from 'node:fs/promises'
import type { FileEnd } from '../../extract/index.ts'

/** Bytes of the end record without its comment, and of the longest comment. */
const RECORD = 22
const COMMENT = 65_535
/** What stands for a number that is in the record of Zip64 instead. */
const ELSEWHERE = 0xffffffff

/**
 * A zip archive ends with a record that tells where its list of contents lies (APPNOTE 4.3.16), and a comment. An archive within
 * it, not packed any further, has one too: its list is not where its record says.
 */
export async function zipEnd(path: string): Promise<FileEnd> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, RECORD + COMMENT))
    await file.read(tail, 0, tail.length, size - tail.length)
    for (
      let at = tail.lastIndexOf('PK\u0005\u0006');
      at >= 0;
      at = at === 0 ? -1 : tail.lastIndexOf('PK\u0005\u0006', at - 1)
    ) {
      if (at + RECORD > tail.length) continue
      const [entries, length, place] = [
        tail.readUInt16LE(at + 10),
        tail.readUInt32LE(at + 12),
        tail.readUInt32LE(at + 16),
      ]
      if (at + RECORD + tail.readUInt16LE(at + 20) > tail.length) continue
      if (entries === 0 || place === ELSEWHERE) return 'there'
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, place)
      if (place + length <= size - tail.length + at && buffer.toString('latin1') === 'PK\u0001\u0002') return 'there'
    }
    return 'missing'
  } finally {
    await file.close()
  }
}
