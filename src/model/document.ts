import { z } from 'zod'
import { boxSchema } from './geometry.ts'
import { issueSchema } from './issue.ts'
import { readBySchema } from './made.ts'

/** One word as read. `confidence` 0..1: the engine's own for OCR, 1 for a text layer. */
export const wordSchema = z
  .object({ text: z.string().min(1), box: boxSchema, confidence: z.number().min(0).max(1) })
  .strict()
  .readonly()
export type Word = z.infer<typeof wordSchema>

/** One visual row of words, left to right. `paragraph` counts from 0 within the page and never falls from line to line. */
export const lineSchema = z
  .object({ box: boxSchema, paragraph: z.int().nonnegative(), words: z.array(wordSchema).min(1).readonly() })
  .strict()
  .readonly()
export type Line = z.infer<typeof lineSchema>

export const pageSourceSchema = z.enum(['text-layer', 'ocr'])
export const pageStatusSchema = z.enum(['ok', 'blank', 'unreadable'])
export type PageStatus = z.infer<typeof pageStatusSchema>
const rotationSchema = z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])

/** What was found out about a page before anything was understood of it. */
export const pageSummarySchema = z
  .object({
    number: z.int().positive(),
    source: pageSourceSchema,
    /** Degrees clockwise that the page, as it came, was turned to stand upright. */
    rotation: rotationSchema,
    /** Degrees by which the upright page's lines of text slope; positive is clockwise. */
    skew: z.number(),
    /** Dots per inch of the page's own image; null for a born-digital page. */
    dpi: z.number().positive().nullable(),
    /** Mean word confidence, 0..1; 0 for a page without words. */
    confidence: z.number().min(0).max(1),
    /** `unreadable`: there is ink (or an image that could not be decoded) that gave no text. Never called `blank`. */
    status: pageStatusSchema,
  })
  .strict()
  .readonly()
export type PageSummary = z.infer<typeof pageSummarySchema>

/** A page in reading order: rows from top to bottom of the upright page, boxes in its fractions. */
export const pageSchema = z
  .object({
    ...pageSummarySchema.unwrap().shape,
    /** Width ÷ height of the upright page; absent where nothing of the page could be made out. */
    aspect: z.number().positive().optional(),
    lines: z.array(lineSchema).readonly(),
  })
  .strict()
  .refine((p) => p.status === 'ok' || p.lines.length === 0, { message: 'a blank or unreadable page has no lines' })
  .readonly()
export type Page = z.infer<typeof pageSchema>

/** A file after reading: its pages of words with boxes. `issues` tells of pages that could not be read. */
export const documentSchema = z
  .object({
    fileName: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    mediaType: z.string(),
    pageCount: z.int().nonnegative(),
    pages: z.array(pageSchema).readonly(),
    issues: z.array(issueSchema).readonly(),
    readBy: readBySchema,
  })
  .strict()
  .readonly()
export type Document = z.infer<typeof documentSchema>
