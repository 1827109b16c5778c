import { readdir, stat } from 'node:fs/promises'
import { dirname, join, parse, relative } from 'node:path'
import { DONE, FAILED } from '../intake/watch/folder.ts'
import { sha256Of } from '../store/index.ts'

/**
 * Files outside of the store, on this machine, that hold a document's bytes still: where it came from, and where a watched folder
 * moved it. They are the user's own, and stay. An archive that brought it is told of where it lies there still.
 */
export async function leftBehind(sha256: string, sources: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const source of sources) {
    const [path = '', inArchive] = source.split('!/')
    // An upload came from no file.
    if (!path.startsWith('/')) continue
    for (const candidate of await candidates(path))
      if (inArchive === undefined ? await holds(candidate, sha256) : await isFile(candidate)) found.add(candidate)
  }
  return [...found]
}

/** The path itself, and what a watched folder may have made of it, whichever folder above it is the watched one. */
async function candidates(path: string): Promise<readonly string[]> {
  const found = [path]
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    for (const target of [DONE, FAILED]) {
      const { dir, name, ext } = parse(join(folder, target, relative(folder, path)))
      const names = await readdir(dir).catch(() => [])
      found.push(...names.filter((n) => isNumbered(n, name, ext)).map((n) => join(dir, n)))
    }
    if (folder === dirname(folder)) return found
  }
}

/** `name.ext`, or `name (2).ext` as it is called where the name was taken. */
function isNumbered(found: string, name: string, ext: string): boolean {
  if (!found.startsWith(name) || !found.endsWith(ext)) return false
  return /^(| \(\d+\))$/.test(found.slice(name.length, found.length - ext.length))
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  )

const holds = async (path: string, sha256: string): Promise<boolean> =>
  (await isFile(path)) && (await sha256Of(path).catch(() => null)) === sha256
