import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Colour where it is wanted: on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function painter(stream: { readonly isTTY?: boolean }): (style: Style, text: string) => string {
  const colour = stream.isTTY === true && !process.env.NO_COLOR
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text)
}

/** Width of the terminal in columns, between 80 and 140; 100 where there is none. */
export function columnsOf(stream: { readonly columns?: number | undefined }): number {
  return Math.min(140, Math.max(80, stream.columns ?? 100))
}

/**
 * Breaks text into lines of at most `width` characters at spaces. Control characters, which could steer the terminal that the
 * text of a scanned letter is shown on, become spaces.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of printable(text).split(' ').filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

/** Text without control characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
}

/** `1 file`, `2 files`. */
export const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
