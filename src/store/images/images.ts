import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BlobStore, KeptBytes } from '../blobs/blobs.ts'
import { ownedName, sweepOwned } from '../owned-files.ts'

/** Names one image of a page: which page, from 1; by how many degrees it was turned clockwise; `thumb`, `small` or `full`. */
export type ImageName = { readonly page: number; readonly turned: number; readonly size: string }

/** Images of pages, made once and kept on this machine: they can go at any time, and are then made again. */
export interface PageImages {
  /** null: it has to be made. */
  get(sha256: string, name: ImageName): Promise<Buffer | null>
  keep(sha256: string, name: ImageName, image: Uint8Array): Promise<void>
  /** Removes all images of a document. */
  remove(sha256: string): Promise<void>
  /** Documents that have images. */
  list(): AsyncIterable<KeptBytes>
}

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** Images of pages in a folder, `ab/abcdef…/1-0-small.webp`. It may be removed as a whole while it is used. */
export function folderOfImages(folder: string): PageImages {
  const incoming = join(folder, 'incoming')
  const homeOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256)
  const pathOf = (sha256: string, { page, turned, size }: ImageName) =>
    join(homeOf(sha256), `${page}-${turned}-${size}.webp`)
  let swept: Promise<void> | null = null
  return {
    get: (sha256, name) => readFile(pathOf(sha256, name)).catch(unlessGone),

    async keep(sha256, name, image) {
      swept ??= sweepOwned(incoming)
      await swept
      const [temporary, path] = [join(incoming, ownedName()), pathOf(sha256, name)]
      for (const needed of [incoming, dirname(path)]) await mkdir(needed, { recursive: true, mode: FOLDER_MODE })
      try {
        await writeFile(temporary, image, { mode: FILE_MODE })
        await rename(temporary, path)
      } finally {
        await rm(temporary, { force: true })
      }
    },

    remove: (sha256) => rm(homeOf(sha256), { recursive: true, force: true }),

    async *list() {
      for (const two of (await readdir(folder).catch(unlessGone)) ?? [])
        if (/^[0-9a-f]{2}$/.test(two))
          for (const sha256 of (await readdir(join(folder, two)).catch(unlessGone)) ?? []) {
            const found = await stat(join(folder, two, sha256)).catch(unlessGone)
            if (found) yield { sha256, since: found.mtime }
          }
    },
  }
}

/** Bytes whose images go with them; on a machine that shares them with others the images are copies, which are looked through as copies are. */
export function withImages(blobs: BlobStore, images: PageImages, isShared: boolean): BlobStore {
  const { copies } = blobs
  const remove: BlobStore['remove'] = async (sha256) => {
    await images.remove(sha256)
    return blobs.remove(sha256)
  }
  if (!copies && !isShared) return { ...blobs, remove }
  return {
    ...blobs,
    remove,
    copies: {
      async *list() {
        if (copies) yield* copies.list()
        yield* images.list()
      },
      async remove(sha256) {
        await images.remove(sha256)
        return (await copies?.remove(sha256)) ?? { versions: false }
      },
    },
  }
}

function unlessGone(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error
  return null
}
