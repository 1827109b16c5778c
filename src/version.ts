import manifest from '../package.json' with { type: 'json' }

/** The product's version, from package.json. A record is a function of the bytes, this version and the OCR engine. */
export const version: string = manifest.version
