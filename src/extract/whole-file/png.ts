import type { Bytes } from './bytes.ts'
import type { FileEnd } from './file-end.ts'

const SIGNATURE = 8
/** Length and type in front of a chunk's data, check sum behind it. */
const FRAME = 12

/** PNG, second edition, 5.3 and 11.2.5: chunks one behind the other, the last is `IEND`. What follows is nobody's concern. */
export async function pngEnd(bytes: Bytes): Promise<FileEnd> {
  for (let at = SIGNATURE; ; ) {
    const head = await bytes.at(at, 8)
    if (head === null) return 'missing'
    at += FRAME + head.readUInt32BE(0)
    if (at > bytes.size) return 'missing'
    if (head.toString('latin1', 4) === 'IEND') return 'there'
  }
}
