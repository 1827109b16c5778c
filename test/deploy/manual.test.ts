import { Registry } from 'prom-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { failureCodes } from '../../src/model/index.ts'
import { workerMetrics } from '../../src/queue/index.ts'
import { ensureBuilt } from '../fixtures/cli.ts'
import { helpOf, optionsOf, ourVariables, text } from './set-up.ts'

/** Names of metrics that the product's code gives, whoever serves them. */
function ourMetrics(): ReadonlySet<string> {
  const registry = new Registry()
  workerMetrics(registry)
  const ofWorkers = registry.getMetricsAsArray().map((m) => m.name)
  const ofServer = [...text('src/http/metrics.ts').matchAll(/gauge\('(imr_\w+)'/g)].map((m) => m[1] ?? '')
  return new Set([...ofWorkers, ...ofServer].filter((name) => name.startsWith('imr_')))
}

beforeAll(() => ensureBuilt(), 300_000)

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
    const commands = await helpOf('')
    const used = [...manual.matchAll(/(?:^|[\s`])(?:\.\/)?imr ((?!-)[a-z]+)([^`\n|]*)/gm)].filter(
      ([, command = '', rest = '']) => rest.includes('--') && new RegExp(`^  ${command}\\b`, 'm').test(commands),
    )
    let options = 0
    for (const [line, command = '', rest = ''] of used) {
      const sub = command === 'schedule' ? await helpOf('schedule set') : ''
      for (const [option] of rest.matchAll(/--[a-z][\w-]*/g)) {
        options++
        expect(`${line}: ${[...(await optionsOf(command)), sub].join(' ')}`).toContain(option)
      }
    }
    expect(options).toBeGreaterThan(5)
  })
})
