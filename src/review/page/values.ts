import type { ValueKind } from '../../model/index.ts'

/** A value as people read it: dates as letters write them (MM/DD/YYYY), lists with commas, words of the model without hyphens. */
export function shown(value: unknown, kind: ValueKind['kind']): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map((v) => shown(v, 'text')).join(', ')
  // A code of a diagnosis.
  if (typeof value === 'object') return 'code' in value ? String(value.code) : ''
  const text = String(value)
  if (kind === 'date') return text.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$2/$3/$1')
  return kind === 'choice' ? text.replaceAll('-', ' ') : text
}

export type Typed = { readonly value: unknown } | { readonly problem: string }

/** The value that somebody typed; or what is wrong with it, and what would be right. */
export function typed(text: string, kind: ValueKind): Typed {
  const words = text.trim()
  if (words === '') return { problem: 'Nothing is typed. If the letter does not say it, press Esc and M.' }
  switch (kind.kind) {
    case 'date':
      return dateOf(words)
    case 'number':
      return /^\d{1,3}$/.test(words) ? { value: Number(words) } : { problem: 'A whole number, such as 47.' }
    case 'list':
      return { value: words.split(/\s*[,;]\s*/).filter((w) => w !== '') }
    case 'choice':
      return choiceOf(words, kind.options)
    default:
      return { value: words }
  }
}

function dateOf(words: string): Typed {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words)
  const us = /^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4}|\d\d)$/.exec(words) ?? /^(\d\d)(\d\d)(\d{4})$/.exec(words)
  const [year = '', month = '', day = ''] = iso ? iso.slice(1) : us ? [us[3], us[1], us[2]] : []
  const [y, m, d] = [Number(year.length === 2 ? `20${year}` : year), Number(month), Number(day)]
  const date = new Date(Date.UTC(y, m - 1, d))
  if (year === '' || date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d)
    return { problem: 'A day that exists, as 03/27/2014 or 2014-03-27.' }
  return { value: date.toISOString().slice(0, 10) }
}

/** One of the options by as much of its beginning as tells it from the others. */
function choiceOf(words: string, options: readonly string[]): Typed {
  const wanted = words.toLowerCase().replace(/[\s-]+/g, '-')
  const found = options.filter((o) => o === wanted)
  const begun = found.length > 0 ? found : options.filter((o) => o.startsWith(wanted))
  const [only, ...others] = begun
  if (only !== undefined && others.length === 0) return { value: only }
  const names = (begun.length > 0 ? begun : options).slice(0, 6).map((o) => o.replaceAll('-', ' '))
  return { problem: `One of: ${names.join(', ')}${options.length > 6 ? ' …' : ''}` }
}

/** `dateOfInjury` → `Date of injury`. Abbreviations of the field stay as they are. */
export function labelOf(name: string): string {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^ur /, 'UR ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
