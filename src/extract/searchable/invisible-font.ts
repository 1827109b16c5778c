import { type PDFContext, PDFHexString, PDFName, type PDFRef } from '@cantoo/pdf-lib'

/** Width of every character, in thousandths of the type size. */
export const WIDTH = 600
/** How far a line rises above and falls below its baseline, in thousandths: together the height of a box. */
export const ASCENT = 800
export const DESCENT = 200
const CODES = 256
const FIRST = 33

/** Characters in the order in which they were met: code and font of each. A font has one byte a character. */
export class InvisibleFonts {
  private readonly places = new Map<string, { readonly font: number; readonly code: number }>()
  private next = { font: 0, code: 127 }

  /** ASCII stands for itself in the first font; what else comes takes the next free code. */
  place(character: string): { readonly font: number; readonly code: number } {
    const known = this.places.get(character)
    if (known) return known
    const ascii = character.length === 1 ? character.charCodeAt(0) : 0
    const place = ascii >= FIRST && ascii < 127 ? { font: 0, code: ascii } : this.take()
    this.places.set(character, place)
    return place
  }

  private take() {
    const place = this.next
    const { font, code } = place
    this.next = code + 1 < CODES ? { font, code: code + 1 } : { font: font + 1, code: FIRST }
    return place
  }

  /** Puts the fonts into a document; their references by number. */
  embed(context: PDFContext): readonly PDFRef[] {
    const byFont: Map<number, string>[] = []
    for (const [character, { font, code }] of this.places) {
      const codes = byFont[font] ?? new Map<number, string>()
      codes.set(code, character)
      byFont[font] = codes
    }
    return byFont.map((codes) => this.font(context, codes))
  }

  private font(context: PDFContext, codes: ReadonlyMap<number, string>): PDFRef {
    const name = PDFName.of('ImrInvisible')
    const descriptor = context.register(
      context.obj({
        Type: 'FontDescriptor',
        FontName: name,
        Flags: 33,
        FontBBox: [0, -DESCENT, WIDTH, ASCENT],
        ItalicAngle: 0,
        Ascent: ASCENT,
        Descent: -DESCENT,
        CapHeight: ASCENT,
        StemV: 80,
        MissingWidth: WIDTH,
      }),
    )
    return context.register(
      context.obj({
        Type: 'Font',
        Subtype: 'TrueType',
        BaseFont: name,
        FirstChar: 32,
        LastChar: CODES - 1,
        Widths: Array.from({ length: CODES - 32 }, () => WIDTH),
        Encoding: 'WinAnsiEncoding',
        FontDescriptor: descriptor,
        ToUnicode: context.register(context.flateStream(toUnicode(codes))),
      }),
    )
  }
}

/** What each code means (ISO 32000-1, 9.10.3): the words are found by it, whatever script they are in. */
function toUnicode(codes: ReadonlyMap<number, string>): string {
  const all = [...codes, [32, ' '] as const].map(
    ([code, character]) =>
      `<${code.toString(16).padStart(2, '0')}> ${PDFHexString.fromText(character)
        .toString()
        .replace(/^<FEFF/i, '<')}`,
  )
  const blocks: string[] = []
  for (let at = 0; at < all.length; at += 100) {
    const block = all.slice(at, at + 100)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`)
  }
  return `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def /CMapName /ImrUnicode def /CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange
${blocks.join('\n')}
endcmap CMapName currentdict /CMap defineresource pop end end`
}
