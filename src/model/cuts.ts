import { z } from 'zod'
import { documentKindSchema } from './filed-document.ts'

/** Pages of a file that belong together, in the order in which they are read: a letter (`imr-determination`), or sheets of another kind. */
export const cutPartSchema = z
  .object({
    kind: z.union([documentKindSchema, z.literal('blank')]),
    pages: z.array(z.int().positive()).min(1).readonly(),
  })
  .strict()
  .readonly()
export type CutPart = z.infer<typeof cutPartSchema>

/** How a file is cut into letters and other sheets; each page of it stands in one part, once. */
export type Cuts = readonly CutPart[]

/** Whether each page of a file of so many stands in one part, once. */
export function cutsAllPages(cuts: Cuts, pageCount: number): boolean {
  const pages = cuts.flatMap((part) => part.pages)
  return pages.length === pageCount && new Set(pages).size === pageCount && Math.max(...pages) === pageCount
}
