/**
 * Control characters (but for those that part words) and halves of surrogate pairs: fonts map glyphs to them by mistake. Nobody
 * reads them, and databases, XML and terminals refuse them or worse.
 */
const unprintable = /[^\P{Cc}\s]|\p{Cs}/gu

/** What stands for a character that is not known: a glyph was there. Unicode chapter 23.8. As long as what it replaces. */
const UNKNOWN = '\uFFFD'

/** The text of a word as it may be kept: of the same length, with no character that cannot be printed. */
export const printable = (text: string): string => text.replace(unprintable, UNKNOWN)
