import { lstat, mkdir, readdir, realpath, rmdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

export const WORKING = 'working'
export const DONE = 'done'
export const FAILED = 'failed'

/** The folder cannot be watched. The message says why. */
export class WatchRefused extends Error {
  override readonly name = 'WatchRefused'
}

/** The real path of a folder that can be watched, with its three folders made. @throws {WatchRefused} */
export async function prepared(path: string): Promise<string> {
  const folder = await realpath(path).catch(() => {
    throw new WatchRefused(`there is no folder ${path}: make it first`)
  })
  if (!(await lstat(folder)).isDirectory()) throw new WatchRefused(`${path} is no folder`)
  for (const name of [WORKING, DONE, FAILED]) {
    await mkdir(join(folder, name), { recursive: true }).catch(() => {})
    const found = await lstat(join(folder, name)).catch(() => null)
    if (!found?.isDirectory())
      throw new WatchRefused(`${join(path, name)} is not a folder of its own: move it out of the way`)
  }
  return folder
}

/** @throws {WatchRefused} when one of two folders lies in the other. */
export async function refuseOverlap(folder: string, own: string): Promise<void> {
  const real = await realpath(own).catch(() => own)
  const within = (inner: string, outer: string) => `${inner}${sep}`.startsWith(`${outer}${sep}`)
  if (within(real, folder) || within(folder, real))
    throw new WatchRefused(`${folder} and ${own}, where imr keeps its own files, lie in each other: use another folder`)
}

/** Files and folders of systems, and of programs that hide them. */
const hidden = /^\.|^(thumbs\.db|desktop\.ini|\$recycle\.bin|system volume information)$/i
/** Writers use such names until a file is whole, and rename it then. */
const unfinished = /^~|(\.(part|partial|tmp|temp|crdownload|filepart|download)|~)$/i
const document = /\.(pdf|tiff?|png|jpe?g|zip)$/i

export type Found = {
  /** Under the folder. */
  readonly path: string
  /** `file`: to be taken. `unfinished`: its name says that it is not whole, or it is hidden. `odd`: a link or a device. */
  readonly kind: 'file' | 'unfinished' | 'link' | 'device'
}

/** What lies in a watched folder to be taken, or to be told of. What systems hide is passed over without a word. */
export async function* dropped(root: string, under = ''): AsyncGenerator<Found> {
  for (const entry of await readdir(join(root, under), { withFileTypes: true }).catch(() => [])) {
    const { name } = entry
    const path = join(under, name)
    if (under === '' && [WORKING, DONE, FAILED].includes(name)) continue
    if (hidden.test(name)) {
      if (entry.isFile() && document.test(name)) yield { path, kind: 'unfinished' }
    } else if (unfinished.test(name)) yield { path, kind: 'unfinished' }
    else if (entry.isDirectory()) yield* dropped(root, path)
    else yield { path, kind: entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'device' }
  }
}

/** All files below a folder, whatever their names, by path under it. */
export async function* filesBelow(root: string, under = ''): AsyncGenerator<string> {
  for (const entry of await readdir(join(root, under), { withFileTypes: true }).catch(() => [])) {
    const path = join(under, entry.name)
    if (entry.isDirectory()) yield* filesBelow(root, path)
    else if (entry.isFile()) yield path
  }
}

/** Removes empty folders upwards, as far as `stop`, which stays. */
export async function removeEmpty(path: string, stop: string): Promise<void> {
  for (let at = path; at !== stop && at.startsWith(stop); at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}
