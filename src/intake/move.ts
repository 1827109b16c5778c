import { link, lstat, mkdir, open, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname, join, parse, sep } from 'node:path'

/** Bytes of a name: what Linux, macOS and Windows file systems take. */
const NAME_BYTES = 255
/** Room for ` (999)` and `.reason.txt` behind a name. */
const ROOM = 20

/**
 * Moves a file to `folder/path`, or to `name (2)`, `name (3)` … where that is taken. Gives where it lies then; null when it is
 * no longer there. A link on the way is never entered: the folder gets a number, too.
 * @throws what keeps it from being moved: no permission, a full disk.
 */
export async function moveWithoutOverwriting(from: string, folder: string, path: string): Promise<string | null> {
  const home = await ownFolder(folder, dirname(path))
  const { name, ext } = parse(path)
  const stem = shortened(name, NAME_BYTES - ROOM - Buffer.byteLength(ext))
  for (let n = 1; ; n++) {
    const to = join(home, `${stem}${numbered(n)}${ext}`)
    const moved = await moveTo(from, to)
    if (moved === 'moved') return to
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
async function ownFolder(folder: string, path: string): Promise<string> {
  let home = folder
  for (const part of path.split(sep).filter((p) => p !== '' && p !== '.')) home = await ownPlace(home, part)
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
