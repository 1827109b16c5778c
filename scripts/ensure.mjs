// Makes a checkout ready: packages installed, code built and, for the tests, the Debian packages that they need.
// Does nothing, in a few milliseconds, when everything is there. Plain Node: it runs before anything is installed.
//   node scripts/ensure.mjs run     what `./imr` needs
//   node scripts/ensure.mjs test    what `npm test` needs
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (text) => process.stderr.write(`imr: ${text}\n`)

/** Debian packages that tests use, by the command that shows that they are there. */
const debian = [
  { package: 'tesseract-ocr', command: 'tesseract', why: 'the native OCR engine' },
  { package: 'redis-server', command: 'redis-server', why: 'the queue' },
  { package: 'postgresql', command: 'initdb', why: 'the PostgreSQL store' },
]

class Unready extends Error {}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 10)) {
    throw new Unready(`Node.js ${process.versions.node} is too old. Install Node.js 20.10 or newer and run this again.`)
  }
}

function digestOf(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((e) => (e.isDirectory() ? sources(join(folder, e.name)) : [join(folder, e.name)]))
    .sort()
}

function stamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** One process at a time installs or builds; the others wait for it. A lock whose owner is gone is taken over. */
function alone(work) {
  const lock = join(root, '.imr-build.lock')
  const give = Date.now() + 10 * 60_000
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (ownerGone(lock)) rmSync(lock, { recursive: true, force: true })
      else if (Date.now() > give)
        throw new Unready(
          `another set-up has been running for ten minutes. If there is none, remove ${lock} and run this again.`,
        )
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid))
    return work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function ownerGone(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    if (error.code === 'EPERM') return false
    // The folder is made a moment before its pid is written.
    return (
      error.code === 'ESRCH' || Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5_000
    )
  }
}

function packages() {
  const wanted = digestOf(['package-lock.json'])
  const mark = join(root, 'node_modules', '.imr-lock')
  const current = () => stamp(mark) === wanted
  if (current()) return
  alone(() => {
    if (current()) return
    say('installing packages (first run or changed versions; about a minute) …')
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      encoding: 'utf8',
      env: cleanEnvironment(),
    })
    if (npm.status !== 0)
      throw new Unready(
        `npm could not install the packages:\n${firstLines(npm.stderr || npm.error?.message)}\nCheck the network or the npm registry setting and run this again.`,
      )
    writeFileSync(mark, wanted)
  })
}

const firstLines = (text = '') => text.trim().split('\n').slice(0, 6).join('\n')

/** npm sets npm_* and NODE_ENV for its scripts; an install started from one of them must not inherit `production`. */
function cleanEnvironment() {
  const { NODE_ENV, npm_config_omit, npm_config_production, ...rest } = process.env
  return rest
}

async function built() {
  const wanted = digestOf([
    ...sources('src'),
    ...sources('workers'),
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
  ])
  const mark = join(root, 'dist', '.stamp')
  if (stamp(mark) === wanted) return
  const { build } = await import('./build.mjs')
  alone(() => {
    if (stamp(mark) === wanted) return
    say('building …')
    build(wanted)
  })
}

/** Debian keeps PostgreSQL's server programs off the path, by version. */
function postgresFolders() {
  const home = '/usr/lib/postgresql'
  return existsSync(home) ? readdirSync(home).map((version) => join(home, version, 'bin')) : []
}

function onPath(command) {
  return [...(process.env.PATH ?? '').split(delimiter), ...postgresFolders()].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function debianPackages() {
  const lacking = debian.filter((d) => !onPath(d.command))
  if (lacking.length === 0) return
  const names = lacking.map((d) => d.package)
  const what = lacking.map((d) => `${d.package} (${d.why})`).join(', ')
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const may = onPath('apt-get') && (sudo.length === 0 || spawnSync('sudo', ['-n', 'true']).status === 0)
  if (may) {
    say(`installing Debian packages for the tests: ${what} …`)
    const apt = (...args) => {
      const [command, ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args]
      return spawnSync(command, rest, { encoding: 'utf8' })
    }
    apt('update')
    const install = apt('install', '-y', '--no-install-recommends', ...names)
    if (install.status === 0) return
    say(`apt-get could not install them: ${(install.stderr || install.error?.message || '').trim().split('\n').at(-1)}`)
  }
  say(`the tests of ${what} will be skipped. To run them: sudo apt-get install ${names.join(' ')}`)
}

try {
  requireNode()
  packages()
  await built()
  if (process.argv[2] === 'test') debianPackages()
} catch (error) {
  say(error instanceof Unready || error instanceof Error ? error.message : String(error))
  process.exit(1)
}
