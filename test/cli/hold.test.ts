import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'

beforeAll(ensureBuilt)

describe('imr hold', () => {
  it('keeps a document from being forgotten until it is released, and says so to whoever tries', async () => {
    const folder = await testFolder()
    const [data, path] = [join(folder, 'data'), join(folder, 'letter.pdf')]
    await writeFile(path, 'a letter')
    const store = await openStore(data)
    const { sha256 } = await store.receive({ path, fileName: 'letter.pdf' })
    const run = (...args: string[]) => imr([...args, '--data', data])
    const forget = () => run('forget', '--document', path, '--yes', '--wait', '0')
    expect(await run('hold', 'add', '--reason', 'in court')).toMatchObject({ code: 1, stdout: '' })
    expect(await run('hold', 'add', '--document', 'f'.repeat(64), '--reason', 'in court')).toMatchObject({ code: 2 })
    const added = await run('hold', 'add', '--document', path, '--reason', 'in court')
    const [, id = ''] = new RegExp(`^([0-9a-f]{12})  ${sha256}  stands  .*  in court\n$`).exec(added.stdout) ?? []
    expect(id).not.toBe('')
    expect((await run('forget', '--document', path, '--dry-run')).stdout).toContain(', on a legal hold  letter.pdf')
    expect(await forget()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`${sha256}: a legal`) })
    expect(await store.find(sha256)).not.toBeNull()
    expect(await run('hold', 'release', id)).toMatchObject({ code: 0, stderr: `hold ${id} is released\n` })
    expect(await run('hold', 'release', id)).toMatchObject({ code: 1 })
    expect((await run('hold', 'list')).stdout).toMatch(new RegExp(`^${id}  ${sha256}  released \\S+ by terminal:`))
    expect(await forget()).toMatchObject({ code: 0, stdout: `forgotten ${sha256}\n` })
    await store.close()
  })
})
