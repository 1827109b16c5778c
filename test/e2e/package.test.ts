import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseRecord } from '../../src/model/index.ts'
import { version } from '../../src/version.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'imr-package-'))
const imr = (...args: string[]) =>
  execFileSync(join(folder, 'node_modules', '.bin', 'imr'), args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

beforeAll(() => {
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', [...args, '--loglevel=error', '--no-audit', '--no-fund'], { cwd, encoding: 'utf8' })
  npm(['pack', '--pack-destination', folder], root)
  const packed = readdirSync(folder).find((f) => f.endsWith('.tgz'))
  npm(['init', '-y'], folder)
  npm(['install', '--prefer-offline', `./${packed}`], folder)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package that npm pack makes', () => {
  it('has an imr that tells its version', () => {
    expect(imr('--version').trim()).toBe(version)
  })

  it('reads a letter, from its text layer and by the OCR engine that comes with it', () => {
    const samples = ['12-born-digital.pdf', '01-office-scan.pdf'].map((f) => join(root, 'samples', f))
    const lines = imr('run', ...samples, '--no-store', '--out', '-', '--engine', 'tesseract.js', '--jobs', '1')
      .trim()
      .split('\n')
    const records = lines.map((l) => JSON.parse(l) as CaseRecord)
    expect(records.map((r) => r.header.caseNumber.value)).toEqual(['CM17-9901212', 'CM16-9900101'])
    expect(records.every((r) => r.proposals.length === r.services.length)).toBe(true)
  })
})
