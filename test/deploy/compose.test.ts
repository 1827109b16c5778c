import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt } from '../fixtures/cli.ts'
import { faultsOfServices } from './rules.ts'
import { compose, composeOf, helpOf, optionsOf, ourVariables, root, service, text } from './set-up.ts'

const services = Object.entries(compose.services)
const ours = services.filter(([, s]) => s.image?.startsWith('imr-intake'))

beforeAll(() => ensureBuilt(), 300_000)

describe('compose.yaml', () => {
  it('starts a server, workers, Redis and PostgreSQL', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['postgres', 'redis', 'serve', 'worker'])
    expect(service('worker').deploy?.replicas).toContain('IMR_WORKERS')
  })

  it('names ours by the version of the product', () => {
    const { version } = JSON.parse(text('package.json')) as { version: string }
    for (const [, { image }] of ours) expect(image).toBe(`imr-intake:${version}`)
  })

  it('shuts every service off from what it does not need', () => {
    expect(faultsOfServices(compose)).toEqual([])
  })

  it.each([
    ['  read_only: true\n', '', 'writes to its image'],
    ['  cap_drop: [ALL]\n', '  cap_drop: [NET_RAW]\n', 'keeps powers'],
    ['  read_only: true\n', '  read_only: true\n  cap_add: [CHOWN]\n', 'keeps powers'],
    ["  security_opt: ['no-new-privileges:true']\n", '', 'may gain powers'],
    ['memory: 1g, ', '', 'has no limit on memory'],
    [', pids: 64', '', 'has no limit on processes'],
    ['      - redis:/data\n', '      - redis:/data\n      - files:/files\n', 'mounts more or less than it needs'],
    ['size=512m,', '', 'has a tmpfs without limit, or that runs programs'],
    [
      'mode=0700,uid=10001,gid=10001,noexec',
      'mode=0700,uid=10001,gid=10001',
      'has a tmpfs without limit, or that runs programs',
    ],
    ["    user: '999:999'\n    command", '    command', 'runs as root'],
    ['postgres:16.10-bookworm', 'postgres:16', 'is not of an exact version'],
  ])('would be found out: %j for %j', (line, other, fault) => {
    const yaml = text('compose.yaml')
    expect(yaml).toContain(line)
    const faults = faultsOfServices(composeOf(yaml.replace(line, other)))
    expect(faults.length).toBeGreaterThan(0)
    expect(new Set(faults.map((f) => f.slice(f.indexOf(': ') + 2)))).toEqual(new Set([fault]))
  })

  it('gives variables that the product knows, and leaves out none but those that have no use here', () => {
    const known = ourVariables()
    // Of the images, and of the check of health in compose.yaml and the Dockerfile itself.
    const others = [
      'IMR_HEALTH_URL',
      'REDISCLI_AUTH',
      'POSTGRES_USER',
      'POSTGRES_DB',
      'POSTGRES_PASSWORD',
      'POSTGRES_INITDB_ARGS',
    ]
    const given = services.flatMap(([, { environment = {} }]) => Object.keys(environment))
    expect(given.filter((name) => ![...known, ...others].includes(name))).toEqual([])
    const inImage = [...text('Dockerfile').matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) =>
      [...line.matchAll(/(\w+)=/g)].map((m) => m[1] ?? ''),
    )
    expect(inImage.filter((name) => ![...known, ...others, 'NODE_ENV', 'HOME'].includes(name))).toEqual([])
    const noUse = {
      AWS_ENDPOINT_URL: 'files lie in a volume',
      AWS_ENDPOINT_URL_S3: 'files lie in a volume',
      AWS_REGION: 'files lie in a volume',
      IMR_CONFINE: 'readers stay shut off',
      IMR_DEBUG: 'for a person at a terminal',
      IMR_IMAGE_MEMORY: 'what it is without fits the limit on memory',
      IMR_QUEUE_PREFIX: 'the Redis is ours alone',
      IMR_TMP: 'the tmpfs /tmp',
      PATH: 'of the image',
      TESSDATA_PREFIX: 'of the image',
      TMPDIR: 'the tmpfs /tmp',
      XDG_CACHE_HOME: 'the tmpfs /data',
    }
    const lacking = known.filter((name) => ![...given, ...inImage].includes(name))
    expect(lacking.filter((name) => !(name in noUse))).toEqual([])
    expect(Object.keys(noUse).filter((name) => given.includes(name) || inImage.includes(name))).toEqual([])
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

  it('holds no secret: each comes from .env, which git ignores, and what must be there is demanded', () => {
    const secrets = /^\s*(\w*(?:PASSWORD|TOKEN|SECRET)\w*): (.*)$/gm
    const found = [...text('compose.yaml').matchAll(secrets)]
    expect(found.length).toBeGreaterThanOrEqual(3)
    for (const [, name, value] of found) expect(`${name} ${value}`).toMatch(/^\w+ \$\{\w+:(\?.+|-)\}$/)
    const urls = [...text('compose.yaml').matchAll(/:\/\/[^\s:@/]+:([^@\s]+)@/g)].map((m) => m[1] ?? '')
    for (const password of urls) expect(password).toMatch(/^\$\{/)
    expect(text('.gitignore').split('\n')).toContain('.env')
  })

  it('finds every variable that it demands in .env.example, where no secret has a value', () => {
    const example = new Map([...text('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map((m) => [m[1] ?? '', m[2] ?? '']))
    const wanted = [...text('compose.yaml').matchAll(/\$\{(\w+)/g)].map((m) => m[1] ?? '')
    expect([...example.keys()].sort()).toEqual([...new Set(wanted)].sort())
    for (const [name, value] of example)
      if (/PASSWORD|TOKEN|SECRET/.test(name)) expect([name, value]).toEqual([name, ''])
  })

  it('runs commands and options that imr has', async () => {
    const commands = await helpOf('')
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
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((line) => line.split(':')[0] ?? ''))
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort())
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
    expect(bases).toEqual(['${NODE_IMAGE}', '${NODE_IMAGE}'])
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:22\.\d+\.\d+-bookworm-slim(@sha256:[0-9a-f]{64})?$/m)
    expect(dockerfile).toContain('npm ci --ignore-scripts')
    expect(dockerfile.match(/npm (?:ci|install|prune)(?![^\n]*--ignore-scripts)/g)).toBeNull()
    expect(steps.filter((s) => s.startsWith('USER '))).toEqual(['USER imr'])
    expect(steps.some((s) => s.startsWith('HEALTHCHECK'))).toBe(true)
    expect(dockerfile).toContain('tesseract-ocr')
  })
})
