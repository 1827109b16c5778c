import { createHash } from 'node:crypto'

/**
 * The id of a resource: of the letter's own id and of what it is in it, so that a letter that is exported again has the same ones (RFC 9562, version 8).
 */
export function uuidOf(caseId: string, what: string): string {
  const hex = createHash('sha256').update(`${caseId} ${what}`).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
