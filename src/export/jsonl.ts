import type { CaseRecord } from '../model/index.ts'

/** A record as one line of JSON Lines, line end included. */
export function jsonLine(record: CaseRecord): string {
  return `${JSON.stringify(record)}\n`
}
