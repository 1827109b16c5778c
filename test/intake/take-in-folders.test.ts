import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { takeInFolders } from '../../src/intake/index.ts'
import { openStore } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'

const quiet = new AbortController().signal

it('folders are taken in with all that lies in them; one that is not here is trouble, not an empty one', async () => {
  const folder = await testFolder()
  const store = await openStore(join(folder, 'data'))
  onTestFinished(() => store.close())
  const scans = join(folder, 'scans')
  await mkdir(join(scans, 'below'), { recursive: true })
  for (let i = 0; i < 30; i++) await writeFile(join(scans, i % 2 ? 'below' : '.', `${i}.pdf`), `letter ${i}`)
  const way = { store, queue: null, urgency: 'backlog' } as const
  await expect(takeInFolders([scans, join(folder, 'share')], way, quiet)).rejects.toMatchObject({ code: 'ENOENT' })
  expect((await store.status()).documents).toMatchObject({ received: 0, failed: 0 })
  await rename(scans, join(folder, 'share'))
  await takeInFolders([join(folder, 'share')], way, quiet)
  expect(await store.status()).toMatchObject({ documents: { received: 30, failed: 0 }, held: 30 })
})
