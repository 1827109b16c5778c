import type { Field, Issue } from '../../model/index.ts'

/** A problem as data. `path` names the field it is about, `page` where to look. */
export const issue = (
  rule: string,
  severity: Issue['severity'],
  message: string,
  path: string | null,
  page: number | null = null,
): Issue => ({ rule, severity, message, path, page })

/** The page that a field was read on. */
export const pageOf = (field: Field<unknown>): number | null => field.evidence[0]?.page ?? null
