import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive: (password: string, salt: Buffer, bytes: number, options: ScryptOptions) => Promise<Buffer> =
  promisify(scrypt)

/** log2 of scrypt's N: 128 MB and some 0.4 s a try (OWASP, "Password Storage": N = 2^17, r = 8, p = 1). */
export const PASSWORD_COST = 17
const BLOCK = 8
const BYTES = 32
/** Tries at once: each holds 128 MB. As many more wait for ten seconds or so; who comes then is asked to come again. */
const AT_ONCE = 2
const MOST_WAITING = 50
/** When to come again, in seconds. */
export const BUSY_S = 10

/** Shortest and longest password, in characters. */
export const LEAST_PASSWORD = 12
export const MOST_PASSWORD = 200

/** So many passwords are being looked at that another one would wait too long. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy'
}

/** A password as it is kept: `scrypt$<log2 N>$<salt>$<hash>`. */
export async function hashPassword(password: string, cost: number): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${cost}$${salt.toString('hex')}$${(await hash(password, salt, cost)).toString('hex')}`
}

/** Whether a password is the one that is kept; of nobody (null) none is, which takes as long to find out. */
export async function passwordMatches(password: string, kept: string | null, cost: number): Promise<boolean> {
  const [, keptCost = '', salt = '', digest = ''] = (kept ?? nobodys(cost)).split('$')
  const found = await hash(password, Buffer.from(salt, 'hex'), Number(keptCost))
  return timingSafeEqual(found, Buffer.from(digest, 'hex')) && kept !== null
}

const nobodys = (cost: number) => `scrypt$${cost}$${'00'.repeat(16)}$${'00'.repeat(BYTES)}`

let running = 0
const waiting: (() => void)[] = []

async function hash(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  if (waiting.length >= MOST_WAITING)
    throw new PasswordsBusy(`too many passwords are being looked at: try again in ${BUSY_S} seconds`)
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    const [N, r] = [2 ** cost, BLOCK]
    // The same characters are one password, however a keyboard composes them.
    return await derive(password.normalize('NFC'), salt, BYTES, { N, r, p: 1, maxmem: 256 * N * r })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
