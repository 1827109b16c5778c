import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { NotSearchable, searchableCopy } from '../extract/index.ts'
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
    const { sha256 } = document
    if (sha256 === last) continue
    last = sha256
    const why = await exportPdf(store, folder, sha256)
    if (why === null) made++
    else troubles.push({ sha256, why })
  }
  return { made, troubles }
}

/** Why no copy was made; null when it was. */
async function exportPdf(store: Store, folder: string, sha256: string): Promise<string | null> {
  const pages = await store.wordsOfPages(sha256)
  if (pages.length === 0) return 'no words of its pages are kept: imr reread --words'
  try {
    const file = await store.openFile(sha256)
    const path = join(folder, `${sha256}.pdf`)
    const unfinished = `${path}.${process.pid}.part`
    try {
      const copy = await searchableCopy(file, { pages: pages.map(pageOfWords) })
      await pipeline(copy.stream(), createWriteStream(unfinished, { mode: 0o600 }))
      await rename(unfinished, path)
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    } finally {
      await file.release()
    }
    return null
  } catch (error) {
    if (error instanceof NotSearchable || error instanceof DocumentFailure) return error.message
    throw error
  }
}
