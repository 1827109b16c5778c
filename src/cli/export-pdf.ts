import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NotSearchable, searchablePdf, WordsLost } from '../export/searchable/index.ts'
import { DocumentFailure, pageOfWords } from '../model/index.ts'
import type { Store } from '../store/index.ts'

/** A document of which no copy was made, by its digest: file names may name patients. */
type Trouble = { readonly sha256: string; readonly why: string }

/** Writes a searchable copy of every stored document as `<sha256>.pdf` into a folder; gives how many, and which could not be made. */
export async function exportPdfs(
  store: Store,
  folder: string,
): Promise<{ readonly made: number; readonly troubles: readonly Trouble[] }> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const troubles: Trouble[] = []
  let made = 0
  let last = ''
  // The letters of one document follow one another.
  for await (const { document } of store.allRecords()) {
    const { sha256, mediaType } = document
    if (sha256 === last) continue
    last = sha256
    const why = await exportPdf(store, folder, sha256, mediaType)
    if (why === null) made++
    else troubles.push({ sha256, why })
  }
  return { made, troubles }
}

/** Why no copy was made; null when it was. */
async function exportPdf(store: Store, folder: string, sha256: string, mediaType: string): Promise<string | null> {
  const pages = await store.wordsOfPages(sha256)
  if (pages.length === 0) return 'no words of its pages are kept: imr reread --words'
  try {
    const file = await store.openFile(sha256)
    try {
      const copy = await searchablePdf({ bytes: await readFile(file.path), mediaType }, pages.map(pageOfWords))
      const path = join(folder, `${sha256}.pdf`)
      await writeFile(`${path}.${process.pid}.part`, copy.bytes, { mode: 0o600 })
      await rename(`${path}.${process.pid}.part`, path)
    } finally {
      await file.release()
    }
    return null
  } catch (error) {
    if (error instanceof WordsLost || error instanceof NotSearchable || error instanceof DocumentFailure)
      return error.message
    throw error
  }
}
