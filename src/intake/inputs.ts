import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DocumentFailure, fileFailure } from '../model/index.ts'

/** A file to be read, or a path that could not be looked at. */
export type Input = {
  readonly path: string
  readonly fileName: string
  readonly failure: DocumentFailure | null
}

export type Inputs = {
  readonly inputs: readonly Input[]
  /** Files in folders that are of no kind that is read, by path: said, not silently left out. */
  readonly passedOver: readonly string[]
}

/** Kinds of files that are taken out of folders. A file that is named itself is always tried. */
const documents = /\.(pdf|tiff?|png|jpe?g)$/i
const documentsAndArchives = /\.(pdf|tiff?|png|jpe?g|zip)$/i

/** `letter 2` comes before `letter 10`. */
const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' })

/**
 * The files that `paths` name: files as they are, folders with all that lies below them, in the order given and by name within a
 * folder. Hidden files and folders are left alone; a folder that can be reached twice (a link to a parent) is entered once.
 * A path that is missing or may not be read becomes an input with its failure, so that it is reported and the rest is done.
 */
export async function listInputs(
  paths: readonly string[],
  options: { readonly archives?: boolean } = {},
): Promise<Inputs> {
  const taken = options.archives ? documentsAndArchives : documents
  const inputs: Input[] = []
  const passedOver: string[] = []
  const entered = new Set<string>()
  for (const path of paths) await visit(resolve(path), true)
  return { inputs, passedOver }

  async function visit(path: string, named: boolean): Promise<void> {
    const fileName = basename(path)
    try {
      const found = await stat(path)
      if (found.isDirectory()) {
        const place = await realpath(path)
        if (entered.has(place)) return
        entered.add(place)
        const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort(natural.compare)
        for (const name of names) await visit(join(path, name), false)
      } else if (!named && !(found.isFile() && taken.test(fileName))) passedOver.push(path)
      else if (!found.isFile() && !found.isFIFO()) inputs.push({ path, fileName, failure: notAFile() })
      else inputs.push({ path, fileName, failure: null })
    } catch (error) {
      if (!named && !taken.test(fileName) && code(error) === 'ENOENT') passedOver.push(path)
      else inputs.push({ path, fileName, failure: fileFailure(error) })
    }
  }
}

/** A device may have no end. A pipe is as good as a file. */
const notAFile = () => new DocumentFailure('unsupported-type', 'this is a device or a socket, not a file')

const code = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** Whether a file-system error is about this very path, and not about the store's own files. */
export function isAbout(error: unknown, path: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return 'path' in error ? error.path === path : error.code === 'EISDIR' || error.code === 'EIO'
}
