import type { Kinds } from './rows.ts'

declare global {
  /** Put there by the build: see scripts/page.mjs. */
  const IMR_FIELDS: Kinds
}
