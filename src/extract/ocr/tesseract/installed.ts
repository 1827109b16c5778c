import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../../parent/environment.ts'

/** The `tesseract` command as it is installed. */
export type InstalledTesseract = {
  readonly version: string
  readonly languages: readonly string[]
  /** Where its language data lies; null when it does not say (before 5.0). */
  readonly dataFolder: string | null
}

const run = promisify(execFile)

/** Asks the command what it is, both questions at once; null when there is none. */
export async function installedTesseract(): Promise<InstalledTesseract | null> {
  const ask = (of: string) => run('tesseract', [of], { env: childEnvironment() })
  try {
    const [told, listed] = await Promise.all([ask('--version'), ask('--list-langs')])
    const version = /tesseract v?(\d[\w.-]*)/.exec(`${told.stdout}${told.stderr}`)?.[1]
    if (version === undefined) return null
    const [heading = '', ...languages] = listed.stdout.split('\n').filter(Boolean)
    return { version, languages, dataFolder: /"(.+)"/.exec(heading)?.[1] ?? null }
  } catch {
    return null
  }
}

/**
 * Whether a command can be kept running: it must give its rows at once (stdbuf) and open a file that has no name any more
 * (Linux). Elsewhere every image gets a command of its own.
 */
export function canKeepRunning(): boolean {
  return existsSync('/proc/self/fd') && isOnPath('stdbuf')
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
