import type { Bytes } from './bytes.ts'
import type { FileEnd } from './file-end.ts'

const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
const APP2 = 0xe2
const MULTI_PICTURE = 'MPF\0'

/**
 * ITU-T T.81, B.1: segments with their length, scans of coded data in between, and at last the end-of-image marker. It is looked
 * for by walking: thumbnails in a segment have one of their own, which is passed over with it, and a progressive image has many
 * scans. What follows the end is nobody's concern, but for further pictures that the file lists itself (CIPA DC-007).
 */
export async function jpegEnd(bytes: Bytes): Promise<FileEnd> {
  let furthest = 0
  for (let at = 2; ; ) {
    const marker = await nextMarker(bytes, at)
    if (marker === null) return 'missing'
    const { kind, end } = marker
    if (kind === END_OF_IMAGE) return furthest <= bytes.size ? 'there' : 'missing'
    at = end
    if (standsAlone(kind)) continue
    const length = (await bytes.at(at, 2))?.readUInt16BE(0)
    if (length === undefined) return 'missing'
    if (kind === APP2) furthest = Math.max(furthest, await endOfPictures(bytes, at + 2, length - 2))
    at += length
    if (kind === START_OF_SCAN && at > bytes.size) return 'missing'
  }
}

type Marker = { readonly kind: number; readonly end: number }

/** The next marker that is none of coded data: `FF00` is a byte of it, `FFD0` to `FFD7` are rests in it, `FFFF` is filling. */
async function nextMarker(bytes: Bytes, from: number): Promise<Marker | null> {
  for (let at = from; ; ) {
    const part = await bytes.from(at)
    if (part.length < 2) return null
    // The last byte is looked at with the one behind it, in the next part.
    for (let i = part.indexOf(0xff); i >= 0 && i < part.length - 1; i = part.indexOf(0xff, i + 1)) {
      const kind = part[i + 1] ?? 0
      if (kind !== 0 && kind !== 0xff && !(kind >= 0xd0 && kind <= 0xd7)) return { kind, end: at + i + 2 }
    }
    at += part.length - 1
  }
}

const standsAlone = (kind: number) => kind === 0x01 || kind === 0xd8

/** Tag of the list of pictures, and bytes of each entry: attributes, size, place, two numbers of others that belong to it. */
const PICTURES = 0xb002
const ENTRY = 16

/** Where the last of the pictures ends that the segment lists; 0 when it lists none. */
async function endOfPictures(bytes: Bytes, at: number, length: number): Promise<number> {
  const segment = length > MULTI_PICTURE.length + 8 ? await bytes.at(at, length) : null
  if (segment?.toString('latin1', 0, 4) !== MULTI_PICTURE) return 0
  const origin = at + MULTI_PICTURE.length
  const list = segment.subarray(MULTI_PICTURE.length)
  const isLittle = list.toString('latin1', 0, 2) === 'II'
  const u16 = (i: number) => (i + 2 > list.length ? 0 : isLittle ? list.readUInt16LE(i) : list.readUInt16BE(i))
  const u32 = (i: number) => (i + 4 > list.length ? 0 : isLittle ? list.readUInt32LE(i) : list.readUInt32BE(i))
  const directory = u32(4)
  for (let n = 0; n < u16(directory); n++) {
    const field = directory + 2 + 12 * n
    if (u16(field) !== PICTURES) continue
    let furthest = 0
    const first = u32(field + 8)
    for (let entry = first; entry < first + u32(field + 4) && entry + ENTRY <= list.length; entry += ENTRY) {
      // The first picture's own place is 0: it is the one that the walk finds the end of.
      if (u32(entry + 8) > 0) furthest = Math.max(furthest, origin + u32(entry + 8) + u32(entry + 4))
    }
    return furthest
  }
  return 0
}
