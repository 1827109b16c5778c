import { z } from 'zod'
import { type CaseRecord, caseRecordSchema } from './case-record.ts'
import { evidenceSchema } from './field.ts'
import { isoDateSchema } from './vocabulary.ts'

/** What a person may do here: see docs of the API for which route asks for which. */
export const roleSchema = z.enum(['operator', 'reviewer', 'lead', 'physician', 'admin'])
export type Role = z.infer<typeof roleSchema>

/**
 * A letter as reviewers know it: `<sha256 of the file>-p<its first page>`. Unlike `caseId`, whose ordinal moves when a letter before it is split,
 * it stays through re-reads, splits and upgrades.
 */
export const letterIdSchema = z.string().regex(/^[0-9a-f]{64}-p(0|[1-9][0-9]*)$/)
export type LetterId = z.infer<typeof letterIdSchema>

/** The letter that a record is of. */
export const letterIdOf = ({ document }: Pick<CaseRecord, 'document'>): LetterId =>
  `${document.sha256}-p${document.pageRange[0]}`

/** The page on which a letter begins, from 1; 0: its file has none. */
export const firstPageOf = (letterId: LetterId): number => Number(letterId.slice(letterId.lastIndexOf('-p') + 2))

/**
 * The place of a field: `header.dateOfInjury`, `services[0].request`, `diagnoses[2].text`. Indices count from 0 in the record *as read*, so that
 * removing one moves no other; what a person added is `services[+1].request`, counted from 1 in the order of adding, and never counted anew.
 */
export const fieldPathSchema = z.string().regex(/^[a-z][A-Za-z]*(\[\+?[0-9]+\])?(\.[a-z][A-Za-z]*)?$/)

/** Why the value as read was wrong, as the person who corrected it saw it: measured, so that the right thing is mended. */
export const correctionCauseSchema = z.enum(['misread', 'wrong-place', 'misunderstood', 'letter-is-wrong', 'other'])
export type CorrectionCause = z.infer<typeof correctionCauseSchema>

const at = { path: fieldPathSchema }
/** sha256 of the value and status that were *read* at the place when the person looked (other edits aside): a re-read that changed them makes the edit stale. */
const seen = { seen: z.string().regex(/^[0-9a-f]{64}$/) }
const cause = { cause: correctionCauseSchema.optional() }

/** Signs of one text that a person types or chooses, and of all rows of the page that they choose at once: no letter has longer ones. */
const LONGEST_TEXT = 4000
const LONGEST_CHOICE = 12_000
const MOST_ROWS = 400

/** Rows chosen on a page. What is read from them takes time that grows faster than they do. */
export const chosenSchema = z
  .array(evidenceSchema)
  .max(MOST_ROWS)
  .refine((rows) => rows.reduce((sum, { text }) => sum + text.length, 0) <= LONGEST_CHOICE, {
    message: `choose fewer words: ${LONGEST_CHOICE} signs at most`,
  })
const typedSchema = z.json().refine((value) => JSON.stringify(value).length <= LONGEST_CHOICE, {
  message: `say it in fewer words: ${LONGEST_CHOICE} signs at most`,
})

/**
 * One act of a person on one place of a letter. Edits lie over the record as read and are never written into it. `correct` carries a value of the
 * field's own type; `add` a whole new service or diagnosis begins with its wording. `undo` takes back the edit that made `revision` (an undo, too: redo).
 */
export const editSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('confirm'), ...at, ...seen }).strict(),
  z
    .object({
      action: z.literal('correct'),
      ...at,
      ...seen,
      ...cause,
      value: typedSchema,
      /** The words chosen on the page; empty when it was typed. */
      evidence: chosenSchema,
    })
    .strict(),
  z.object({ action: z.enum(['missing', 'redacted', 'illegible']), ...at, ...seen, ...cause }).strict(),
  z
    .object({
      action: z.literal('add'),
      list: z.enum(['services', 'diagnoses']),
      text: z.string().min(1).max(LONGEST_TEXT),
      evidence: chosenSchema,
    })
    .strict(),
  z.object({ action: z.literal('remove'), ...at, ...seen, ...cause }).strict(),
  z.object({ action: z.literal('undo'), revision: z.int().positive() }).strict(),
])
export type Edit = z.infer<typeof editSchema>

/**
 * What a service or diagnosis was called, as read, when it was edited: its wording, and how many with the same wording stand before it. By it an edit
 * finds its own again when a re-read found one more, or one less, before it.
 */
export const anchorSchema = z.object({ wording: z.string().nullable(), nth: z.int().nonnegative() }).strict().readonly()
export type Anchor = z.infer<typeof anchorSchema>

/** An edit as it is kept: `revision` is the letter's own count of writes, from 1, in which this one is `part` (from 0) of those made at once. */
export type StoredEdit = {
  readonly revision: number
  readonly part: number
  readonly edit: Edit
  /** Of what the edit is on, when that is one of a list as read; null for all else. */
  readonly anchor: Anchor | null
  readonly by: string
  readonly at: string
}

/** Where a letter stands in review. `open`: nobody has finished it. A re-read that changed what was reviewed opens it again. */
export const letterStateSchema = z.enum(['open', 'held', 'rejected', 'completed'])
export type LetterState = z.infer<typeof letterStateSchema>

/** A date by which something must be done, and the rule that says so. */
export const deadlineSchema = z
  .object({ what: z.string(), date: isoDateSchema, rule: z.string(), met: z.boolean().nullable() })
  .strict()
  .readonly()
export type Deadline = z.infer<typeof deadlineSchema>

const saidSchema = z
  .array(z.object({ by: z.string(), at: z.string(), text: z.string() }).strict().readonly())
  .readonly()

/** What the page of a letter needs, in one answer. */
export const letterViewSchema = z
  .object({
    letterId: letterIdSchema,
    /** How often it was written to; every write names the revision that it was made on. */
    revision: z.int().nonnegative(),
    state: letterStateSchema,
    /** Why it is held or was rejected. */
    reason: z.string().nullable(),
    assignee: z.string().nullable(),
    /** With the edits applied. */
    record: caseRecordSchema,
    /** Places that a person should look at, in the order of looking: the doubtful ones that nobody has confirmed or corrected, `stale` and `otherwise`. */
    doubts: z.array(fieldPathSchema).readonly(),
    /** Places whose edit was made on another value than is read now: the edit does not count until somebody looks. */
    stale: z.array(fieldPathSchema).readonly(),
    /** Places that read otherwise than when somebody finished the letter, and that nobody has decided since; a list, where an item came or went. */
    otherwise: z.array(fieldPathSchema).readonly(),
    /** What was decided on letters that begin nowhere any more, since the file was read again or cut: none of it is applied to this letter. */
    orphaned: z
      .array(
        z
          .object({
            letterId: letterIdSchema,
            /** Where it began. */
            page: z.int().nonnegative(),
            state: letterStateSchema,
            reason: z.string().nullable(),
            edits: z
              .array(z.object({ by: z.string(), at: z.string(), edit: editSchema }).strict().readonly())
              .readonly(),
            comments: saidSchema,
          })
          .strict()
          .readonly(),
      )
      .readonly(),
    /** For each place that has a value or could have: the digest to send as `seen`, and its place in `record` (an index of it, after removals). */
    fields: z
      .array(
        z
          .object({
            path: fieldPathSchema,
            /** The same place in `record`; null for one that was removed. */
            shown: z.string().nullable(),
            seen: z.string(),
            edited: z.boolean(),
          })
          .strict()
          .readonly(),
      )
      .readonly(),
    deadlines: z.array(deadlineSchema).readonly(),
    comments: saidSchema,
    /** Who has it in hand, and until when; null: nobody. */
    lock: z.object({ by: z.string(), until: z.string() }).strict().readonly().nullable(),
    /** Revisions that an undo, and an undo of an undo, by this person would take back; null: nothing. */
    undo: z.int().positive().nullable(),
    redo: z.int().positive().nullable(),
  })
  .strict()
  .readonly()
export type LetterView = z.infer<typeof letterViewSchema>
