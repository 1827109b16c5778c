import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesBelow } from '../fixtures/processes.ts'
import {
  anyEngine,
  anyReader,
  busyEngine,
  busyReader,
  engines,
  limit,
  NOBODY,
  readers,
  type Struck,
  signal,
  whenever,
} from './struck.ts'

export type EngineName = 'tesseract' | 'tesseract.js'
/** Only root can run a command as somebody else. */
export const isRoot = process.getuid?.() === 0

const both = ['tesseract', 'tesseract.js'] as const
const command = ['tesseract'] as const

/** Where a run works: what a fault may take away, and has to give back. */
export type Site = {
  /** For page images (`IMR_TMP`). */
  readonly images: string
  /** The user's cache, with the second model (`XDG_CACHE_HOME`). */
  readonly cache: string
  /** The first model, whole (`TESSDATA_PREFIX`). */
  readonly model: string
  /** A folder that is the fault's own. */
  readonly own: string
}

/** Whether the blow fell; `impossible`: this machine does not let us. */
export type Hit = 'hit' | 'missed' | 'impossible'
const hit = (what: unknown): Hit => (what ? 'hit' : 'missed')

/** Something that goes wrong around recognition while documents are read. */
export type Fault = {
  readonly what: string
  readonly engines: readonly EngineName[]
  /** With these engines it is part of `npm test`. */
  readonly daily?: readonly EngineName[]
  /** Takes something away before the command is started. Gives what is different in its environment. false: it cannot be done here. */
  readonly before?: (site: Site) => Readonly<Record<string, string>> | false | undefined
  /** Disturbs the command while it runs. */
  readonly strike?: (struck: Struck, site: Site) => Promise<Hit>
  /** Gives back what was taken away. */
  readonly mend?: (site: Site) => void
  /** With these engines the disturbed command itself reads all; with others what is left is read when it is run again. */
  readonly costsNothing?: readonly EngineName[]
  /** It may come to nothing: the kernel chooses. */
  readonly mayMiss?: boolean
  /** Runs the command as a user who may not do everything. */
  readonly asNobody?: boolean
}

const secondModel = (site: Site) => {
  const found = spawnSync('find', [join(site.cache, 'imr'), '-name', 'eng.traineddata'], { encoding: 'utf8' })
  return found.stdout.trim()
}
const sizeOf = (path: string) => readFileSync(path).length

function smallDisk(path: string, size: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=1777`, 'tmpfs', path]).status === 0
}
const unmount = (path: string) => void spawnSync('umount', ['-l', path])
/** A group of processes that share so much memory: the kernel itself kills when it is used up. */
const group = (site: Site) => join('/sys/fs/cgroup/memory', `imr-test-${site.own.replaceAll('/', '-')}`)

export const faults: readonly Fault[] = [
  {
    what: 'the folder for page images is gone',
    engines: both,
    daily: both,
    before: ({ own }) => ({ IMR_TMP: join(own, 'gone') }),
    costsNothing: ['tesseract.js'],
  },
  {
    what: 'the folder for page images is full in the middle of a page',
    engines: command,
    daily: command,
    before: ({ images }) => smallDisk(images, '200k') && {},
    mend: ({ images }) => unmount(images),
  },
  {
    what: 'the folder for page images fills up between two pages',
    engines: command,
    before: ({ images }) => smallDisk(images, '8m') && {},
    strike: async (struck, { images }) => {
      const engine = await busyEngine(struck)
      spawnSync('sh', ['-c', `cat /dev/zero > "${images}/ballast"`])
      return hit(engine)
    },
    mend: ({ images }) => unmount(images),
  },
  {
    what: 'the folder for page images is removed while pages are read',
    engines: command,
    strike: async (struck, { images }) => {
      const engine = await anyEngine(struck)
      rmSync(images, { recursive: true })
      return hit(engine)
    },
    mend: ({ images }) => void mkdirSync(images, { recursive: true }),
  },
  {
    what: 'the folder for page images may not be written',
    engines: command,
    asNobody: true,
    before: ({ own }) => {
      mkdirSync(join(own, 'closed'), { mode: 0o555 })
      return { IMR_TMP: join(own, 'closed') }
    },
  },
  {
    what: 'the engine is killed in the middle of a page',
    engines: command,
    daily: command,
    strike: async (struck) => {
      const engine = await busyEngine(struck)
      if (engine) signal(engine.pid, 'SIGKILL')
      return hit(engine)
    },
    costsNothing: command,
  },
  {
    what: 'the engine is killed as it starts',
    engines: command,
    strike: async (struck) => {
      const engine = await anyEngine(struck)
      if (engine) signal(engine.pid, 'SIGKILL')
      return hit(engine)
    },
    costsNothing: command,
  },
  {
    what: 'all engines are killed at once, busy and idle ones',
    engines: command,
    strike: async (struck) => {
      const engine = await busyEngine(struck)
      for (const { pid } of engines(struck)) signal(pid, 'SIGKILL')
      return hit(engine)
    },
    costsNothing: command,
  },
  {
    what: 'every engine is killed, again and again',
    engines: command,
    strike: async (struck) =>
      hit(
        await whenever(
          struck,
          () => engines(struck),
          (pid) => signal(pid, 'SIGKILL'),
        ),
      ),
  },
  {
    what: 'the program of the engine is removed while pages are read',
    engines: command,
    before: ({ own }) => {
      const programs = join(own, 'programs')
      mkdirSync(programs)
      for (const name of ['tesseract', 'stdbuf'])
        symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(programs, name))
      return { PATH: programs }
    },
    strike: async (struck, { own }) => {
      const engine = await busyEngine(struck)
      rmSync(join(own, 'programs', 'tesseract'))
      for (const { pid } of engine ? engines(struck) : []) signal(pid, 'SIGKILL')
      return hit(engine)
    },
  },
  {
    what: 'the engine is frozen past its time',
    engines: command,
    strike: async (struck) =>
      hit(
        await whenever(
          struck,
          () => engines(struck).filter((p) => p.ticks > 5),
          (pid) => signal(pid, 'SIGSTOP'),
        ),
      ),
  },
  {
    what: 'the machine has no memory for the engine (its address space ends)',
    engines: command,
    strike: async (struck) =>
      hit(
        await whenever(
          struck,
          () => engines(struck),
          (pid) => limit(pid, 'as=60000000'),
        ),
      ),
  },
  {
    what: 'the machine has no memory for anything (the kernel kills)',
    engines: both,
    strike: async (struck, site) => {
      const at = group(site)
      try {
        mkdirSync(at)
        writeFileSync(join(at, 'memory.limit_in_bytes'), '400M')
        for (const { pid } of [{ pid: struck.pid }, ...processesBelow(struck.pid)])
          writeFileSync(join(at, 'cgroup.procs'), `${pid}`)
      } catch {
        return 'impossible'
      }
      const reader = await busyReader(struck)
      // What is in use stays just below the limit; the next page is too much.
      for (let i = 0; i < 40 && !struck.hasEnded(); i++) {
        const used = Number(readFileSync(join(at, 'memory.usage_in_bytes'), 'utf8'))
        try {
          writeFileSync(join(at, 'memory.limit_in_bytes'), `${Math.max(80e6, Math.round(used * 0.9))}`)
        } catch {
          // The kernel could not get it down so far.
        }
        await sleep(50)
      }
      return hit(reader)
    },
    mayMiss: true,
    mend: (site) => {
      if (existsSync(group(site))) spawnSync('rmdir', [group(site)])
    },
  },
  {
    what: 'the reader is killed in the middle of a document',
    engines: both,
    daily: both,
    strike: async (struck) => {
      const reader = await busyReader(struck)
      if (reader) signal(reader.pid, 'SIGKILL')
      return hit(reader)
    },
    costsNothing: both,
  },
  {
    what: 'every reader is killed, again and again',
    engines: both,
    strike: async (struck) =>
      hit(
        await whenever(
          struck,
          () => readers(struck),
          (pid) => signal(pid, 'SIGKILL'),
        ),
      ),
  },
  {
    what: 'the reader is frozen past its time',
    engines: both,
    strike: async (struck) => {
      const reader = await busyReader(struck)
      if (reader) signal(reader.pid, 'SIGSTOP')
      return hit(reader)
    },
    // It is found to stand still, and another one reads.
    costsNothing: both,
  },
  {
    what: 'the machine has no memory for the reader (its address space ends)',
    engines: both,
    strike: async (struck) =>
      hit(
        await whenever(
          struck,
          () => readers(struck).filter((p) => p.ticks > 20),
          (pid) =>
            limit(
              pid,
              `as=${Number(/^VmSize:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024}`,
            ),
        ),
      ),
  },
  {
    what: 'no more files can be opened',
    engines: both,
    strike: async (struck) => {
      const reader = await busyReader(struck)
      limit(struck.pid, 'nofile=24:4096')
      for (const { pid } of readers(struck)) limit(pid, 'nofile=16:4096')
      return hit(reader)
    },
  },
  {
    what: 'no more processes can be started',
    engines: both,
    asNobody: true,
    strike: async (struck) => {
      const reader = await anyReader(struck)
      limit(struck.pid, 'nproc=1', isRoot ? NOBODY : undefined)
      return hit(reader)
    },
  },
  {
    what: 'the machine sleeps for three seconds',
    engines: both,
    strike: async (struck) => {
      const reader = await busyReader(struck)
      const all = [struck.pid, ...processesBelow(struck.pid).map((p) => p.pid)]
      for (const pid of all) signal(pid, 'SIGSTOP')
      await sleep(3000)
      for (const pid of all) signal(pid, 'SIGCONT')
      return hit(reader)
    },
    costsNothing: both,
  },
  {
    what: 'the clock jumps forwards and backwards by a day',
    engines: both,
    before: ({ own }) => {
      const module = join(own, 'clock.mjs')
      // A process hears the hour from its clock, and no clock of this machine need be set for it.
      writeFileSync(
        module,
        `const now = Date.now; let shift = 0
const Real = Date
process.on('SIGUSR2', () => { shift = shift > 0 ? -86_400_000 : 86_400_000 })
Date.now = () => now() + shift
globalThis.Date = class extends Real { constructor(...given) { given.length ? super(...given) : super(now() + shift) } }
`,
      )
      return { NODE_OPTIONS: `--import ${module}` }
    },
    strike: async (struck) => {
      const reader = await busyReader(struck)
      for (let i = 0; i < 6 && !struck.hasEnded(); i++) {
        signal(struck.pid, 'SIGUSR2')
        await sleep(150)
      }
      return hit(reader)
    },
    costsNothing: both,
  },
  ...(
    [
      ['Ctrl-C', 'SIGINT'],
      ['the terminal is closed', 'SIGHUP'],
    ] as const
  ).map(
    ([what, name]): Fault => ({
      what: `${what} (${name} to the whole group)`,
      engines: both,
      ...(name === 'SIGINT' ? { daily: command } : {}),
      strike: async (struck) => {
        const reader = await busyReader(struck)
        signal(-struck.pid, name)
        return hit(reader)
      },
    }),
  ),
  ...(
    [
      ['the command is told to end', 'SIGTERM'],
      ['the command is killed', 'SIGKILL'],
    ] as const
  ).map(
    ([what, name]): Fault => ({
      what: `${what} (${name})`,
      engines: both,
      strike: async (struck) => {
        const reader = await busyReader(struck)
        signal(struck.pid, name)
        return hit(reader)
      },
    }),
  ),
  {
    what: 'the language data is cut off',
    engines: both,
    daily: ['tesseract.js'],
    before: ({ own, model }) => {
      const path = join(own, 'eng.traineddata')
      writeFileSync(path, readFileSync(join(model, 'eng.traineddata')).subarray(0, 1_000_000))
      return { TESSDATA_PREFIX: own }
    },
  },
  {
    what: 'the language data is overwritten while pages are read',
    engines: both,
    before: ({ own, model }) => {
      writeFileSync(join(own, 'eng.traineddata'), readFileSync(join(model, 'eng.traineddata')))
      return { TESSDATA_PREFIX: own }
    },
    strike: async (struck, { own }) => {
      const reader = await busyReader(struck)
      const path = join(own, 'eng.traineddata')
      const size = sizeOf(path)
      rmSync(path)
      writeFileSync(path, Buffer.alloc(size, 'x'))
      for (const { pid } of engines(struck)) signal(pid, 'SIGKILL')
      return hit(reader)
    },
    // It keeps what it has read.
    costsNothing: ['tesseract.js'],
  },
  {
    what: 'the second model is overwritten, its size as before',
    engines: command,
    daily: command,
    before: (site) => {
      const path = secondModel(site)
      writeFileSync(path, Buffer.alloc(sizeOf(path), 'x'))
      return {}
    },
    costsNothing: command,
  },
  {
    what: 'the second model is cut off',
    engines: command,
    before: (site) => {
      truncateSync(secondModel(site), 5000)
      return {}
    },
    costsNothing: command,
  },
  {
    what: 'the second model is cleaned away while pages are read',
    engines: command,
    strike: async (struck, { cache }) => {
      const engine = await anyEngine(struck)
      rmSync(join(cache, 'imr'), { recursive: true })
      return hit(engine)
    },
    costsNothing: command,
  },
  {
    what: 'the second model can be kept nowhere',
    engines: command,
    daily: command,
    before: ({ own }) => {
      const file = join(own, 'no folder')
      writeFileSync(file, '')
      return { XDG_CACHE_HOME: file, HOME: file, IMR_DATA: file, TMPDIR: file }
    },
  },
]
