import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openDoors, readDocument } from '../../../src/extract/index.ts'
import { OcrFailure, OcrOutgrown } from '../../../src/extract/ocr/engine.ts'
import { nativeEngine } from '../../../src/extract/ocr/tesseract/engine.ts'
import { installedTesseract } from '../../../src/extract/ocr/tesseract/installed.ts'
import { type Command, confined } from '../../../src/extract/parent/confine.ts'
import { childEnvironment } from '../../../src/extract/parent/environment.ts'
import { DocumentFailure } from '../../../src/model/index.ts'
import { plantEnvironment } from '../../fixtures/environment.ts'
import { processesBelow, processFile } from '../../fixtures/processes.ts'
import { aFolder, type Folder, textPdf } from '../files.ts'
import { hostileFiles } from '../hostile/index.ts'
import { png, typeset } from '../paper.ts'

const isLinux = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
const perl = (script: string) => spawnSync('perl', ['-e', script], { encoding: 'utf8' })
const hasPerl = perl('exit 0').status === 0
/** What the kernel that runs the tests knows of Landlock (Linux 5.13), whose number is the same on every processor. */
const hasLandlock = isLinux && hasPerl && Number(perl('print syscall 444, 0, 0, 1').stdout) > 0
const installed = await installedTesseract()
const hasTesseract = installed?.languages.includes('eng') ?? false
const BOUNDS = { memoryBytes: 1e9 }

const NOBODY = 65_534
/** Every user that a test can be: the one who runs it, and where that is root, nobody. */
const users = process.getuid?.() === 0 ? [0, NOBODY] : [process.getuid?.() ?? NOBODY]

/** Runs a script in a Node.js process, and gives what it prints. */
async function run(script: string, { confine = true, user = users[0], args = [] as readonly string[] } = {}) {
  const node: Command = { command: process.execPath, args: ['-e', script, ...args] }
  const { command, args: all } = confine ? confined(node, BOUNDS) : node
  const options = { env: childEnvironment(), ...(user === process.getuid?.() ? {} : { uid: user, gid: user }) }
  return (await promisify(execFile)(command, [...all], options)).stdout.trim()
}

describe.runIf(isLinux && hasPerl)('a process that opens strangers’ files', () => {
  let folder: Folder
  beforeAll(async () => {
    folder = await aFolder()
    chmodSync(folder.path, 0o777)
  })
  afterAll(() => folder.remove())

  const CONNECT = `
    const [, place] = process.argv
    require('node:net').connect(/^[0-9]+$/.test(place) ? { port: +place, host: '127.0.0.1' } : { path: place })
      .on('connect', () => { console.log('connected'); process.exit() })
      .on('error', (error) => console.log(error.code))`

  it.each(users)('reaches no server, by address or by a name in the file system (user %i)', async (user) => {
    const server = createServer((socket) => socket.end())
    const socket = join(folder.path, `server-${user}`)
    const local = createServer((socket) => socket.end())
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    await new Promise<void>((done) => local.listen(socket, done))
    onTestFinished(() => {
      server.close()
      local.close()
    })
    chmodSync(socket, 0o777)
    const address = server.address()
    for (const place of [typeof address === 'object' ? `${address?.port}` : '', socket]) {
      expect(await run(CONNECT, { user, args: [place], confine: false })).toBe('connected')
      expect(await run(CONNECT, { user, args: [place] })).toBe('EPERM')
    }
  })

  it('finds no way around by datagrams, raw sockets or pairs of sockets that are connected elsewhere', () => {
    const tries = `use Socket; print join ' ', map { defined $_ && $_ ? 'open' : 'shut' }
      socket(my $a, PF_INET, SOCK_DGRAM, 0), socket(my $b, PF_UNIX, SOCK_DGRAM, 0), socket(my $c, 16, SOCK_RAW, 0),
      socketpair(my $d, my $e, PF_UNIX, SOCK_DGRAM, 0), socketpair(my $f, my $g, PF_UNIX, SOCK_STREAM, 0)`
    const { command, args } = confined({ command: 'perl', args: ['-e', tries] }, BOUNDS)
    // The last is a pipe: programs that are started have such for their input and output.
    expect(spawnSync(command, [...args], { encoding: 'utf8' }).stdout).toBe('shut shut shut shut open')
  })

  it.runIf(hasLandlock).each(users)('sees nothing of its parent’s environment (user %i)', async (user) => {
    // A parent of the same user, which alone could look; it has a secret and tells what its child saw.
    const inner = `try { console.log(require('node:fs').readFileSync('/proc/' + process.ppid + '/environ', 'utf8')) }
      catch (error) { console.log(error.code) }`
    const parent = (child: Command) => `
      const [command, ...args] = JSON.parse(process.argv[1])
      console.log(require('node:child_process').execFileSync(command, args, { env: { PATH: process.env.PATH } }) + '')
      // ${child.command}`
    const looks = async (child: Command) => {
      const identity = user === process.getuid?.() ? {} : { uid: user, gid: user }
      const env = { PATH: process.env.PATH, DATABASE_URL: 'planted-secret' }
      const args = ['-e', parent(child), JSON.stringify([child.command, ...child.args])]
      return (await promisify(execFile)(process.execPath, args, { env, ...identity })).stdout.trim()
    }
    const child = { command: process.execPath, args: ['-e', inner] }
    expect(await looks(child)).toContain('planted-secret')
    expect(await looks(confined(child, BOUNDS))).toMatch(/^E(ACCES|PERM)$/)
  })

  it.runIf(hasLandlock)('changes, adds and removes no file, and writes where it is told to', async () => {
    const ledger = join(folder.path, 'ledger')
    writeFileSync(ledger, 'as it was', { mode: 0o666 })
    const changes = `
      const fs = require('node:fs'), path = process.argv[1]
      for (const change of [() => fs.appendFileSync(path, 'x'), () => fs.truncateSync(path), () => fs.unlinkSync(path),
        () => fs.renameSync(path, path + 2), () => fs.writeFileSync(path + 3, 'x'), () => fs.mkdirSync(path + 4)])
        try { change(); console.log('done') } catch (error) { console.log(error.code) }`
    expect(new Set((await run(changes, { args: [ledger] })).split('\n'))).toEqual(new Set(['EACCES']))
    expect(readFileSync(ledger, 'utf8')).toBe('as it was')
    const own = join(folder.path, 'own')
    const write = { command: process.execPath, args: ['-e', `require('node:fs').writeFileSync('${own}', 'x')`] }
    const { command, args } = confined(write, { ...BOUNDS, writable: [folder.path] })
    expect(spawnSync(command, [...args]).status).toBe(0)
    expect(existsSync(own)).toBe(true)
  })

  it('has no power of root’s but to read', async () => {
    const status = await run(`console.log(require('node:fs').readFileSync('/proc/self/status', 'utf8'))`)
    // CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: bits 1 and 2.
    expect(Number.parseInt(/^CapEff:\s+(\w+)$/m.exec(status)?.[1] ?? '', 16) & ~0b110).toBe(0)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
  })

  it('is the process that was started: same number, same open files, its own end', async () => {
    const { command, args } = confined({ command: 'sh', args: ['-c', 'cat <&3; echo $$; exit 7'] }, BOUNDS)
    writeFileSync(join(folder.path, 'page'), 'what is open ')
    const page = openSync(join(folder.path, 'page'), 'r')
    onTestFinished(() => closeSync(page))
    const ended = spawnSync(command, [...args], { stdio: ['ignore', 'pipe', 'pipe', page], encoding: 'utf8' })
    expect({ said: ended.stdout.trim(), status: ended.status }).toEqual({
      said: `what is open ${ended.pid}`,
      status: 7,
    })
  })

  it('cannot be started where there is no such program', () => {
    const { command, args } = confined({ command: 'no-such-program', args: [] }, BOUNDS)
    const { status, stderr } = spawnSync(command, [...args], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 127, stderr: 'no-such-program: No such file or directory\n' })
  })

  it('is told of where a door stands open', async () => {
    expect(await openDoors()).toEqual(hasLandlock ? [] : ['other processes', 'writing'])
    plantEnvironment({ IMR_CONFINE: 'off' })
    expect(await openDoors()).toEqual(['other processes', 'writing', 'network'])
  })
})

describe.runIf(isLinux)('the memory of a process that opens strangers’ files', () => {
  it.each(['', 'off'])('is limited by the kernel, and it leaves no core dump (IMR_CONFINE=%s)', async (setting) => {
    plantEnvironment({ IMR_CONFINE: setting })
    const grow = `const all = []; try { for (;;) all.push(Buffer.alloc(2e7, 1)) } catch (error) { console.log(all.length) }`
    const grown = Number(await run(grow))
    expect(grown).toBeGreaterThan(30)
    expect(grown).toBeLessThan(50)
    expect(await run(`console.log(require('node:fs').readFileSync('/proc/self/limits', 'utf8'))`)).toMatch(
      /^Max core file size +0 +0 /m,
    )
  })

  it('does not grow far beyond the limit of its document, however fast it grows', async () => {
    const folder = await aFolder()
    onTestFinished(() => folder.remove())
    const bomb = hostileFiles.find((f) => f.name === 'flate-twice.pdf')
    const file = await folder.put('bomb.pdf', (await bomb?.bytes()) ?? '')
    const engine = nativeEngine(installed, { jobs: 1 })
    onTestFinished(() => engine.close())
    const limits = { memoryBytes: 700e6, silenceMs: 120_000, documentMs: 120_000 }
    let most = 0
    const look = setInterval(() => {
      for (const { pid } of processesBelow(process.pid).filter((p) =>
        processFile(p.pid, 'cmdline').includes('page-reader'),
      ))
        most = Math.max(most, 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(processFile(pid, 'status'))?.[1] ?? 0))
    }, 20)
    const failure = await readDocument(file, { engine, limits }).catch((error: unknown) => error)
    clearInterval(look)
    expect(failure).toBeInstanceOf(DocumentFailure)
    expect((failure as DocumentFailure).code).toBe('memory-limit')
    // A quarter more of its own, and the programs and libraries that it shares with others.
    expect(most).toBeLessThan(1.25 * limits.memoryBytes + 150e6)
    // The next one is read as if nothing had been.
    const good = await folder.put('good.pdf', await (await textPdf([['A page of text that anyone may read.']])).save())
    expect((await readDocument(good, { engine, limits })).pages.map((p) => p.status)).toEqual(['ok'])
  })

  it.runIf(hasTesseract).each([true, false])(
    'of an OCR process: a page that needs more gives a failure, never fewer words (kept running: %s)',
    async (keepRunning) => {
      const canvas = typeset(undefined, 300)
      const image = { data: await png(canvas, 300), width: canvas.width, height: canvas.height, dpi: 300 }
      const reading = async (memoryBytes: number) => {
        const engine = nativeEngine(installed, { jobs: 1, keepRunning, memoryBytes })
        try {
          return (await engine.recognize(image, { psm: 6 })).words.length
        } catch (error) {
          return (error as OcrFailure).name
        } finally {
          await engine.close()
        }
      }
      const whole = await reading(500e6)
      expect(whole).toBeGreaterThan(50)
      const found: (number | string)[] = []
      for (const limit of [40e6, 55e6, 65e6, 75e6]) found.push(await reading(limit))
      expect(found).toContain(OcrOutgrown.name)
      for (const ending of found) expect([whole, OcrOutgrown.name, OcrFailure.name], `${found}`).toContain(ending)
    },
  )
})
