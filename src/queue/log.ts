import { type Logger, pino } from 'pino'

export type { Logger } from 'pino'

/**
 * JSON lines on standard error: what happened, to which document (by its sha256), when. No file names, no text of a document,
 * no message of an error that could quote one. `IMR_LOG` sets the level: debug, info (default), warn, error, silent.
 */
export function openLog(name: string): Logger {
  return pino(
    {
      name,
      level: process.env.IMR_LOG ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { pid: process.pid },
      formatters: { level: (level) => ({ level }) },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}

/** What a log may hold of an error: its class and code. Messages of libraries may quote what they were given. */
export function errorFields(error: unknown): { readonly error: string; readonly code?: string } {
  if (!(error instanceof Error)) return { error: 'error' }
  return { error: error.name, ...('code' in error ? { code: String(error.code) } : {}) }
}
