/** How long documents are kept. */
export type Age = { readonly count: number; readonly unit: 'day' | 'month' | 'year' }

/** The text is no age. The message shows what one looks like. */
export class NoAge extends Error {
  override readonly name = 'NoAge'
}

const units: readonly (readonly [RegExp, Age['unit']])[] = [
  [/^(d|days?)$/i, 'day'],
  [/^(mo|months?)$/i, 'month'],
  [/^(y|years?)$/i, 'year'],
]

/** `90d`, `18mo`, `7y`; or in words, `7 years`. @throws {NoAge} */
export function parseAge(text: string): Age {
  const [, digits = '', word = ''] = /^\s*(\d{1,5})\s*([a-z]+)\s*$/i.exec(text) ?? []
  const unit = units.find(([names]) => names.test(word))?.[1]
  if (!unit || Number(digits) < 1)
    throw new NoAge(`"${text}" is no age: write a number of days, months or years, like 90d, 18mo or 7y`)
  return { count: Number(digits), unit }
}

export const ageText = ({ count, unit }: Age): string => `${count} ${unit}${count === 1 ? '' : 's'}`

/**
 * The moment that is `age` before `now`, on the calendar (UTC): 7 years before 29 February is 28 February where there is no 29th.
 * What was received before it has been kept for long enough.
 */
export function cutoff({ count, unit }: Age, now: Date): Date {
  const at = new Date(now)
  if (unit === 'day') at.setUTCDate(at.getUTCDate() - count)
  else {
    const day = at.getUTCDate()
    at.setUTCDate(1)
    at.setUTCMonth(at.getUTCMonth() - (unit === 'year' ? 12 * count : count))
    const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
    at.setUTCDate(Math.min(day, lastDay))
  }
  return at
}
