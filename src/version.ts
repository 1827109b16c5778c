import manifest from '../package.json' with { type: 'json' }

/** The product's version, from package.json. A record is a function of the bytes, this version and the OCR engine. */
export const version: string = manifest.version

/** Whether a version (`1.2.3`, `1.2.3-rc.1`) comes before another one. What is no version comes before all. */
export function isOlder(one: string, other: string): boolean {
  const [a, b] = [partsOf(one), partsOf(other)]
  const at = a.numbers.findIndex((n, i) => n !== b.numbers[i])
  if (at >= 0) return (a.numbers[at] ?? 0) < (b.numbers[at] ?? 0)
  // Before a release come its candidates.
  if (a.candidate === '' || b.candidate === '') return a.candidate !== '' && b.candidate === ''
  return a.candidate.localeCompare(b.candidate, 'en', { numeric: true }) < 0
}

export const isVersion = (text: string): boolean => VERSION.test(text)

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$/

function partsOf(text: string): { readonly numbers: readonly number[]; readonly candidate: string } {
  const [, major, minor, patch, candidate = ''] = VERSION.exec(text) ?? []
  return { numbers: [major, minor, patch].map((n) => Number(n ?? -1)), candidate }
}

declare const IMR_BUILD: string | undefined

/**
 * Which program this is: version, and the digest of the sources it was built from. Processes that speak with each other must be of
 * the same: a worker goes on in memory when another version takes its place on the disk, but the readers that it starts do not.
 */
export const program = `imr ${version} (${typeof IMR_BUILD === 'undefined' ? 'sources' : IMR_BUILD})`
