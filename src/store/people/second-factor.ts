import { createHash, randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import type { Ledger } from '../ledger/context.ts'
import { transact } from '../sql/database.ts'
import type { Tables } from '../sql/schema.ts'
import { type People, PeopleRefused } from './people.ts'
import { lockedUser } from './users.ts'

/** Length of a time step, in seconds, and how many steps a clock may be off either way (RFC 6238, 5.2). */
const STEP_S = 30
const STEPS_OFF = 1
const CODES = 10

export type SecondFactorChapter = Pick<People, 'beginSecondFactor' | 'confirmSecondFactor' | 'resetSecondFactor'>

/** One-time codes by the clock (TOTP, RFC 6238), of any app for them; and codes of recovery. */
export function secondFactors(ledger: Ledger, now: () => Date): SecondFactorChapter {
  const { database, time, note } = ledger
  return {
    beginSecondFactor: (name) =>
      transact(database, async (tx) => {
        await lockedUser(ledger, tx, name)
        const before = await factorOf(tx, name)
        if (before?.confirmed_at)
          throw new PeopleRefused('second-factor-set', 'you have a second factor: an admin can take it away first')
        const secret = new Secret({ size: 20 }).base32
        await tx.deleteFrom('second_factors').where('name', '=', name).execute()
        await tx.insertInto('second_factors').values({ name, secret, confirmed_at: null, last_step: 0 }).execute()
        return { secret, uri: totp(secret, name).toString() }
      }),

    confirmSecondFactor: (name, code) =>
      transact(database, async (tx) => {
        await lockedUser(ledger, tx, name)
        const found = await factorOf(tx, name)
        if (!found || found.confirmed_at) return null
        if (!(await isCodeNow(tx, name, code, now()))) return null
        await tx.updateTable('second_factors').set({ confirmed_at: time() }).where('name', '=', name).execute()
        await tx.deleteFrom('recovery_codes').where('name', '=', name).execute()
        const codes = Array.from({ length: CODES }, newCode)
        await tx
          .insertInto('recovery_codes')
          .values(codes.map((one) => ({ name, digest: digestOf(one) })))
          .execute()
        await note(tx, { actor: name, action: 'second-factor-set', subject: name })
        return codes
      }),

    resetSecondFactor: (name, by) =>
      transact(database, async (tx) => {
        await lockedUser(ledger, tx, name)
        await tx.deleteFrom('second_factors').where('name', '=', name).execute()
        await tx.deleteFrom('recovery_codes').where('name', '=', name).execute()
        await note(tx, { actor: by, action: 'second-factor-reset', subject: name })
      }),
  }
}

/**
 * Whether a code is right now, for the first time: of the clock (its step is used up by it), or one of recovery (it is). The caller holds the
 * user's row.
 */
export async function usedUp(
  tx: Transaction<Tables>,
  name: string,
  code: string,
  now: Date,
): Promise<'code' | 'recovery' | null> {
  if (await isCodeNow(tx, name, code, now)) return 'code'
  const used = await tx
    .deleteFrom('recovery_codes')
    .where('name', '=', name)
    .where('digest', '=', digestOf(code))
    .executeTakeFirst()
  return used.numDeletedRows > 0n ? 'recovery' : null
}

async function isCodeNow(tx: Transaction<Tables>, name: string, code: string, now: Date): Promise<boolean> {
  const found = await factorOf(tx, name)
  const token = code.replaceAll(/\s/g, '')
  if (!found || !/^[0-9]{6}$/.test(token)) return false
  const off = totp(found.secret, name).validate({ token, timestamp: now.getTime(), window: STEPS_OFF })
  if (off === null) return false
  const step = Math.floor(now.getTime() / 1000 / STEP_S) + off
  if (step <= Number(found.last_step)) return false
  await tx.updateTable('second_factors').set({ last_step: step }).where('name', '=', name).execute()
  return true
}

const factorOf = (tx: Transaction<Tables>, name: string) =>
  tx.selectFrom('second_factors').selectAll().where('name', '=', name).executeTakeFirst()

const totp = (secret: string, name: string) =>
  new TOTP({
    issuer: 'imr',
    label: name,
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_S,
    secret: Secret.fromBase32(secret),
  })

/** 80 bits, as four groups of four letters and digits. */
const newCode = (): string =>
  new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32.toLowerCase().replaceAll(/(.{4})(?!$)/g, '$1-')

const digestOf = (code: string) =>
  createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    .digest('hex')
