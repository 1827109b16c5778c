import { z } from 'zod'

/** What a document of the mail is. */
export const documentKindSchema = z.enum([
  'imr-determination',
  'imr-application',
  'ur-decision',
  'rfa',
  'progress-report',
  'first-report',
  'permanent-report',
  'narrative-report',
  'medical-legal',
  'diagnostic-report',
  'therapy-note',
  'assignment-notice',
  'form-instructions',
  'separator',
  'claim-form',
  'prescription',
  'bill',
  'proof-of-service',
  'cover',
  'correspondence',
  'other',
])
export type DocumentKind = z.infer<typeof documentKindSchema>

export const formNameSchema = z.enum(['dwc-rfa', 'dwc-imr', 'dwc-pr-2', 'dlsr-5021'])
export type FormName = z.infer<typeof formNameSchema>

/** A form of the state that a document is on. `version`: null where none is printed that is known. `match`: the share of its sheet's labels that was found, 0..1. */
export const formSchema = z
  .object({ name: formNameSchema, version: z.string().nullable(), match: z.number().min(0).max(1) })
  .strict()
  .readonly()
export type Form = z.infer<typeof formSchema>

/** One document of a file: pages that were written as one. Every page of a file belongs to exactly one. */
export const filedDocumentSchema = z
  .object({
    /** Counted from 1, in the order of the file. */
    id: z.int().positive(),
    kind: documentKindSchema,
    form: formSchema.nullable(),
    pages: z.array(z.int().positive()).min(1).readonly(),
    /** The document of this record that it is a copy of: the same sheets again, or scanned or faxed again. */
    duplicateOf: z.int().positive().nullable(),
    /** How sure its kind and its first page are, 0..1. A score, not calibrated; 1 where a person has cut the file. */
    confidence: z.number().min(0).max(1),
  })
  .strict()
  .readonly()
export type FiledDocument = z.infer<typeof filedDocumentSchema>
