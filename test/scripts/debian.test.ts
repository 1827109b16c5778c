import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../fixtures/folder.ts'

const script = new URL('../../scripts/debian.mjs', import.meta.url).href
const READY = `import { debianPackages } from '${script}'; debianPackages((text) => console.log(text))`
const POLICY = '/usr/sbin/policy-rc.d'

/** A copy of /usr/sbin and an empty /usr/lib/postgresql that are gone with the process: only root may make them. */
const IN_A_COPY = `
mount -t tmpfs none "$1" && mkdir "$1/upper" "$1/work" "$1/none"
mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$1/upper,workdir=$1/work" overlay /usr/sbin
[ ! -d /usr/lib/postgresql ] || mount --bind "$1/none" /usr/lib/postgresql
shift
exec "$@"
`
const canCopy =
  process.getuid?.() === 0 &&
  existsSync('/usr/sbin/invoke-rc.d') &&
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0

/** Programs of a machine that has neither Redis nor PostgreSQL, whose packages start their services as Debian's do: by invoke-rc.d. */
async function aMachine() {
  const folder = await testFolder()
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  for (const name of ['sh', 'chmod', 'rm', 'cat']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
    symlinkSync(found, join(programs, name))
  }
  const log = join(folder, 'log')
  const put = (name: string, text: string) => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(programs, name), 0o755)
  }
  put('tesseract', 'exit 0')
  put('chromium', 'exit 0')
  // What Debian's postinst does with a service, and what comes of it: 101, forbidden by policy.
  put(
    'apt-get',
    `echo "apt-get $*" >>${log}; [ "$2" = install ] || exit 0; ${POLICY} redis-server start; echo "start: $?" >>${log}; exit \${FAILS:-0}`,
  )
  put('update-rc.d', `echo "update-rc.d $*" >>${log}`)
  const logged = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
  const ready = (env: Readonly<Record<string, string>> = {}, before = 'true') => {
    mkdirSync(join(folder, 'copy'), { recursive: true })
    const shell = `${before}; '${process.execPath}' --input-type=module -e "$0"; test -e ${POLICY} && echo 'a policy stays'; true`
    return spawnSync(
      'unshare',
      [
        '--mount',
        '/bin/sh',
        '-c',
        IN_A_COPY,
        'sh',
        join(folder, 'copy'),
        '/bin/sh',
        '-c',
        `export PATH='${programs}'; ${shell}`,
        READY,
      ],
      { encoding: 'utf8', env: { ...process.env, ...env } },
    )
  }
  return { ready, logged }
}

describe.skipIf(!canCopy)('npm test on a machine without Redis and PostgreSQL', () => {
  it('installs them, starts no service and lets none be started with the machine, and leaves no policy', async () => {
    const { ready, logged } = await aMachine()
    const { stdout, stderr } = ready({}, `/bin/rm -f ${POLICY}`)
    expect(stderr).toBe('')
    expect(logged()).toEqual([
      'apt-get -q update',
      'apt-get -q install -y --no-install-recommends redis-server postgresql',
      'start: 101',
      'update-rc.d redis-server disable',
      'update-rc.d postgresql disable',
    ])
    expect(stdout).toContain('no service of theirs is started, now or with the machine')
    expect(stdout).not.toContain('a policy stays')
  })

  it('leaves a policy that is there as it is', async () => {
    const { ready, logged } = await aMachine()
    const { stdout } = ready({}, `printf '#!/bin/sh\\nexit 104\\n' >${POLICY}; /bin/chmod 755 ${POLICY}`)
    expect(logged()).toContain('start: 104')
    expect(stdout).toContain('a policy stays')
  })

  it('says what is skipped when they cannot be installed, and leaves no policy', async () => {
    const { ready, logged } = await aMachine()
    const { stdout } = ready({ FAILS: '100' }, `/bin/rm -f ${POLICY}`)
    expect(logged().at(-1)).toBe('start: 101')
    expect(stdout).toContain('apt-get could not install them')
    expect(stdout).toContain('will be skipped. To run them: sudo apt-get install redis-server postgresql')
    expect(stdout).not.toContain('a policy stays')
  })

  it('installs nothing where IMR_TEST_INSTALL=0 forbids it, and says what lacks', async () => {
    const { ready, logged } = await aMachine()
    const { stdout } = ready({ IMR_TEST_INSTALL: '0' })
    expect(logged()).toEqual([])
    expect(stdout).toContain('IMR_TEST_INSTALL=0: nothing is installed')
    expect(stdout).toContain('the tests of redis-server (the queue), postgresql (the PostgreSQL store) will be skipped')
  })
})

describe('packages', () => {
  // They work without: esbuild only looks whether its program fits, msgpackr-extract brings a built one, tesseract.js asks for money.
  it('that would run programs of their own when they are installed are these alone; they are installed without', () => {
    const lock = JSON.parse(readFileSync(fileURLToPath(new URL('../../package-lock.json', import.meta.url)), 'utf8'))
    const found = Object.entries(lock.packages as Record<string, { hasInstallScript?: boolean }>)
    const names = found.filter(([, p]) => p.hasInstallScript).map(([path]) => path.replace(/^.*node_modules\//, ''))
    expect(names).toEqual(['esbuild', 'msgpackr-extract', 'tesseract.js'])
    const ensure = readFileSync(fileURLToPath(new URL('../../scripts/ensure.mjs', import.meta.url)), 'utf8')
    expect(ensure).toContain("['ci', '--ignore-scripts',")
  })
})
