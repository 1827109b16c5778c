import type { Range } from '../../model/index.ts'

/** `16`, `12 to 18`; at most three decimals. */
export function inWords([min, max]: Range): string {
  const figure = (n: number) => String(Math.round(n * 1000) / 1000)
  return min === max ? figure(min) : `${figure(min)} to ${figure(max)}`
}

const many = (range: Range) => range[1] !== 1 || range[0] !== 1

/** `8 weeks`, `1 month`, `16 visits`. */
export function counted(range: Range, noun: string): string {
  return `${inWords(range)} ${noun}${many(range) ? 's' : ''}`
}
