import type { Duration, Range as FhirRange, Quantity, Timing, TimingRepeat } from 'fhir/r4'
import type { Frequency, Range } from '../../model/index.ts'
import { words } from './terms.ts'

const UCUM = 'http://unitsofmeasure.org'
const codes = { day: 'd', week: 'wk', month: 'mo' } as const

type Unit = keyof typeof codes
const duration = (value: number, unit: Unit): Duration => ({ value, unit, system: UCUM, code: codes[unit] })

/** A count without a unit of measure, or a range of it. */
export const quantity = (value: number, unit?: string): Quantity => (unit === undefined ? { value } : { value, unit })
export const rangeOf = ([low, high]: Range, unit?: string): FhirRange => ({
  low: quantity(low, unit),
  high: quantity(high, unit),
})

const isCount = (n: number) => Number.isInteger(n) && n > 0

/** `2x8` → twice a week for 8 weeks, 16 in all. What FHIR cannot count (half a time) stays in words. */
export function timingOf(frequency: Frequency): Timing | null {
  const repeat: TimingRepeat = { ...bounds(frequency), ...total(frequency.visits), ...rate(frequency) }
  const text = words(frequency.reading)
  const stated = Object.keys(repeat).length > 0
  if (!stated && frequency.courses.length === 0) return null
  return { ...(stated ? { repeat } : {}), ...(text ? { code: { text } } : {}) }
}

function bounds({ duration: range, durationUnit: unit }: Frequency): TimingRepeat {
  if (range === null || unit === null) return {}
  const [low, high] = range
  return low === high
    ? { boundsDuration: duration(low, unit) }
    : { boundsRange: { low: duration(low, unit), high: duration(high, unit) } }
}

function total(visits: Range | null): TimingRepeat {
  if (visits === null || !visits.every(isCount)) return {}
  const [count, countMax] = visits
  return count === countMax ? { count } : { count, countMax }
}

function rate({ times, per }: Frequency): TimingRepeat {
  if (times === null || per === null) return {}
  const [low, high] = times
  const period = { periodUnit: codes[per] }
  if (isCount(low) && isCount(high))
    return { frequency: low, ...(high === low ? {} : { frequencyMax: high }), period: 1, ...period }
  // Once in n weeks.
  const every = 1 / low
  return low === high && low > 0 && Math.abs(every - Math.round(every)) < 1e-9
    ? { frequency: 1, period: Math.round(every), ...period }
    : {}
}
