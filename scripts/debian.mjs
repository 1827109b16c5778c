// The Debian packages that tests use. Plain Node: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** By the command that shows that a package is there. Tests start servers of their own: a package's service is in nobody's use. */
const packages = [
  { package: 'tesseract-ocr', command: 'tesseract', why: 'the native OCR engine', service: null },
  { package: 'chromium', command: 'chromium', why: 'the review page in a browser', service: null },
  { package: 'redis-server', command: 'redis-server', why: 'the queue', service: 'redis-server' },
  { package: 'postgresql', command: 'initdb', why: 'the PostgreSQL store', service: 'postgresql' },
]

/**
 * Installs packages ($2, after services, $1) and leaves no service behind: policy-rc.d (Debian Policy 9.3.3) refuses to start any while they
 * are installed, and those of packages that were not there before are not started with the machine either. A policy that
 * is there already stays; ours goes, however this ends.
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
services=$1
shift
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod 755 "$policy" || exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install -y --no-install-recommends "$@" || exit
for service in $services; do
  update-rc.d "$service" disable || echo "imr: $service could not be kept from starting with the machine: sudo systemctl disable $service" >&2
done
`

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

/** Installs those that lack, where it may; says which tests are skipped where it may not, or `IMR_TEST_INSTALL=0` forbids it. */
export function debianPackages(say) {
  const lacking = packages.filter((d) => !onPath(d.command))
  if (lacking.length === 0) return
  const names = lacking.map((d) => d.package)
  const what = lacking.map((d) => `${d.package} (${d.why})`).join(', ')
  const services = lacking.flatMap((d) => d.service ?? [])
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const may = () => onPath('apt-get') && (sudo.length === 0 || spawnSync('sudo', ['-n', 'true']).status === 0)
  if (process.env.IMR_TEST_INSTALL === '0') say('IMR_TEST_INSTALL=0: nothing is installed')
  else if (may()) {
    const still = services.length > 0 ? `; no service of theirs is started, now or with the machine` : ''
    say(`installing Debian packages for the tests: ${what}${still} (IMR_TEST_INSTALL=0 npm test: without) …`)
    const [command, ...args] = [...sudo, 'sh', '-c', INSTALL, 'sh', services.join(' '), ...names]
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
    if (status === 0) {
      for (const line of stderr.split('\n').filter((l) => l.startsWith('imr: '))) say(line.slice('imr: '.length))
      return
    }
    say(`apt-get could not install them: ${(stderr || error?.message || '').trim().split('\n').at(-1)}`)
  }
  say(`the tests of ${what} will be skipped. To run them: sudo apt-get install ${names.join(' ')}`)
}
