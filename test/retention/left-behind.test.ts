import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { leftBehind } from '../../src/retention/left-behind.ts'
import { testFolder } from '../fixtures/folder.ts'

const id = createHash('sha256').update('a letter').digest('hex')

async function withFiles(files: Readonly<Record<string, string>>): Promise<(path: string) => string> {
  const folder = await testFolder()
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return (path) => join(folder, path)
}

describe("a user's own copies of a document", () => {
  it('are found where it came from, and where a watched folder moved it, whatever it was called there', async () => {
    const at = await withFiles({
      'in/a.pdf': 'a letter',
      'in/done/a.pdf': 'another letter',
      'in/done/a (2).pdf': 'a letter',
      'in/failed/a.pdf': 'a letter',
      'in/failed/a.pdf.reason.txt': 'damaged',
      'scans/done/clinic/b.pdf': 'a letter',
      'scans/done/clinic/b2.pdf': 'a letter',
    })
    const found = await leftBehind(id, [at('in/a.pdf'), at('scans/clinic/b.pdf'), at('gone/c.pdf')])
    expect([...found].sort()).toEqual(
      ['in/a.pdf', 'in/done/a (2).pdf', 'in/failed/a.pdf', 'scans/done/clinic/b.pdf'].map(at),
    )
  })

  it('are an archive that still lies there, and no file that holds other bytes now', async () => {
    const at = await withFiles({ 'in/done/mail.zip': 'PK…', 'in/a.pdf': 'other bytes' })
    const sources = [`${at('in/mail.zip')}!/letters/1.pdf`, at('in/a.pdf'), 'upload:4711', 'upload:4711!/a.pdf']
    expect(await leftBehind(id, sources)).toEqual([at('in/done/mail.zip')])
  })
})
