import { existsSync, readdirSync, readlinkSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readDocument } from '../../../src/extract/index.ts'
import { nativeEngine } from '../../../src/extract/ocr/tesseract/engine.ts'
import { installedTesseract } from '../../../src/extract/ocr/tesseract/installed.ts'
import { childEnvironment } from '../../../src/extract/parent/environment.ts'
import { temporaryFolder } from '../../../src/extract/parent/temporary.ts'
import { plantEnvironment } from '../../fixtures/environment.ts'
import { processesBelow, processFile } from '../../fixtures/processes.ts'
import { aFolder, type Folder, scanPdf } from '../files.ts'
import { png, typeset } from '../paper.ts'

const secrets = {
  DATABASE_URL: 'postgresql://imr:planted-secret@db/imr',
  REDIS_URL: 'rediss://imr:planted-secret@redis:6379',
  AWS_SECRET_ACCESS_KEY: 'planted-secret',
  IMR_API_TOKEN: 'planted-secret',
  IMR_OPERATOR_PASSWORD: 'planted-secret',
  PGPASSWORD: 'planted-secret',
}

const isLinux = process.platform === 'linux'
const installed = await installedTesseract()
const hasTesseract = installed?.languages.includes('eng') ?? false

describe('the environment of a process that opens strangers’ files', () => {
  it('holds where things lie and no more', () => {
    const given = {
      ...secrets,
      PATH: '/bin',
      LC_ALL: 'C',
      TESSDATA_PREFIX: '/models',
      LANG: '',
    }
    const environment = childEnvironment(given)
    const { HOME, ...passed } = Object.fromEntries(
      Object.entries(environment).filter(([name]) => name in given || name === 'HOME'),
    )
    expect(passed).toEqual({ PATH: '/bin', LC_ALL: 'C', TESSDATA_PREFIX: '/models' })
    // A user who has no home is given the folder for temporary files.
    expect(HOME).toMatch(/./)
  })

  describe.runIf(isLinux && hasTesseract)('of the living processes', () => {
    let folder: Folder
    beforeAll(async () => {
      folder = await aFolder()
    })
    afterAll(() => folder.remove())

    it.each([true, false])('has no secret while they read a scan (tesseract kept running: %s)', async (keepRunning) => {
      plantEnvironment(secrets)
      const scan = await png(typeset())
      const file = await folder.put(`scan-${keepRunning}.pdf`, await (await scanPdf([scan, scan])).save())
      const engine = nativeEngine(installed, { jobs: 2, keepRunning })
      onTestFinished(() => engine.close())
      const seen = new Map<string, string>()
      const look = setInterval(() => {
        for (const { pid } of processesBelow(process.pid)) {
          // Between fork and exec a process still is its parent, and shows what that one has.
          const command = /page-reader|tesseract/.exec(processFile(pid, 'cmdline'))?.[0]
          if (command) seen.set(command, `${seen.get(command) ?? ''}${processFile(pid, 'environ')}`)
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
    plantEnvironment({ IMR_TMP: '/somewhere/of-our-own' })
    expect(temporaryFolder()).toBe('/somewhere/of-our-own')
  })

  it('is in memory where there is room, and otherwise the system’s', () => {
    plantEnvironment({ IMR_TMP: '' })
    const { bavail, bsize } = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bavail: 0, bsize: 0 }
    expect(temporaryFolder()).toBe(bavail * bsize >= 512 * 2 ** 20 ? '/dev/shm' : tmpdir())
  })

  it.runIf(isLinux && hasTesseract)('holds images that have no name and are for nobody else’s eyes', async () => {
    const folder = await aFolder()
    onTestFinished(() => folder.remove())
    plantEnvironment({ IMR_TMP: folder.path })
    const engine = nativeEngine(installed, { jobs: 1, keepRunning: true })
    onTestFinished(() => engine.close())
    const canvas = typeset()
    const image = { data: await png(canvas), width: canvas.width, height: canvas.height, dpi: 150 }
    expect((await engine.recognize(image, { psm: 6 })).words.length).toBeGreaterThan(0)
    const tesseract = processesBelow(process.pid).filter((p) => p.name === 'tesseract')
    expect(tesseract).toHaveLength(1)
    const held = `/proc/${tesseract[0]?.pid}/fd/3`
    expect(dirname(readlinkSync(held))).toBe(folder.path)
    expect(readlinkSync(held)).toContain('(deleted)')
    const { size, mode } = statSync(held)
    expect(size).toBe(image.data.length)
    expect((mode & 0o777).toString(8)).toBe('600')
    expect(readdirSync(folder.path)).toEqual([])
  })
})
