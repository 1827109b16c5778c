import { StoreRefused, StoreUnavailable } from '../trouble.ts'

/**
 * What passes by itself, soon. SQLSTATE class 08 (connection), 57P01-57P05 (shut down, crashed, starting up, dropped, idle),
 * 53300 (too many connections), 40001 and 40P01 (serialisation, deadlock), 55P03 (a lock was not had in time), 25P03 (idle in a
 * transaction for too long: PostgreSQL manual, appendix A); another process's transaction on SQLite.
 */
const passing = /^(08\w{3}|57P0[1235]|53300|40001|40P01|55P03|25P03|SQLITE_BUSY.*|SQLITE_LOCKED.*)$/
const passingErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])
const brokenConnection =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|server closed the connection|connection error and is not queryable/i

/** SQLSTATE classes 22 (data), 23 (constraints), 54 (limits of the program), and SQLite's words for the same. */
const refused = /^((22|23|54)\w{3}|SQLITE_(CONSTRAINT|TOOBIG|MISMATCH).*)$/

/** What else there is to say, by code; the first that fits. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/^(53100|SQLITE_FULL.*)$/, 'its disk is full: make room'],
  [/^(42501|28\w{3}|3D000)$/, 'it does not let this user in: check DATABASE_URL, and that its user owns the database'],
  [/^57014$/, 'a statement took too long: see what else the database is doing'],
  [/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH).*$/, 'its file cannot be written: check the permissions of the data folder'],
  [
    /^(SQLITE_(CORRUPT|NOTADB|IOERR).*|XX00[12])$/,
    'it is damaged, or its disk is: check the disk, and restore a backup',
  ],
  [/^SQLITE_BUSY.*$/, 'another process holds it for long: end what hangs'],
  [/^(42\w{3}|SQLITE_ERROR)$/, 'it does not know what is asked for: do all processes run the same version of imr?'],
]

/** Of the disk, the users, the server as a whole. What else there is, one document may bring about. */
const general = /^(53\w{3}|28\w{3}|3D000|42501|57\w01|SQLITE_(FULL|READONLY|CANTOPEN|PERM|AUTH|IOERR).*)$/

/** Whether the same may go well a moment later. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(isPassing)) return true
  const code = codeOf(error)
  if (passing.test(code)) return true
  if ('syscall' in error) return error.syscall === 'connect' || passingErrors.has(code)
  return brokenConnection.test(error.message)
}

/** The one place where errors of the database libraries become the store's. All others stay as they are. */
export function translated(error: unknown): unknown {
  if (!isDatabaseError(error)) return error
  const code = codeOf(error)
  if (refused.test(code)) return new StoreRefused(code, error)
  const remedy =
    remedies.find(([codes]) => codes.test(code))?.[1] ??
    (isPassing(error) ? 'it does not answer: check that it runs, and DATABASE_URL' : 'see what it logs')
  const shown = code === '' ? '' : ` (${code})`
  return new StoreUnavailable('database', code, `the database cannot be used${shown}: ${remedy}`, {
    cause: error,
    isGeneral: isPassing(error) || general.test(code),
  })
}

/** PostgreSQL's own errors tell a severity, SQLite's code begins with its name; the rest is about the connection. */
function isDatabaseError(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof StoreRefused || error instanceof StoreUnavailable) return false
  return 'severity' in error || codeOf(error).startsWith('SQLITE_') || isPassing(error)
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
