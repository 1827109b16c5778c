import { z } from 'zod'
import { type Box, unionBox } from './box.ts'
import { type Page, pageSummarySchema } from './document.ts'

/** A word and its box (fractions of the upright page), as it is kept and sent: text, x0, y0, x1, y1, confidence 0..1. */
const keptWordSchema = z
  .tuple([z.string().min(1), z.number(), z.number(), z.number(), z.number(), z.number()])
  .readonly()
export type KeptWord = z.infer<typeof keptWordSchema>

/**
 * The words of one page as they are kept, and sent to whoever reviews: rows from top to bottom, each left to right. Boxes are of the page turned
 * upright by `rotation`, and not straightened: they lie on the ink of the page's image.
 */
export const pageWordsSchema = z
  .object({
    ...pageSummarySchema.unwrap().shape,
    /** Width ÷ height of the upright page; null where nothing of the page could be made out. */
    aspect: z.number().positive().nullable(),
    rows: z
      .array(
        z
          .object({ paragraph: z.int().nonnegative(), words: z.array(keptWordSchema).min(1).readonly() })
          .strict()
          .readonly(),
      )
      .readonly(),
  })
  .strict()
  .readonly()
export type PageWords = z.infer<typeof pageWordsSchema>

/** A page as it is kept. */
export function pageWordsOf({ lines, aspect, ...summary }: Page): PageWords {
  return {
    ...summary,
    aspect: aspect ?? null,
    rows: lines.map(({ paragraph, words }) => ({
      paragraph,
      words: words.map(({ text, box, confidence }): KeptWord => [text, ...box, confidence]),
    })),
  }
}

/** The page that was kept so: the same as it was read. */
export function pageOfWords({ rows, aspect, ...summary }: PageWords): Page {
  const lines = rows.map(({ paragraph, words }) => {
    const inRow = words.map(([text, x0, y0, x1, y1, confidence]) => {
      const box: Box = [x0, y0, x1, y1]
      return { text, box, confidence }
    })
    return { box: unionBox(inRow.map((w) => w.box)), paragraph, words: inRow }
  })
  return { ...summary, ...(aspect === null ? {} : { aspect }), lines }
}
