// Makes a checkout ready: packages installed, code built and, for the tests, the Debian packages that they need.
// Does nothing, in a few milliseconds, when everything is there. Plain Node: it runs before anything is installed.
//   node scripts/ensure.mjs run     what `./imr` needs; prints the program to be run
//   node scripts/ensure.mjs test    what `npm test` needs
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { digestOf, INSTALLED, isInstalled, LOCK, root, signatureOf, sources } from './checkout.mjs'
import { debianPackages } from './debian.mjs'
import { processesFrom } from './running.mjs'

const say = (text) => process.stderr.write(`imr: ${text}\n`)

/** Builds for `./imr`, each in a folder that never changes once it is there: a worker that runs from one goes on with it. */
const builds = join(root, '.imr-builds')
/** What was found the last time, by sizes and times of the files it depends on. */
const notes = join(builds, 'notes.json')
/** So many builds that nobody runs from are kept besides the newest. */
const SPARE = 2

class Unready extends Error {}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Unready(`Node.js ${process.versions.node} is too old. Install Node.js 20.19 or newer and run this again.`)
  }
}

function noted() {
  try {
    return JSON.parse(readFileSync(notes, 'utf8'))
  } catch {
    return {}
  }
}

function note(what) {
  try {
    mkdirSync(builds, { recursive: true })
    const fresh = `${notes}.${process.pid}`
    writeFileSync(fresh, JSON.stringify({ ...noted(), ...what }))
    renameSync(fresh, notes)
  } catch {
    // A checkout that may not be written to is looked through each time.
  }
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
      if (['EACCES', 'EROFS', 'EPERM'].includes(error.code))
        throw new Unready(
          `this checkout has to be set up, and may not be written to: run \`${join(root, 'imr')} --version\` once as its owner.`,
        )
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
  const signature = signatureOf([LOCK, INSTALLED])
  if (noted().packages === signature) return
  if (!isInstalled()) alone(install)
  note({ packages: signatureOf([LOCK, INSTALLED]) })
}

function install() {
  if (isInstalled()) return
  const modules = join(root, 'node_modules')
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Unready(
      `${modules} is a link, and what it leads to is not what package-lock.json says: install it there (npm ci), or remove the link.`,
    )
  // npm removes every package before it puts the new ones in place.
  const running = processesFrom([builds, join(root, 'dist')])
  if (running.length > 0)
    throw new Unready(
      `packages have to be installed anew, and a program still runs from this checkout (process ${running.join(', ')}): end it first, then run this again. To change versions without a stop, put each version into a folder of its own.`,
    )
  say('installing packages (first run or changed versions; about a minute) …')
  // No package runs a program of its own while it is installed: what has one works without.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    env: cleanEnvironment(),
  })
  if (npm.status !== 0)
    throw new Unready(
      `npm could not install the packages:\n${firstLines(npm.stderr || npm.error?.message)}\nCheck the network or the npm registry setting and run this again.`,
    )
}

const firstLines = (text = '') => text.trim().split('\n').slice(0, 6).join('\n')

/** npm sets npm_* and NODE_ENV for its scripts; an install started from one of them must not inherit `production`. */
function cleanEnvironment() {
  const { NODE_ENV, npm_config_omit, npm_config_production, ...rest } = process.env
  return rest
}

/** Gives the program to be run. */
async function built() {
  const files = sources()
  const signature = signatureOf(files)
  const before = noted()
  if (before.sources === signature && existsSync(mainOf(before.build))) return mainOf(before.build)
  const build = digestOf(files)
  if (!existsSync(mainOf(build))) {
    const { putBuild } = await import('./build.mjs')
    alone(() => {
      if (existsSync(mainOf(build))) return
      say('building …')
      const fresh = join(builds, `${build}.${process.pid}`)
      try {
        putBuild(join(fresh, 'dist'), build)
        renameSync(fresh, join(builds, build))
      } finally {
        rmSync(fresh, { recursive: true, force: true })
      }
      tidy(build)
    })
  }
  note({ sources: signature, build })
  return mainOf(build)
}

const mainOf = (build) => join(builds, `${build}`, 'dist', 'src', 'cli', 'main.js')

/** Old builds go, unless a program still runs from them; a few stay for programs that are just being started. */
function tidy(newest) {
  const age = (name) => statSync(join(builds, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const others = readdirSync(builds, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== newest)
    .map((entry) => entry.name)
    .sort((a, b) => age(b) - age(a))
  for (const name of others.slice(SPARE))
    if (processesFrom([join(builds, name)]).length === 0) rmSync(join(builds, name), { recursive: true, force: true })
}

try {
  requireNode()
  packages()
  const main = await built()
  if (process.argv[2] === 'test') debianPackages(say)
  else process.stdout.write(`${main}\n`)
} catch (error) {
  say(error instanceof Unready || error instanceof Error ? error.message : String(error))
  process.exit(1)
}
