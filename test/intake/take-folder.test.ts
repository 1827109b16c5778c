import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { takeFolder } from '../../src/intake/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'

const quiet = new AbortController().signal

it('a folder is taken in with all that lies in it; one that is not here is trouble, not an empty one', async () => {
  const folder = await testFolder()
  const store = await openStore(join(folder, 'data'))
  onTestFinished(() => store.close())
  const scans = join(folder, 'scans')
  await mkdir(join(scans, 'below'), { recursive: true })
  for (let i = 0; i < 30; i++) await writeFile(join(scans, i % 2 ? 'below' : '.', `${i}.pdf`), `letter ${i}`)
  const way = { store, queue: null, urgency: 'backlog' } as const
  const away = takeFolder(join(folder, 'share'), way, quiet)
  await expect(away).rejects.toMatchObject({ code: 'ENOENT', message: expect.not.stringContaining(folder) })
  expect((await store.status()).documents).toMatchObject({ received: 0, failed: 0 })
  await rename(scans, join(folder, 'share'))
  await takeFolder(join(folder, 'share'), way, quiet)
  expect(await store.status()).toMatchObject({ documents: { received: 30, failed: 0 }, held: 30 })
})
