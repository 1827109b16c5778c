import type { CaseRecord } from '../model/index.ts'

/** A record as one line of JSON Lines, line end included. */
export function jsonLine(record: CaseRecord): string {
  return `${JSON.stringify(record)}\n`
}

type Change =
  | { readonly document: { readonly sha256: string; readonly cases: readonly string[] } }
  | { readonly record: CaseRecord }

/** What has changed as a line: `{"document":{"sha256","cases"}}` with the cases that a document holds now, and its records as they always are. */
export const changeLine = (change: Change): string =>
  'record' in change ? jsonLine(change.record) : `${JSON.stringify(change)}\n`

/** The last line of what has changed: without it, it is not whole. */
export const nextLine = (next: number): string => `${JSON.stringify({ next })}\n`
