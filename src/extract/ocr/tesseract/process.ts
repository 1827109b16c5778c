import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync as close, existsSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { childEnvironment } from '../../parent/environment.ts'
import { temporaryFolder } from '../../parent/temporary.ts'
import { OcrDeath, OcrFailure } from '../engine.ts'

/** A running tesseract command that reads one image after another: to start one costs a tenth of a second. */
export type TesseractProcess = {
  /** The TSV rows of one image. @throws {OcrFailure} when the command died; the process is of no use then. */
  readonly read: (image: Buffer) => Promise<string>
  /** Images read so far. */
  readonly pages: () => number
  readonly end: () => void
}

/** Where a child finds the files it was born with: its image, and the empty page that tells that the image is done. */
const IMAGE = '/dev/fd/3'
const END = '/dev/fd/4'

/**
 * Whether a command can be kept running: it must give its rows at once (stdbuf) and open a file that has no name any more
 * (Linux). Elsewhere every image gets a command of its own.
 */
export function canKeepRunning(): boolean {
  return existsSync('/proc/self/fd') && spawnSync('stdbuf', ['--version']).status === 0
}

/** Starts a command that takes the names of images on its standard input. `args` are its settings. */
export function startTesseract(args: readonly string[]): TesseractProcess {
  // Files without a name: whatever is killed, no page is left on the disk.
  const [image, end] = [unnamedFile(), unnamedFile()]
  writeSync(end, EMPTY_PAGE)
  const child = spawn('stdbuf', ['-oL', 'tesseract', '-c', 'stream_filelist=1', '-', 'stdout', ...args], {
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe', image, end],
  })
  close(end)
  let open = true
  let pages = 0
  let complaint = ''
  let rows = ''
  let job: { readonly done: (tsv: string) => void; readonly fail: (why: OcrFailure) => void } | null = null

  const { stdin, stdout, stderr } = pipesOf(child)
  stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-500)
  })
  stdout.setEncoding('utf8')
  stdout.on('data', (chunk: string) => {
    // The row of the empty page that follows (level 1, an even page number) closes an image's rows.
    const from = Math.max(0, rows.length - END_ROW)
    rows += chunk
    const at = rows.indexOf(`\n1\t${2 * pages}\t`, from)
    if (at < 0 || !rows.includes('\n', at + 1)) return
    const tsv = rows.slice(0, at)
    rows = '\n'
    job?.done(tsv)
    job = null
  })
  // A process that dies early closes its input: its exit code tells why, not this.
  stdin.on('error', () => undefined)
  const over = (why: OcrFailure) => {
    if (open) close(image)
    open = false
    job?.fail(why)
    job = null
  }
  child.on('error', (cause) => over(new OcrFailure('tesseract could not be started', { cause })))
  child.on('close', (code, killed) =>
    over(
      new OcrFailure(`tesseract failed (${killed ?? code}): ${complaint.trim().split('\n').at(-1) || 'no message'}`),
    ),
  )
  return {
    pages: () => pages,
    end: () => void child.kill('SIGKILL'),
    read: (data) =>
      new Promise((done, fail) => {
        if (!open) return fail(new OcrDeath('tesseract was ended'))
        pages++
        job = { done, fail }
        ftruncateSync(image, 0)
        for (let at = 0; at < data.length; ) at += writeSync(image, data, at, data.length - at, at)
        stdin.write(`${IMAGE}\n${END}\n`)
      }),
  }
}

function pipesOf({ stdin, stdout, stderr }: ChildProcess) {
  if (!stdin || !stdout || !stderr) throw new OcrFailure('tesseract could not be started')
  return { stdin, stdout, stderr }
}

function unnamedFile(): number {
  const path = join(temporaryFolder(), `imr-page-${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

/** Longest row that the empty page can give, in characters. */
const END_ROW = 80

/** A white image of 32 × 32 pixels, as PGM. */
const EMPTY_PAGE = Buffer.concat([Buffer.from('P5\n32 32\n255\n'), Buffer.alloc(32 * 32, 255)])
