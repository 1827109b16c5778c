import { type ExecFileException, execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../../parent/environment.ts'
import { OcrFailure } from '../engine.ts'

/** The `tesseract` command as it is installed. */
export type InstalledTesseract = {
  readonly version: string
  readonly languages: readonly string[]
  /** Where its language data lies; null when it does not say (before 5.0). */
  readonly dataFolder: string | null
}

const run = promisify(execFile)

/** Asks the command what it is, both questions at once; null when there is none. @throws {OcrFailure} when there is one that does not answer: another engine would read otherwise. */
export async function installedTesseract(): Promise<InstalledTesseract | null> {
  const [told, listed] = await Promise.all([answerTo('--version'), answerTo('--list-langs')])
  const version = /tesseract v?(\d[\w.-]*)/.exec(told ?? '')?.[1]
  if (version === undefined) return null
  const [heading = '', ...languages] = (listed ?? '').split('\n').filter(Boolean)
  return { version, languages, dataFolder: /"(.+)"/.exec(heading)?.[1] ?? null }
}

/** What the command answers; null when there is no such command. One that is ended before it answers is asked once more. */
async function answerTo(option: string): Promise<string | null> {
  const first = await askOnce(option)
  const { said, error } = first.error?.signal ? await askOnce(option) : first
  if (!error) return said
  if (/^(?:ENOENT|ENOTDIR|EACCES)$/.test(`${error.code}`)) return null
  // A number is an exit code: it did answer.
  if (!error.signal && typeof error.code === 'number') return said
  throw new OcrFailure(
    `the tesseract command does not answer (${error.signal ?? error.code}): the machine has no more processes, files or memory to give; use fewer --jobs`,
    { cause: error },
  )
}

type Asked = { readonly said: string; readonly error: ExecFileException | null }

async function askOnce(option: string): Promise<Asked> {
  const failed = (cause: unknown) => {
    const error = cause as ExecFileException
    return { said: `${error.stdout ?? ''}${error.stderr ?? ''}`, error }
  }
  try {
    const asked = run('tesseract', [option], { env: childEnvironment() })
    return await asked.then(({ stdout, stderr }) => ({ said: `${stdout}${stderr}`, error: null }), failed)
  } catch (error) {
    // Where the machine has nothing left to give, the command is not even begun.
    return failed(error)
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
