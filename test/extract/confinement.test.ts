import { existsSync, readdirSync, readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readDocument } from '../../src/extract/index.ts'
import { nativeEngine } from '../../src/extract/ocr/tesseract/engine.ts'
import { installedTesseract } from '../../src/extract/ocr/tesseract/installed.ts'
import { childEnvironment } from '../../src/extract/parent/environment.ts'
import { temporaryFolder } from '../../src/extract/parent/temporary.ts'
import { aFolder, type Folder, scanPdf } from './files.ts'
import { png, typeset } from './paper.ts'

const secrets = {
  DATABASE_URL: 'postgresql://imr:planted-secret@db/imr',
  REDIS_URL: 'rediss://imr:planted-secret@redis:6379',
  AWS_SECRET_ACCESS_KEY: 'planted-secret',
  IMR_API_TOKEN: 'planted-secret',
  IMR_OPERATOR_PASSWORD: 'planted-secret',
  PGPASSWORD: 'planted-secret',
}

/** Sets variables of this process until the test is over. */
function plant(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name]
    process.env[name] = value
    onTestFinished(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
  }
}

const proc = (pid: number, file: string) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** Processes that this one has started, and theirs. */
function descendants(pid = process.pid): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (p) =>
        proc(p, 'stat')
          .replace(/^.*\) /s, '')
          .split(' ')[1] === `${pid}`,
    )
  return children.flatMap((child) => [child, ...descendants(child)])
}

const isLinux = process.platform === 'linux'
const installed = await installedTesseract()
const hasTesseract = installed?.languages.includes('eng') ?? false

describe('the environment of a process that opens strangers’ files', () => {
  it('holds where things lie and no more', () => {
    const environment = childEnvironment({
      ...secrets,
      PATH: '/bin',
      LC_ALL: 'C',
      TESSDATA_PREFIX: '/models',
      LANG: '',
    })
    expect(environment).toEqual({
      PATH: '/bin',
      LC_ALL: 'C',
      TESSDATA_PREFIX: '/models',
      OMP_THREAD_LIMIT: '1',
      DISABLE_SYSTEM_FONTS_LOAD: '1',
      HOME: expect.stringMatching(/./),
    })
  })

  describe.runIf(isLinux && hasTesseract)('of the living processes', () => {
    let folder: Folder
    beforeAll(async () => {
      folder = await aFolder()
    })
    afterAll(() => folder.remove())

    it.each([true, false])('has no secret while they read a scan (tesseract kept running: %s)', async (keepRunning) => {
      plant(secrets)
      const scan = await png(typeset())
      const file = await folder.put(`scan-${keepRunning}.pdf`, await (await scanPdf([scan, scan])).save())
      const engine = nativeEngine(installed, { jobs: 2, keepRunning })
      onTestFinished(() => engine.close())
      const seen = new Map<string, string>()
      const look = setInterval(() => {
        for (const pid of descendants()) {
          // Between fork and exec a process still is its parent, and shows what that one has.
          const command = /page-reader|tesseract/.exec(proc(pid, 'cmdline'))?.[0]
          if (command) seen.set(command, `${seen.get(command) ?? ''}${proc(pid, 'environ')}`)
        }
      }, 20)
      const { pages } = await readDocument(file, { engine }).finally(() => clearInterval(look))
      expect(pages.map((p) => p.status)).toEqual(['ok', 'ok'])
      expect([...seen.keys()].sort()).toEqual(['page-reader', 'tesseract'])
      for (const environ of seen.values()) {
        expect(environ).toContain('PATH=')
        expect(environ).not.toContain('planted-secret')
      }
    })
  })
})

describe('the folder for page images', () => {
  it('is the one that IMR_TMP names', () => {
    plant({ IMR_TMP: '/somewhere/of-our-own' })
    expect(temporaryFolder()).toBe('/somewhere/of-our-own')
  })

  it('is in memory where there is room, and otherwise the system’s', () => {
    plant({ IMR_TMP: '' })
    const { bavail, bsize } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bavail: 0, bsize: 0 }
    expect(temporaryFolder()).toBe(bavail * bsize >= 512 * 2 ** 20 ? '/dev/shm' : tmpdir())
  })

  it.runIf(isLinux && hasTesseract)('holds images that have no name and are for nobody else’s eyes', async () => {
    const folder = await aFolder()
    onTestFinished(() => folder.remove())
    plant({ IMR_TMP: folder.path })
    const engine = nativeEngine(installed, { jobs: 1, keepRunning: true })
    onTestFinished(() => engine.close())
    const canvas = typeset()
    const image = { data: await png(canvas), width: canvas.width, height: canvas.height, dpi: 150 }
    expect((await engine.recognize(image, { psm: 6 })).words.length).toBeGreaterThan(0)
    const tesseract = descendants().filter((pid) => proc(pid, 'cmdline').startsWith('tesseract'))
    expect(tesseract).toHaveLength(1)
    const held = `/proc/${tesseract[0]}/fd/3`
    expect(dirname(readlinkSync(held))).toBe(folder.path)
    expect(readlinkSync(held)).toContain('(deleted)')
    const { size, mode } = statSync(held)
    expect(size).toBe(image.data.length)
    expect((mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(folder.path)).toEqual([])
  })
})
