import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { imr } from '../fixtures/cli.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const text = (path: string): string => readFileSync(join(root, path), 'utf8')

export type Service = {
  readonly image?: string
  readonly user?: string
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly networks?: readonly string[]
  readonly volumes?: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly stop_grace_period?: string
  readonly read_only?: boolean
  readonly privileged?: boolean
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly deploy?: {
    readonly replicas?: string
    readonly resources?: { readonly limits?: { readonly memory?: string; readonly pids?: number } }
  }
}
export type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

export const composeOf = (yaml: string): Compose => parse(yaml, { merge: true }) as Compose
export const compose = composeOf(text('compose.yaml'))
export function service(name: string): Service {
  const found = compose.services[name]
  if (!found) throw new Error(`compose.yaml has no service ${name}`)
  return found
}

export const units = readdirSync(join(root, 'deploy'))
  .filter((name) => name.endsWith('.service'))
  .map((name) => [name, text(`deploy/${name}`)] as const)
/** A unit's setting; the last one, as for systemd, where it is given twice. */
export const setting = (unit: string, name: string): string =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].at(-1)?.[1] ?? ''

const asked = new Map<string, Promise<string>>()

/** The help of a command (`schedule set`; none: of all), asked for once. */
export function helpOf(command: string): Promise<string> {
  const words = command.split(' ').filter(Boolean)
  const help =
    asked.get(command) ??
    imr([...words, '--help']).then(({ code, stdout }) => {
      if (code !== 0) throw new Error(`imr ${command} --help ended with ${code}`)
      return stdout
    })
  asked.set(command, help)
  return help
}

/** Long options of a command, as its help lists them. */
export const optionsOf = async (command: string): Promise<readonly string[]> =>
  [...(await helpOf(command)).matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((m) => m[1] ?? '')

/** Environment variables that the sources read. */
export function ourVariables(): readonly string[] {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))
  const found = sources.flatMap((f) => {
    const source = text(join('src', f))
    return [
      ...source.matchAll(/\benv\.([A-Z]\w+)/g),
      ...source.matchAll(/\.env\('([A-Z]\w+)'\)/g),
      ...[...source.matchAll(/\{([^{}]*)\}(?: = process\.env|: NodeJS\.ProcessEnv)/g)].flatMap((m) => [
        ...(m[1] ?? '').matchAll(/\b([A-Z][A-Z0-9_]+)\b(?=\s*[:,}]|\s*$)/g),
      ]),
    ].map((m) => m[1] ?? '')
  })
  // Those of Node.js and of terminals are explained elsewhere.
  return [...new Set(found)].filter((name) => name !== 'NO_COLOR' && !name.startsWith('NODE_')).sort()
}
