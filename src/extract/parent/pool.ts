import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { fromSources, programOf } from '../../home.ts'
import { endWithUs } from '../children.ts'
import { confined } from './confine.ts'
import { childEnvironment } from './environment.ts'

const entry = fileURLToPath(programOf('page-reader'))

/** Share of the memory limit that the JavaScript heap may take; images lie outside of it. */
const HEAP_SHARE = 0.8
/**
 * Where the kernel refuses more, as a share of the memory limit: above it, so that a process which grows is mostly seen and ended (session.ts)
 * before its libraries have to do without memory, each in its own way.
 */
const KERNELS_SHARE = 1.25
/** Documents a process reads before another one takes its place: what libraries leave behind does not add up. */
const DOCUMENTS = 100
/** How long a process that nobody needs is kept, in milliseconds. */
const IDLE_MS = 10_000

/** A process that reads documents, one at a time. */
export type Reader = {
  readonly process: ChildProcess
  readonly memoryBytes: number
  /** The end of what it wrote to standard error. */
  readonly complaint: () => string
  /** Whether it complained that it had no memory left. */
  readonly outOfMemory: () => boolean
  documents: number
  leave: NodeJS.Timeout | null
}

const idle: Reader[] = []

/** A reader that nobody uses, or a new one: to start one takes as long as to read a born-digital letter. */
export function takeReader(memoryBytes: number): Reader {
  const at = idle.findIndex((r) => r.memoryBytes === memoryBytes)
  const [reader = start(memoryBytes)] = at < 0 ? [] : idle.splice(at, 1)
  if (reader.leave) clearTimeout(reader.leave)
  reader.process.ref()
  reader.process.channel?.ref()
  reader.documents++
  return reader
}

/** A reader that has read nothing yet. */
export function newReader(memoryBytes: number): Reader {
  const reader = start(memoryBytes)
  reader.documents++
  return reader
}

/** Starts a reader before there is anything to read, so that it gets ready, for files of a kind, while the program itself is loaded. */
export function startEarly(memoryBytes: number, expected: 'pdf' | 'image'): void {
  rest(start(memoryBytes, [expected]))
}

/** A process that has grown beyond this share of its limit is not kept: what it has left over is not the next document's. */
const GROWN = 0.4

/** A reader whose document is done, and its resident memory now. It is kept for a while, but keeps no program alive. */
export function giveReaderBack(reader: Reader, residentBytes: number): void {
  const { process: child } = reader
  if (reader.documents >= DOCUMENTS || residentBytes > GROWN * reader.memoryBytes || !child.connected) {
    child.kill('SIGKILL')
    return
  }
  rest(reader)
}

function rest(reader: Reader): void {
  reader.process.unref()
  reader.process.channel?.unref()
  reader.leave = setTimeout(() => drop(reader), IDLE_MS).unref()
  idle.push(reader)
}

function drop(reader: Reader): void {
  const at = idle.indexOf(reader)
  if (at < 0) return
  idle.splice(at, 1)
  reader.process.kill('SIGKILL')
}

function start(memoryBytes: number, args: readonly string[] = []): Reader {
  const node = {
    command: process.execPath,
    args: [
      // From sources the child needs tsx to read TypeScript.
      ...(fromSources ? ['--import', import.meta.resolve('tsx')] : []),
      `--max-old-space-size=${Math.round((memoryBytes * HEAP_SHARE) / 2 ** 20)}`,
    ],
  }
  const { NODE_V8_COVERAGE: coverage } = process.env
  const confinement = confined(node, {
    memoryBytes: KERNELS_SHARE * memoryBytes,
    // tsx keeps what it has translated in the folder for temporary files; of what tests ran Node.js writes a report.
    writable: [...(fromSources ? [tmpdir()] : []), ...(coverage ? [coverage] : [])],
  })
  const child = fork(entry, args, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own: a terminal's Ctrl-C is for the parent to act on. When that is gone, the channel is cut, and the reader goes.
    detached: true,
    env: childEnvironment(),
    execPath: confinement.command,
    execArgv: [...confinement.args],
  })
  endWithUs(child)
  // Whoever takes the reader hears of a failed start too; without a listener it would end the program.
  child.on('error', () => {})
  let complaint = ''
  let outOfMemory = false
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2000)
    // The words come first, and long lists of addresses after them.
    outOfMemory ||= /heap out of memory|allocation failed|bad_alloc|memory allocation of \d+ bytes/i.test(complaint)
  })
  // A pipe keeps a program alive as the process does.
  ;(child.stderr as import('node:net').Socket | null)?.unref()
  const reader: Reader = {
    process: child,
    memoryBytes,
    complaint: () => complaint,
    outOfMemory: () => outOfMemory,
    documents: 0,
    leave: null,
  }
  child.once('exit', () => drop(reader))
  return reader
}
