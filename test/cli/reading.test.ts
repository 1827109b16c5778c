import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { reading } from '../../src/cli/reading.ts'
import { listInputs } from '../../src/intake/index.ts'
import { cutDocument, openCuts } from '../../src/review/index.ts'
import { openStore, sha256Of } from '../../src/store/index.ts'
import { testFolder } from '../fixtures/folder.ts'
import { letterPdf } from '../fixtures/letter-files.ts'

it('a run keeps the words of pages, and leaves a file cut as a person has cut it', async () => {
  const folder = await testFolder()
  await writeFile(join(folder, 'a.pdf'), await letterPdf())
  const store = await openStore(join(folder, 'data'))
  onTestFinished(() => store.close())
  const { inputs } = await listInputs([join(folder, 'a.pdf')])
  const run = async () => {
    const kinds: string[] = []
    for await (const { kind } of reading(inputs, { engine: 'auto', jobs: 1, store, again: true })) kinds.push(kind)
    return kinds
  }
  expect(await run()).toEqual(['read'])
  const sha256 = await sha256Of(join(folder, 'a.pdf'))
  const { parts = [] } = (await openCuts(store, sha256)) ?? {}
  expect(parts.map((part) => part.kind)).toEqual(['imr-determination'])
  const pages = parts.flatMap((part) => part.pages)
  await cutDocument(store, sha256, { on: 0, by: 'ria', parts: [{ kind: 'cover', pages }] })
  expect(await run()).toEqual(['failed'])
  expect(await store.find(sha256)).toMatchObject({ state: 'failed', cause: 'no-letter' })
  expect((await store.wordsOfPages(sha256)).map((page) => page.number)).toEqual(pages)
})
