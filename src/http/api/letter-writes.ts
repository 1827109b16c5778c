import { createHash } from 'node:crypto'
import { z } from 'zod'
import { letterIdSchema } from '../../model/index.ts'
import { DoubtsLeft, EditRefused, ReadOtherwise } from '../../review/index.ts'
import {
  KeyReused,
  LetterClosed,
  LetterLocked,
  RevisionConflict,
  UnknownLetter,
  type Write,
} from '../../store/index.ts'
import { notFound, Problem } from './problem.ts'

export const letterParams = z.object({ id: letterIdSchema })

/** What every write to a letter shows: the revision that it was made on, the lock, a name to know it again by. */
export const writeHeaders = z.looseObject({
  'if-match': z.string().max(100).optional(),
  'lock-token': z.string().max(200).optional(),
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional(),
})
type WriteHeaders = z.output<typeof writeHeaders>

export const etagOf = (revision: number): string => `"${revision}"`

/** A write as its request says. @throws {Problem} 428 when it does not say enough. */
export function writeOf(headers: WriteHeaders, by: string, what: unknown, { locked = true } = {}): Write {
  const on = /^(?:W\/)?"?(\d{1,9})"?$/.exec(headers['if-match'] ?? '')?.[1]
  if (on === undefined)
    throw new Problem(
      428,
      'no-revision',
      'say on which revision this is made: If-Match with the ETag of GET /cases/:id',
    )
  const key = headers['idempotency-key']
  if (key === undefined)
    throw new Problem(428, 'no-key', 'name this write, so that it can be sent again: Idempotency-Key, 1 to 200 signs')
  const lock = headers['lock-token']
  if (locked && lock === undefined)
    throw new Problem(
      428,
      'no-lock',
      'take the letter first and show its lock: Lock-Token, from PUT /work/:letter/lock',
    )
  return { by, on: Number(on), lock: locked ? (lock ?? '') : null, key, digest: digestOf(by, what) }
}

/** What was sent, by whom: the same when it is sent again after the letter went on. */
const digestOf = (by: string, what: unknown) =>
  createHash('sha256')
    .update(JSON.stringify([by, what]))
    .digest('hex')

/** What a comment is known by when it is sent again; undefined: nobody named it. */
export function sentOf(headers: WriteHeaders, by: string, what: unknown): Pick<Write, 'key' | 'digest'> | undefined {
  const key = headers['idempotency-key']
  return key === undefined ? undefined : { key, digest: digestOf(by, what) }
}

/** Does what may fail for reasons that its sender can do something about, and says so. */
export async function toldOfLetters<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw problemOf(error)
  }
}

function problemOf(error: unknown): unknown {
  if (error instanceof UnknownLetter) return notFound('letter')
  if (error instanceof RevisionConflict) {
    const { revision, changes, message } = error
    return new Problem(409, 'revision-conflict', message, { more: { revision, changes } })
  }
  if (error instanceof ReadOtherwise)
    return new Problem(409, 'read-otherwise', error.message, { more: { place: error.place } })
  if (error instanceof LetterLocked) return new Problem(423, 'locked', error.message, { more: { lock: error.lock } })
  if (error instanceof LetterClosed)
    return new Problem(409, 'not-open', `${error.message}: it cannot be done there`, { more: { state: error.state } })
  if (error instanceof DoubtsLeft)
    return new Problem(409, 'doubts-left', error.message, { more: { places: error.places } })
  if (error instanceof KeyReused)
    return new Problem(422, 'key-reused', 'this Idempotency-Key was used for another write: take a new one')
  if (error instanceof EditRefused) {
    const { place, message } = error
    return new Problem(422, 'not-an-edit', `${place}: ${message}`, { more: { errors: [{ place, message }] } })
  }
  return error
}
