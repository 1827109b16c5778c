/** `appended`: the file as it came, byte for byte, and behind it what was added. `rewritten`: it was encrypted. `made`: it was an image. `as-it-came`: every page has its text. */
export type SearchableHow = 'appended' | 'rewritten' | 'made' | 'as-it-came'

/** The copy cannot be made of this file, or words would lack in it; the message tells why. */
export class NotSearchable extends Error {
  override readonly name = 'NotSearchable'
}
