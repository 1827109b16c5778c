import { z } from 'zod'

export const severitySchema = z.enum(['error', 'warning', 'info'])

/**
 * A problem found in a document: data, not an exception.
 * `path` points into the case record (`services[0].frequency`), `page` counts from 1.
 */
export const issueSchema = z
  .object({
    rule: z.string().min(1),
    severity: severitySchema,
    message: z.string().min(1),
    path: z.string().nullable(),
    page: z.int().positive().nullable(),
  })
  .strict()
  .readonly()
export type Issue = z.infer<typeof issueSchema>
