import manifest from '../package.json' with { type: 'json' }

/** The product's version, from package.json. A record is a function of the bytes, this version and the OCR engine. */
export const version: string = manifest.version

declare const IMR_BUILD: string | undefined

/**
 * Which program this is: version, and the digest of the sources it was built from. Processes that speak with each other must be of
 * the same: a worker goes on in memory when another version takes its place on the disk, but the readers that it starts do not.
 */
export const program = `imr ${version} (${typeof IMR_BUILD === 'undefined' ? 'sources' : IMR_BUILD})`
