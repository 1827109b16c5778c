import { spawn } from 'node:child_process'
import { closeSync as close } from 'node:fs'
import { endWithUs } from '../../children.ts'
import { type Command, confined } from '../../parent/confine.ts'
import { childEnvironment } from '../../parent/environment.ts'
import { OcrFailure, OcrOutgrown } from '../engine.ts'
import { fill, unnamedFile } from '../temporary-file.ts'

/** A running tesseract command that reads one image after another: to start one costs a tenth of a second. */
export type TesseractProcess = {
  /** What it was started with: it reads every image so. */
  readonly settings: string
  /** The TSV rows of one image. @throws {OcrFailure} when the command ended; the process is of no use then. */
  readonly read: (image: Buffer) => Promise<string>
  /** Images read so far. */
  readonly pages: () => number
  readonly hasEnded: () => boolean
  readonly end: () => void
}

/** Where a child finds the files it was born with: its image, and the empty page that tells that the image is done. */
const IMAGE = '/dev/fd/3'
const END = '/dev/fd/4'

/**
 * Memory of its own that a command may take, in bytes. The largest image that a page may be, 200 million pixels, takes 0.8 GB, four bytes a pixel;
 * a page full of specks takes more, and those that are usual a tenth.
 */
const MEMORY = 2e9

/** What a command is started by. `memoryBytes`: what it may take, if not the usual. */
export const bounded = (command: string, args: readonly string[], memoryBytes = MEMORY): Command =>
  confined({ command, args }, { memoryBytes })

/**
 * Starts a command that takes the names of images on its standard input. `args` are its settings. It is in a process group of its own: a
 * terminal's Ctrl-C is for us to act on. When we are gone its input ends, and so does it.
 * @throws {OcrFailure} when it cannot be started at once.
 */
export function startTesseract(settings: readonly string[], memoryBytes?: number): TesseractProcess {
  const image = unnamedFile()
  const end = emptyPage(image)
  const tesseract = ['-oL', 'tesseract', '-c', 'stream_filelist=1', '-', 'stdout', ...settings]
  const { command, args } = bounded('stdbuf', tesseract, memoryBytes)
  const child = spawn(command, args, {
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe', image, end],
    detached: true,
  })
  endWithUs(child)
  close(end)
  let over: OcrFailure | null = null
  let pages = 0
  let complaint = ''
  let outgrown = false
  let rows = ''
  let job: { readonly done: (tsv: string) => void; readonly fail: (why: OcrFailure) => void } | null = null

  const ended = (why: OcrFailure) => {
    if (!over) close(image)
    over ??= why
    job?.fail(why)
    job = null
  }
  child.on('error', (cause) => ended(notStarted(cause)))
  child.on('close', (code, killed) => ended(died(code, killed, complaint, outgrown)))
  // A machine that has no more files or processes to give gives no pipes either: the error comes a moment later.
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-500)
    outgrown ||= isOutgrown(complaint)
  })
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    // The row of the empty page that follows (level 1, an even page number) closes an image's rows.
    const from = Math.max(0, rows.length - END_ROW)
    rows += chunk
    const at = rows.indexOf(`\n1\t${2 * pages}\t`, from)
    if (at < 0 || !rows.includes('\n', at + 1)) return
    const tsv = rows.slice(0, at)
    rows = '\n'
    // What it complained of before it gave its rows has come too, and is heard by then.
    setImmediate(() => {
      if (outgrown) job?.fail(new OcrOutgrown(new Error(complaint)))
      else job?.done(tsv)
      job = null
    })
  })
  // A process that dies early closes its input: its exit code tells why, not this.
  child.stdin?.on('error', () => undefined)
  return {
    settings: settingsOf(settings),
    pages: () => pages,
    hasEnded: () => over !== null,
    end: () => void child.kill('SIGKILL'),
    read: (data) =>
      new Promise((done, fail) => {
        if (over) return fail(over)
        fill(image, data)
        pages++
        job = { done, fail }
        child.stdin?.write(`${IMAGE}\n${END}\n`)
      }),
  }
}

export const settingsOf = (args: readonly string[]): string => args.join(' ')

export function notStarted(cause: Error): OcrFailure {
  const why = 'code' in cause ? `${cause.code}` : 'unknown error'
  const mend =
    why === 'ENOENT'
      ? 'install tesseract-ocr, or use --engine tesseract.js'
      : 'the machine has no more processes, files or memory to give; use fewer --jobs'
  return new OcrFailure(`the tesseract command cannot be started (${why}): ${mend}`, { cause })
}

/** A shell's, Perl's and stdbuf's way to say that there is no such program. */
const NOT_FOUND = 127

/** Whether the command, or its library for images, says that it was refused memory. It may go on without, and leave words out. */
export const isOutgrown = (complaint: string): boolean => /alloc(?:ation)? fail|bad_alloc/i.test(complaint)

/** What it complained of is for whoever debugs: the message is ours. */
export function died(
  code: number | null,
  killed: NodeJS.Signals | null,
  complaint: string,
  outgrown: boolean,
): OcrFailure {
  const cause = new Error(complaint.trim() || 'it said nothing')
  if (outgrown) return new OcrOutgrown(cause)
  if (code === NOT_FOUND) return notStarted(Object.assign(cause, { code: 'ENOENT' }))
  return killed
    ? new OcrFailure(
        `the tesseract command was ended over a page (${killed}): is the machine short of memory? Use fewer --jobs`,
        { cause },
      )
    : new OcrFailure(
        `the tesseract command ended over a page (exit code ${code}): its language data may be damaged; install tesseract-ocr-eng anew`,
        { cause },
      )
}

/** A file with the empty page. `beside` is closed when that fails. */
function emptyPage(beside: number): number {
  let file: number | null = null
  try {
    file = unnamedFile()
    fill(file, EMPTY_PAGE)
    return file
  } catch (error) {
    if (file !== null) close(file)
    close(beside)
    throw error
  }
}

/** Longest row that the empty page can give, in characters. */
const END_ROW = 80

/** A white image of 32 × 32 pixels, as PGM. */
const EMPTY_PAGE = Buffer.concat([Buffer.from('P5\n32 32\n255\n'), Buffer.alloc(32 * 32, 255)])
