import { link, lstat, mkdir, open, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join, parse, sep } from 'node:path'
import { copyAcross } from './copy-across.ts'

/** Bytes of a name: what Linux, macOS and Windows file systems take. */
const NAME_BYTES = 255
/** What some take that encrypt names (eCryptfs). */
const SHORT_NAME_BYTES = 143
/** Room for ` (999)` and `.reason.txt` behind a name. */
const ROOM = 20

export type Moved = {
  readonly to: string
  /** It was copied to another disk: who still had the file open writes to nothing that is kept. */
  readonly isCopy: boolean
}

/**
 * Moves a file to `folder/path`, or to `name (2)`, `name (3)` … where that is taken; to another disk, too. Tells where it lies
 * then; null when it is no longer there. A link on the way is never entered: the folder gets a number, too.
 * @throws what keeps it from being moved: no permission, a full disk. The file is where it was then.
 */
export async function moveWithoutOverwriting(from: string, folder: string, path: string): Promise<Moved | null> {
  try {
    return await moveNamed(from, folder, path, NAME_BYTES)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENAMETOOLONG') throw error
    return await moveNamed(from, folder, path, SHORT_NAME_BYTES)
  }
}

async function moveNamed(from: string, folder: string, path: string, nameBytes: number): Promise<Moved | null> {
  const home = await ownFolder(folder, dirname(path), nameBytes)
  try {
    return await freeName(from, home, parse(path), nameBytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    const copy = await copyAcross(from, home)
    if (copy === null) return null
    const moved = await copy.keep((at) => freeName(at, home, parse(path), nameBytes))
    return moved && { ...moved, isCopy: true }
  }
}

async function freeName(
  from: string,
  home: string,
  { name, ext }: { readonly name: string; readonly ext: string },
  nameBytes: number,
): Promise<Moved | null> {
  // What stands behind a dot may be long, too, and is none of a kind of file then.
  const [stem, kind] = Buffer.byteLength(ext) > ROOM ? [`${name}${ext}`, ''] : [name, ext]
  const short = shortened(stem, nameBytes - ROOM - Buffer.byteLength(kind))
  for (let n = 1; ; n++) {
    const to = join(home, `${short}${numbered(n)}${kind}`)
    const moved = await moveTo(from, to)
    if (moved === 'moved') return { to, isCopy: false }
    if (moved === 'gone') return null
  }
}

/** Writes `NAME.reason.txt` beside a file, or `NAME.reason (2).txt` where that is taken. */
export async function writeBeside(path: string, reasons: readonly string[]): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      return await writeFile(`${path}.reason${numbered(n)}.txt`, `${reasons.join('\n')}\n`, { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const numbered = (n: number) => (n === 1 ? '' : ` (${n})`)

/** A name of at most that many bytes, cut between characters. */
function shortened(name: string, bytes: number): string {
  let short = ''
  for (const character of name) {
    if (Buffer.byteLength(short + character) > bytes) break
    short += character
  }
  return short
}

/** Makes the folders of `path` below `folder`, each a folder of its own. */
async function ownFolder(folder: string, path: string, nameBytes: number): Promise<string> {
  let home = folder
  for (const part of path.split(sep).filter((p) => p !== '' && p !== '.'))
    home = await ownPlace(home, shortened(part, nameBytes - ROOM))
  return home
}

async function ownPlace(home: string, part: string): Promise<string> {
  for (let n = 1; ; n++) {
    const at = join(home, `${part}${numbered(n)}`)
    try {
      await mkdir(at)
      return at
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if ((await lstat(at)).isDirectory()) return at
    }
  }
}

/** Gives a file a name when it is free. */
async function moveTo(from: string, to: string): Promise<'moved' | 'gone' | 'taken'> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return (await sameFile(from, to)) ? unlinked(from) : 'taken'
    if (code === 'ENOENT' && (await lstat(from).catch(() => null)) === null) return 'gone'
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    return moveWithoutLink(from, to)
  }
  return unlinked(from)
}

/** A move that was cut off between its two steps has left both names. */
async function sameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one), lstat(other)].map((found) => found.catch(() => null)))
  return a != null && b != null && a.ino === b.ino && a.dev === b.dev
}

async function unlinked(from: string): Promise<'moved'> {
  await unlink(from)
  return 'moved'
}

/** On a file system without hard links (SMB, exFAT) an empty file holds the name until the rename. */
async function moveWithoutLink(from: string, to: string): Promise<'moved' | 'taken'> {
  try {
    await (await open(to, 'wx')).close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'taken'
    throw error
  }
  await rename(from, to)
  return 'moved'
}
