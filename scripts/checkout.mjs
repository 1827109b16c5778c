// What a checkout holds, told without reading it where nothing changed. Plain Node: it runs before anything is installed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** What a build is made of: files, relative to the checkout. */
export function sources() {
  const made = ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length)),
  )
  return [
    ...made,
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'tsconfig.page.json',
    'scripts/build.mjs',
    'scripts/page.mjs',
  ].sort()
}

/** Sixteen hex digits of the sha256 of files' names and contents. */
export function digestOf(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}

/** Changes whenever one of the files does (and at times when none has): by sizes and times alone, no content is read. */
export function signatureOf(files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const found = statSync(join(root, file), { throwIfNoEntry: false })
    hash.update(`${file} ${found ? [found.size, found.mtimeMs, found.ctimeMs, found.ino].join(' ') : 'none'}\n`)
  }
  return hash.digest('hex').slice(0, 16)
}

export const LOCK = 'package-lock.json'
/** What npm writes last when it installs. */
export const INSTALLED = join('node_modules', '.package-lock.json')

/**
 * Whether the packages are installed as the lock says, by whoever installed them. What is optional may be missing: it is for other
 * machines. What is there besides does no harm.
 */
export function isInstalled() {
  if (!existsSync(join(root, INSTALLED))) return false
  const [locked, installed] = [LOCK, INSTALLED].map(
    (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages,
  )
  return Object.entries(locked).every(([path, { version, integrity, optional }]) => {
    const there = installed[path]
    if (path === '' || (!there && optional)) return true
    return there?.version === version && there.integrity === integrity
  })
}
