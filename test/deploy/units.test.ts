import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt } from '../fixtures/cli.ts'
import { knowsSystemCalls, systemCallsOf } from './rooms.ts'
import { faultsOfUnit } from './rules.ts'
import { optionsOf, root, service, setting, text, units } from './set-up.ts'

beforeAll(() => ensureBuilt(), 300_000)

describe('the systemd units', () => {
  it('run commands and options that imr has', async () => {
    expect(units).toHaveLength(2)
    for (const [, unit] of units) {
      const [, command = '', options = ''] = /main\.js (\w+) (.*)$/m.exec(setting(unit, 'ExecStart')) ?? []
      const known = await optionsOf(command)
      for (const [option] of options.matchAll(/--[\w-]+/g)) expect(known).toContain(option)
    }
  })

  it.each(units)('shut the program off from what it does not need (%s)', (_, unit) => {
    expect(faultsOfUnit(unit)).toEqual([])
    const settings = [...unit.matchAll(/^(\w+)=.*\n/gm)].filter(
      ([line]) => faultsOfUnit(unit.replace(line, '')).length > 0,
    )
    // Each of them is missed when it goes.
    expect(settings.length).toBeGreaterThanOrEqual(30)
    expect(faultsOfUnit(unit.replace('ProtectSystem=strict', 'ProtectSystem=full'))).toEqual(['ProtectSystem'])
    expect(faultsOfUnit(unit.replace(/^MemoryMax=.*$/m, 'MemoryMax=infinity'))).toEqual(['MemoryMax'])
  })

  it.skipIf(!knowsSystemCalls)('let a worker make the calls by which it shuts its readers off', () => {
    const calls = systemCallsOf(text('deploy/imr-worker@.service'))
    expect(calls).toEqual(
      expect.arrayContaining([
        'prctl',
        'prlimit64',
        'landlock_create_ruleset',
        'landlock_add_rule',
        'landlock_restrict_self',
      ]),
    )
    for (const [, unit] of units)
      for (const call of ['mount', 'ptrace', 'bpf', 'setuid', 'chroot', 'init_module', 'keyctl', 'reboot'])
        expect(systemCallsOf(unit)).not.toContain(call)
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
