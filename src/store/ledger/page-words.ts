import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Transaction } from 'kysely'
import { type Page, type PageWords, pageWordsOf } from '../../model/index.ts'
import type { KeptPages } from '../page-words.ts'
import { patiently, transact } from '../sql/database.ts'
import type { PagesTable, Tables } from '../sql/schema.ts'
import type { Ledger } from './context.ts'

const [pack, unpack] = [promisify(gzip), promisify(gunzip)]

/** Rows a statement: some kilobytes each. */
const ROWS = 50

/** Pages ready to be written. */
export type PackedPages = readonly Omit<PagesTable, 'sha256'>[]

/**
 * Packed before the transaction that writes them begins: a long document's words take longer than others should wait. A page of a letter has 4 kB
 * then, of 25 kB as JSON text, and is sent as it lies there.
 */
export async function packedPages(pages: readonly Page[]): Promise<PackedPages> {
  const packed: PackedPages[number][] = []
  for (const page of pages)
    packed.push({
      page: page.number,
      rotation: page.rotation,
      words: await pack(JSON.stringify(pageWordsOf(page)), { level: 6 }),
    })
  return packed
}

/** Puts what was read of a document's pages in the place of what was kept before. */
export async function replacePages(tx: Transaction<Tables>, sha256: string, pages: PackedPages): Promise<void> {
  await tx.deleteFrom('pages').where('sha256', '=', sha256).execute()
  for (let at = 0; at < pages.length; at += ROWS)
    await tx
      .insertInto('pages')
      .values(pages.slice(at, at + ROWS).map((page) => ({ sha256, ...page })))
      .execute()
}

export function keptPages({ database, note }: Ledger): Omit<KeptPages, 'images'> {
  const db = database.kysely
  return {
    packedWords: (sha256, page) =>
      patiently(async () => {
        const found = await db
          .selectFrom('pages')
          .select('words')
          .where('sha256', '=', sha256)
          .where('page', '=', page)
          .executeTakeFirst()
        return found ? Buffer.from(found.words) : null
      }),

    async wordsOfPages(sha256, [first, last] = [1, LARGEST]) {
      const rows = await patiently(() =>
        db
          .selectFrom('pages')
          .select('words')
          .where('sha256', '=', sha256)
          .where('page', '>=', first)
          .where('page', '<=', last)
          .orderBy('page')
          .execute(),
      )
      const pages: PageWords[] = []
      for (const { words } of rows) pages.push(JSON.parse((await unpack(words)).toString('utf8')) as PageWords)
      return pages
    },

    noteDownload: (sha256, by) =>
      transact(database, async (tx) => {
        await note(tx, { actor: by, action: 'downloaded', subject: sha256 })
      }),

    turnsOfPages: (sha256, [first, last] = [1, LARGEST]) =>
      patiently(async () => {
        const rows = await db
          .selectFrom('pages')
          .select(['page', 'rotation'])
          .where('sha256', '=', sha256)
          .where('page', '>=', first)
          .where('page', '<=', last)
          .execute()
        return new Map(rows.map(({ page, rotation }) => [page, rotation]))
      }),
  }
}

/** The largest number that a column of whole numbers holds in PostgreSQL. */
const LARGEST = 2 ** 31 - 1
