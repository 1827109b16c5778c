import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Registry } from 'prom-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { failureCodes } from '../../src/model/index.ts'
import { workerMetrics } from '../../src/queue/index.ts'
import { ensureBuilt, imr } from '../fixtures/cli.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = (path: string) => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string, ending: string) => readdirSync(join(root, folder)).filter((f) => f.endsWith(ending))

type Service = {
  readonly image?: string
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly networks?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly stop_grace_period?: string
  readonly deploy?: { readonly replicas: string }
}
type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const compose = parse(text('compose.yaml'), { merge: true }) as Compose
const services = Object.entries(compose.services)
const service = (name: string): Service => {
  const found = compose.services[name]
  if (!found) throw new Error(`compose.yaml has no service ${name}`)
  return found
}
const ours = services.filter(([, s]) => s.image?.startsWith('imr-intake'))
const units = filesIn('deploy', '.service').map((name) => [name, text(`deploy/${name}`)] as const)
const setting = (unit: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

/** Long options of a subcommand, as its help lists them. */
async function optionsOf(command: string): Promise<readonly string[]> {
  const help = await imr([command, '--help'])
  if (help.code !== 0) throw new Error(`imr ${command} --help ended with ${help.code}`)
  return [...help.stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((m) => m[1] ?? '')
}

/** Names of metrics that the product's code gives, whoever serves them. */
function ourMetrics(): ReadonlySet<string> {
  const registry = new Registry()
  workerMetrics(registry)
  const ofWorkers = registry.getMetricsAsArray().map((m) => m.name)
  const ofServer = [...text('src/http/metrics.ts').matchAll(/gauge\('(imr_\w+)'/g)].map((m) => m[1] ?? '')
  return new Set([...ofWorkers, ...ofServer].filter((name) => name.startsWith('imr_')))
}

/** Environment variables that the sources read. */
function ourVariables(): readonly string[] {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))
  const found = sources.flatMap((f) => {
    const source = text(join('src', f))
    return [
      ...source.matchAll(/process\.env\.([A-Z]\w+)/g),
      ...source.matchAll(/\.env\('([A-Z]\w+)'\)/g),
      ...[...source.matchAll(/const \{([^}]*)\} = process\.env/g)].flatMap((m) => [
        ...(m[1] ?? '').matchAll(/\b([A-Z][A-Z0-9_]+)\b(?=\s*[:,}]|\s*$)/g),
      ]),
    ].map((m) => m[1] ?? '')
  })
  // Those of Node.js and of terminals are explained elsewhere.
  return [...new Set(found)].filter((name) => name !== 'NO_COLOR' && !name.startsWith('NODE_')).sort()
}

beforeAll(() => ensureBuilt(), 300_000)

describe('compose.yaml', () => {
  it('starts a server, workers, Redis and PostgreSQL', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['postgres', 'redis', 'serve', 'worker'])
    expect(service('worker').deploy?.replicas).toContain('IMR_WORKERS')
  })

  it('pins every image to a full version, ours to that of the product', () => {
    for (const [name, { image = '' }] of services) expect(`${name} ${image}`).toMatch(/:\d+\.\d+(\.\d+)?(-\w+)?$/)
    const { version } = JSON.parse(text('package.json')) as { version: string }
    for (const [, { image }] of ours) expect(image).toBe(`imr-intake:${version}`)
  })

  it('watches the health of every service, and starts ours when the servers are healthy', () => {
    for (const [name, { healthcheck }] of services) expect([name, healthcheck?.test[0]]).toEqual([name, 'CMD'])
    expect(ours).toHaveLength(2)
    for (const [, { depends_on }] of ours)
      expect(depends_on).toEqual({
        redis: { condition: 'service_healthy' },
        postgres: { condition: 'service_healthy' },
      })
  })

  it('holds no secret: each is demanded from .env, which git ignores', () => {
    const secrets = /^\s*(\w*(?:PASSWORD|TOKEN|SECRET)\w*): (.*)$/gm
    const found = [...text('compose.yaml').matchAll(secrets)]
    expect(found.length).toBeGreaterThanOrEqual(3)
    for (const [, name, value] of found) expect(`${name} ${value}`).toMatch(/^\w+ \$\{\w+:\?.+\}$/)
    const urls = [...text('compose.yaml').matchAll(/:\/\/[^\s:@/]+:([^@\s]+)@/g)].map((m) => m[1] ?? '')
    for (const password of urls) expect(password).toMatch(/^\$\{/)
    expect(text('.gitignore').split('\n')).toContain('.env')
  })

  it('finds every variable that it demands in .env.example, where no secret has a value', () => {
    const example = new Map([...text('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map((m) => [m[1] ?? '', m[2] ?? '']))
    const wanted = [...text('compose.yaml').matchAll(/\$\{(\w+)/g)].map((m) => m[1] ?? '')
    expect([...example.keys()].sort()).toEqual([...new Set(wanted)].sort())
    for (const [name, value] of example) if (/PASSWORD|TOKEN/.test(name)) expect([name, value]).toEqual([name, ''])
  })

  it('runs commands and options that imr has', async () => {
    const commands = (await imr(['--help'])).stdout
    for (const [, { command }] of ours) {
      const [name = '', ...rest] = command
      expect(commands).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
      const known = await optionsOf(name)
      for (const option of rest.filter((w) => w.startsWith('--'))) expect(known).toContain(option)
    }
  })

  it('keeps Redis durable and never lets it drop a job', () => {
    const redis = service('redis').command.join(' ')
    expect(redis).toContain('--appendonly yes')
    expect(redis).toContain('--appendfsync everysec')
    expect(redis).toContain('--maxmemory-policy noeviction')
  })

  it('lets nothing but the server be reached from outside, and the workers reach nothing outside', () => {
    expect(compose.networks.inside?.internal).toBe(true)
    for (const [name, { ports, networks }] of services) {
      if (name === 'serve') expect(ports?.join()).toContain('127.0.0.1:8080')
      else expect([name, ports, networks]).toEqual([name, undefined, ['inside']])
    }
  })

  it('keeps in volumes that are declared what must outlive a container', () => {
    for (const [name, { volumes }] of services) {
      expect([name, volumes?.length]).toEqual([name, 1])
      expect(Object.keys(compose.volumes)).toContain(volumes?.[0]?.split(':')[0])
    }
  })
})

describe('the Dockerfile', () => {
  const dockerfile = text('Dockerfile')
  const steps = dockerfile.replace(/\\\n/g, ' ').split('\n')

  it('copies only what is there, and what .dockerignore lets through', () => {
    const let_through = new Set([...text('.dockerignore').matchAll(/^!(.+)$/gm)].map((m) => m[1]))
    const copied = steps
      .filter((s) => s.startsWith('COPY ') && !s.includes('--from'))
      .flatMap((s) => s.split(/\s+/).slice(1, -1))
      .map((s) => s.replace(/^\.\//, ''))
    expect(copied.length).toBeGreaterThan(5)
    for (const path of copied) {
      expect(let_through).toContain(path)
      expect(readdirSync(root)).toContain(path)
    }
  })

  it('builds from the lock on a pinned base, and ends as a user other than root', () => {
    const bases = steps.filter((s) => s.startsWith('FROM ')).map((s) => s.split(/\s+/)[1] ?? '')
    expect(bases).toHaveLength(2)
    for (const base of bases) expect(base).toMatch(/^node:22\.\d+\.\d+-bookworm-slim$/)
    expect(dockerfile).toContain('npm ci')
    expect(steps.filter((s) => s.startsWith('USER '))).toEqual(['USER imr'])
    expect(steps.some((s) => s.startsWith('HEALTHCHECK'))).toBe(true)
    expect(dockerfile).toContain('tesseract-ocr')
  })
})

describe('the systemd units', () => {
  it('run commands and options that imr has, as a user other than root', async () => {
    expect(units).toHaveLength(2)
    for (const [, unit] of units) {
      const [, command = '', options = ''] = /main\.js (\w+) (.*)$/m.exec(setting(unit, 'ExecStart')) ?? []
      const known = await optionsOf(command)
      for (const [option] of options.matchAll(/--[\w-]+/g)) expect(known).toContain(option)
      expect(setting(unit, 'User')).toBe('imr')
      for (const shut of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes', 'UMask=0077'])
        expect(unit).toContain(shut)
    }
  })

  it('give a worker the time that it takes to end in good order', () => {
    const worker = text('deploy/imr-worker@.service')
    const grace = Number(/--grace (\d+)/.exec(worker)?.[1])
    expect(Number(setting(worker, 'TimeoutStopSec'))).toBeGreaterThanOrEqual(grace + 10)
    expect(Number.parseInt(service('worker').stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(grace + 10)
    // A signal to the OCR processes as well would cut short what the worker wants to end.
    expect(setting(worker, 'KillMode')).toBe('mixed')
  })

  const verify = spawnSync('systemd-analyze', ['--version']).status === 0
  it.skipIf(!verify).each(units.map(([name]) => name))('are understood by systemd (%s)', (name) => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', `deploy/${name}`], {
      cwd: root,
      encoding: 'utf8',
    })
    const complaints = stderr.split('\n').filter((line) => line.includes(name.replace(/@?\.service$/, '')))
    expect({ status, complaints }).toEqual({ status: 0, complaints: [] })
  })
})

describe('the alarms', () => {
  type Rule = { readonly alert: string; readonly expr: string }
  const { groups } = parse(text('deploy/alerts.yaml')) as { groups: readonly { readonly rules: readonly Rule[] }[] }
  const rules = groups.flatMap((g) => g.rules)

  it('ask for metrics that are there, and for causes that a failure may have', () => {
    const metrics = ourMetrics()
    expect(metrics.size).toBeGreaterThan(15)
    for (const { alert, expr } of rules) {
      const asked = expr.match(/\bimr_\w+/g) ?? []
      expect([alert, asked.filter((m) => !metrics.has(m))]).toEqual([alert, []])
      for (const [, cause = ''] of expr.matchAll(/cause="(\w[\w-]*)"/g)) expect(failureCodes).toContain(cause)
    }
  })

  it('are each explained in docs/operations.md', () => {
    const manual = text('docs/operations.md')
    expect(rules.length).toBeGreaterThan(10)
    expect(rules.filter(({ alert }) => !manual.includes(`**${alert}**`))).toEqual([])
  })
})

describe('docs/operations.md', () => {
  const manual = text('docs/operations.md')
  const unexplained = (names: readonly string[]) => names.filter((name) => !manual.includes(`\`${name}\``))

  it('explains every environment variable that the product reads', () => {
    const variables = ourVariables()
    expect(variables).toEqual(expect.arrayContaining(['DATABASE_URL', 'IMR_DATA', 'IMR_FILES', 'REDIS_URL']))
    expect(unexplained(variables)).toEqual([])
  })

  it('explains every metric', () => {
    expect(unexplained([...ourMetrics()])).toEqual([])
  })

  it('explains every cause of a failure', () => {
    expect(unexplained(failureCodes)).toEqual([])
  })

  it('uses commands and options that imr has', async () => {
    const commands = (await imr(['--help'])).stdout
    const used = [...manual.matchAll(/(?:^|[\s`])(?:\.\/)?imr ((?!-)[a-z]+)([^`\n|]*)/gm)]
    const known = new Map<string, readonly string[]>()
    let options = 0
    for (const [line, command = '', rest = ''] of used) {
      if (!new RegExp(`^  ${command}\\b`, 'm').test(commands)) continue
      if (!known.has(command)) known.set(command, await optionsOf(command))
      const sub = command === 'schedule' ? (await imr(['schedule', 'set', '--help'])).stdout : ''
      for (const [option] of rest.matchAll(/--[a-z][\w-]*/g)) {
        options++
        expect(`${line}: ${[...(known.get(command) ?? []), sub].join(' ')}`).toContain(option)
      }
    }
    expect(options).toBeGreaterThan(5)
  })
})
