import type { Bytes } from './bytes.ts'
import type { FileEnd } from './file-end.ts'

/** `%%EOF` stands in this many last bytes: some writers leave padding after it. */
const TAIL = 2048
/** In this many first bytes stands what says that a file is made for the web. */
const HEAD = 1024

/**
 * ISO 32000-1, 7.5.5: a PDF ends with `%%EOF`. One that is made for the web has another after its first page, behind a
 * `startxref` of 0 (annex F.3.4), which is not its end.
 */
export async function pdfEnd(bytes: Bytes): Promise<FileEnd> {
  const tail = (await bytes.tail(TAIL)).toString('latin1')
  const end = tail.lastIndexOf('%%EOF')
  if (end < 0) return 'missing'
  if (!/startxref\s+0\s*$/.test(tail.slice(0, end))) return 'there'
  const head = await bytes.at(0, Math.min(HEAD, bytes.size))
  return head?.includes('/Linearized') ? 'missing' : 'there'
}
