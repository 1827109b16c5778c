import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { degrees, PDFDocument, type PDFPage, StandardFonts } from '@cantoo/pdf-lib'

/** Letter paper, in points. */
export const PAPER = [612, 792] as const

export type Folder = {
  readonly path: string
  /** Puts bytes into the folder and describes the file as `readDocument` wants it. */
  readonly put: (
    fileName: string,
    bytes: Uint8Array | string,
  ) => Promise<{ path: string; fileName: string; sha256: string }>
  readonly remove: () => Promise<void>
}

export async function aFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'imr-extract-test-'))
  return {
    path,
    put: async (fileName, bytes) => {
      await writeFile(join(path, fileName), bytes)
      return { path: join(path, fileName), fileName, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  }
}

/** A PDF with `rows` of text on one page a list. */
export async function textPdf(
  pages: readonly (readonly string[])[],
  options: { turn?: number } = {},
): Promise<PDFDocument> {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  for (const rows of pages) {
    const page = pdf.addPage([...PAPER])
    if (options.turn !== undefined) page.setRotation(degrees(options.turn))
    rows.forEach((row, i) => {
      page.drawText(row, { x: 72, y: 700 - i * 18, size: 11, font })
    })
  }
  return pdf
}

/** A PDF whose pages are pictures (PNG or JPEG files) that fill the page. */
export async function scanPdf(
  pictures: readonly Buffer[],
  also: (page: PDFPage) => void = () => {},
): Promise<PDFDocument> {
  const pdf = await PDFDocument.create()
  for (const bytes of pictures) {
    const image = bytes[0] === 0xff ? await pdf.embedJpg(bytes) : await pdf.embedPng(bytes)
    const page = pdf.addPage([...PAPER])
    page.drawImage(image, { x: 0, y: 0, width: PAPER[0], height: PAPER[1] })
    also(page)
  }
  return pdf
}

/** A PDF of hand-written objects (1 is the catalog) with a right cross-reference table. */
export function rawPdf(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.5\n')]
  let at = parts[0]?.length ?? 0
  const places: number[] = []
  const add = (part: Buffer) => {
    parts.push(part)
    at += part.length
  }
  objects.forEach((body, i) => {
    places.push(at)
    add(Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]))
  })
  const table = places.map((p) => `${`${p}`.padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const end = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`
  add(Buffer.from(end))
  return Buffer.concat(parts)
}

/** A stream object. */
export function stream(dictionary: string, bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`<<${dictionary}/Length ${bytes.length}>>\nstream\n`),
    bytes,
    Buffer.from('\nendstream'),
  ])
}
