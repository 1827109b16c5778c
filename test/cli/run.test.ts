import { chmod, chown, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PDFDocument } from '@cantoo/pdf-lib'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CaseRecord, caseRecordSchema } from '../../src/model/index.ts'
import { rawPdf, textPdf } from '../extract/files.ts'
import { ensureBuilt, imr, startImr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'
import { letterPdf, numberOf, putLetters } from '../fixtures/letter-files.ts'

const NOBODY = 65534
const recordsIn = (text: string): readonly CaseRecord[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => caseRecordSchema.parse(JSON.parse(line)))

beforeAll(ensureBuilt)

describe('imr run', () => {
  it('shows a letter as a table that tells request, outcome and proposal', async () => {
    const folder = await testFolder()
    await putLetters(folder, 1)
    const { code, stdout, stderr } = await imr(['run', folder, '--data', join(folder, 'data')])
    expect(code).toBe(0)
    for (const words of ['letter 1.pdf', numberOf(1), 'injury 2017-02-01', 'UR 2018-02-27', '37 years', 'ankle'])
      expect(stdout).toContain(words)
    expect(stdout).toMatch(/1 {2}Physical therapy 2 times a week for 4 weeks\n.*8 visits/)
    expect(stdout).toMatch(/letter: upheld · proposal: /)
    expect(stderr).toContain('[1/1]')
    // Not a terminal: no colours.
    expect(stdout + stderr).not.toContain('\u001b')
    expect(Math.max(...stdout.split('\n').map((l) => l.length))).toBeLessThanOrEqual(100)
  })

  it('gives one JSON record a letter in the order of the input, and nothing else on standard output', async () => {
    const folder = await testFolder()
    const [one = '', two = '', three = ''] = await putLetters(folder, 3)
    const { code, stdout, stderr } = await imr(['run', two, three, one, '--no-store', '--out', '-', '--quiet'])
    expect(code).toBe(0)
    expect(recordsIn(stdout).map((r) => r.header.caseNumber.value)).toEqual([2, 3, 1].map(numberOf))
    expect(stderr).toBe('')
  })

  it('does not read a known file again, says so, and gives the same records', async () => {
    const folder = await testFolder()
    await putLetters(folder, 2)
    const args = ['run', folder, '--data', join(folder, 'data'), '--out', '-']
    const first = await imr(args)
    const second = await imr(args)
    expect(second.stdout).toBe(first.stdout)
    expect(second.stderr).toContain('known, not read again')
    expect(second.stderr).toContain('2 known')
    const table = await imr(['run', folder, '--data', join(folder, 'data')])
    expect(table.stdout.match(/known, not read again/g)).toHaveLength(2)
  })

  it('says no word of a letter on stderr', async () => {
    const folder = await testFolder()
    await putLetters(folder, 1)
    const { stderr } = await imr(['run', folder, '--no-store', '--out', '-'])
    expect(stderr).not.toMatch(/CM88|ankle|therapy/i)
  })

  it('writes --out whole, under its name only when done, for its owner alone, and never over a device', async () => {
    const folder = await testFolder()
    const [letter = ''] = await putLetters(folder, 1)
    const out = join(folder, 'cases.jsonl')
    await writeFile(out, 'older\n', { mode: 0o644 })
    // What an interrupted run has left, readable for all.
    await writeFile(`${out}.part`, 'half\n', { mode: 0o644 })
    expect((await imr(['run', letter, '--no-store', '--out', out])).code).toBe(0)
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    expect(recordsIn(await readFile(out, 'utf8'))).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['cases.jsonl', basename(letter)])
    expect((await imr(['run', letter, '--no-store', '--out', '/dev/null'])).code).toBe(0)
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
    const refused = await imr(['run', letter, '--no-store', '--out', folder])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('is a folder') })
  })

  it('keeps nothing with --no-store', async () => {
    const folder = await testFolder()
    await putLetters(folder, 1)
    const [home, tmp] = [join(folder, 'home'), join(folder, 'tmp')]
    await Promise.all([mkdir(home), mkdir(tmp)])
    const { code } = await imr(['run', folder, '--no-store'], { cwd: home, env: { TMPDIR: tmp } })
    expect(code).toBe(0)
    expect(await readdir(home)).toEqual([])
    expect((await readdir(tmp)).filter((name) => !name.startsWith('node-compile-cache'))).toEqual([])
  })

  it('names each file that cannot be read with its cause, gives it a failed record, and reads the rest', async () => {
    const folder = await testFolder()
    const whole = Buffer.from(await letterPdf(numberOf(5)))
    const locked = await PDFDocument.load(whole)
    locked.encrypt({ ownerPassword: 'owner', userPassword: 'secret' })
    const bad: Readonly<Record<string, readonly [string | Uint8Array, cause: string, words: RegExp]>> = {
      'a empty.pdf': ['', 'empty-file', /0 bytes/],
      'b text.pdf': ['Dear doctor,\nplease call.\n', 'unsupported-type', /text file/],
      'c half.pdf': [whole.subarray(0, 900), 'damaged', /stops before its end/],
      'd locked.pdf': [await locked.save(), 'encrypted', /qpdf/],
      'e zero.pdf': [
        rawPdf(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[]/Count 0>>']),
        'no-pages',
        /no pages/,
      ],
      'f cover.pdf': [
        await (await textPdf([['FAX COVER SHEET', 'To whom it may concern: the letter follows.']])).save(),
        'no-letter',
        /no determination letter/,
      ],
    }
    for (const [name, [bytes]] of Object.entries(bad)) await writeFile(join(folder, name), bytes)
    await writeFile(join(folder, 'g good.pdf'), whole)
    const missing = join(folder, 'missing.pdf')
    const data = join(folder, 'data')
    const first = await imr(['run', folder, missing, '--data', data, '--out', '-'])
    expect(first.code).toBe(2)
    const records = recordsIn(first.stdout)
    expect(records.map((r) => r.status === 'failed')).toEqual([true, true, true, true, true, true, false, true])
    for (const [i, [name, [, cause, words]]] of Object.entries(bad).entries()) {
      expect(first.stderr).toContain(`${name}: failed (${cause})`)
      expect(records[i]?.issues).toMatchObject([{ rule: `document.${cause}`, message: expect.stringMatching(words) }])
    }
    expect(first.stderr).toContain('missing.pdf: failed (vanished)')
    const second = await imr(['run', folder, missing, '--data', data, '--out', '-'])
    expect(second).toMatchObject({ code: 2, stdout: first.stdout })
    expect(second.stderr).toContain('failed before, not read again (encrypted)')
    const { stdout } = await imr(['status', '--data', data])
    for (const [, cause] of Object.values(bad)) expect(stdout).toContain(`${cause}: 1`)
  })

  it('keeps nothing of a name that was mistyped', async () => {
    const folder = await testFolder()
    const data = join(folder, 'data')
    const mistyped = await imr(['run', join(folder, 'lettter.pdf'), '--data', data])
    expect(mistyped.code).toBe(1)
    expect(mistyped.stderr).toMatch(/there is no such file or folder: .*lettter\.pdf/)
    expect(await stat(data).catch(() => null)).toBeNull()
  })

  it('reports a folder that may not be entered, reads the rest, and forgets the failure when it may', async () => {
    const folder = await testFolder()
    const closed = join(folder, 'closed')
    const data = join(folder, 'data')
    await Promise.all([mkdir(closed), mkdir(data)])
    await putLetters(folder, 1)
    await writeFile(join(closed, 'letter 2.pdf'), await letterPdf(numberOf(2)))
    // root may read everything, so root runs this as somebody else.
    const root = process.getuid?.() === 0
    if (root) for (const path of [folder, data]) await chown(path, NOBODY, NOBODY)
    await chmod(closed, 0)
    const run = () => imr(['run', folder, '--data', data, '--out', '-'], root ? { user: NOBODY, cwd: folder } : {})
    const first = await run()
    expect(first.stderr).toMatch(/closed: failed \(not-readable\): no permission/)
    expect(first.code).toBe(2)
    expect(recordsIn(first.stdout).map((r) => r.status)).toEqual(['failed', expect.not.stringMatching('failed')])
    await chmod(closed, 0o755)
    const second = await run()
    expect(second.code).toBe(0)
    const status = JSON.parse((await imr(['status', '--json', '--data', data])).stdout)
    expect(status).toMatchObject({ documents: { done: 2, failed: 0 }, cases: 2 })
  })

  it('says which files of a folder it passed over', async () => {
    const folder = await testFolder()
    await putLetters(folder, 1)
    await writeFile(join(folder, 'notes.txt'), 'x')
    const { stderr } = await imr(['run', folder, '--no-store', '--out', '-'])
    expect(stderr).toMatch(/1 file is not PDF, TIFF, PNG or JPEG and passed over: .*notes\.txt/)
  })

  it('stops at Ctrl-C, says how to go on, and goes on where it stopped', async () => {
    const folder = await testFolder()
    await putLetters(folder, 8)
    const data = join(folder, 'data')
    const out = join(folder, 'out.jsonl')
    const { process: child, ended } = startImr(['run', folder, '--data', data, '--out', out, '--jobs', '1'])
    let heard = ''
    child.stderr?.on('data', (part) => {
      heard += part
    })
    while (!heard.includes('[1/8]')) await sleep(20)
    child.kill('SIGINT')
    const stopped = await ended
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('Run the same command again')
    expect(stopped.stderr).toContain('out.jsonl.part')
    expect(await readdir(folder)).not.toContain('out.jsonl')
    const resumed = await imr(['run', folder, '--data', data, '--out', out])
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringMatching(/[1-7] read, [1-7] known/) })
    expect(recordsIn(await readFile(out, 'utf8'))).toHaveLength(8)
    expect(await readdir(folder)).not.toContain('out.jsonl.part')
  })

  it('keeps a letter that comes under two names as one case', async () => {
    const folder = await testFolder()
    const [one = ''] = await putLetters(folder, 1)
    const data = join(folder, 'data')
    await writeFile(join(folder, 'copy.pdf'), await readFile(one))
    const both = await imr(['run', folder, '--data', data, '--out', '-'])
    expect(recordsIn(both.stdout)).toHaveLength(1)
    expect(both.stderr).toContain('the same file as copy.pdf, one case')
    await rename(one, join(folder, 'moved.pdf'))
    await imr(['run', folder, '--data', data])
    expect(JSON.parse((await imr(['status', '--json', '--data', data])).stdout)).toMatchObject({ cases: 1 })
  })

  it('refuses to run when there is nothing to read', async () => {
    const { code, stderr } = await imr(['run', await testFolder(), '--no-store'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('nothing to read') })
  })
})
