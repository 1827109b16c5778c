import { describe, expect, it } from 'vitest'
import { workClock } from '../../../src/extract/parent/work-clock.ts'

/** A clock with hands that the test moves. */
function aClock() {
  let wall = 0
  let cpu = 0
  const clock = workClock({ silenceMs: 1000, documentMs: 5000 }, () => wall)
  clock.tick(0)
  const pass = (wallMs: number, cpuMs: number | null) => {
    wall += wallMs
    cpu += cpuMs ?? 0
    clock.tick(cpuMs === null ? null : cpu)
    return clock.standing()
  }
  return { clock, pass }
}

describe('the clock of a reader', () => {
  it('counts the work that it does, not the time that a busy machine lets it wait', () => {
    const { pass } = aClock()
    expect(pass(4000, 900)).toBe('working')
    expect(pass(10, 200)).toBe('late')
  })

  it('holds a reader that does nothing for still: the machine is at fault, or somebody stopped it', () => {
    const { pass } = aClock()
    expect(pass(4900, 10)).toBe('working')
    expect(pass(200, 0)).toBe('still')
  })

  it('stands still while only OCR is waited for', () => {
    const { clock, pass } = aClock()
    clock.wait()
    expect(pass(60_000, 4000)).toBe('working')
    clock.resume()
    expect(pass(100, 500)).toBe('working')
    expect(pass(100, 600)).toBe('late')
  })

  it('adds up the work on one document over its signs of life', () => {
    const { clock, pass } = aClock()
    for (let i = 0; i < 5; i++) {
      expect(pass(1000, 990)).toBe('working')
      clock.heard()
    }
    expect(pass(1000, 100)).toBe('late')
  })

  it('goes by the wall clock where the system tells no processor time', () => {
    let wall = 0
    const clock = workClock({ silenceMs: 1000, documentMs: 5000 }, () => wall)
    clock.tick(null)
    wall = 1100
    clock.tick(null)
    expect(clock.standing()).toBe('late')
  })
})
