import type { Readable } from 'node:stream'
import { searchableCopy } from '../extract/index.ts'
import { limitTo } from '../extract/ocr/limit.ts'
import type { Page } from '../model/index.ts'
import type { Store } from '../store/index.ts'

/** Copies made at once, each in a process of its own. */
const AT_ONCE = 1

/** Makes a searchable copy, to be streamed. @throws {NotSearchable} {DocumentFailure} {StoreUnavailable} */
export type SearchableCopies = (sha256: string, pages: readonly Page[]) => Promise<Readable>

export function searchableCopies(store: Pick<Store, 'openFile'>): SearchableCopies {
  const inTurn = limitTo(AT_ONCE)
  return (sha256, pages) =>
    inTurn(async () => {
      const file = await store.openFile(sha256)
      try {
        const bytes = (await searchableCopy(file, { pages })).stream()
        bytes.once('close', () => void file.release())
        return bytes
      } catch (error) {
        await file.release()
        throw error
      }
    })
}
