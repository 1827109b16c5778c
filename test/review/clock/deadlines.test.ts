import { describe, expect, it } from 'vitest'
import { deadlinesOf, dueDate } from '../../../src/review/clock/deadlines.ts'
import { daysLater, isWorkingDay, onWorkingDay, workingDaysLater } from '../../../src/review/clock/working-days.ts'
import { aRecord, aService, read } from '../../fixtures/records.ts'

const closed = (year: number) => {
  const days: string[] = []
  for (let day = `${year}-01-01`; day.startsWith(`${year}`); day = daysLater(day, 1))
    if (!isWorkingDay(day) && new Date(`${day}T00:00Z`).getUTCDay() % 6 !== 0) days.push(day.slice(5))
  return days
}

describe('working days in California', () => {
  it('leave out weekends and the days on which the state’s offices are closed, as its calendars list them', () => {
    expect(closed(2016)).toEqual([
      '01-01',
      '01-18',
      '02-15',
      '03-31',
      '05-30',
      '07-04',
      '09-05',
      '11-11',
      '11-24',
      '11-25',
      '12-26',
    ])
    expect(closed(2017)).toEqual([
      '01-02',
      '01-16',
      '02-20',
      '03-31',
      '05-29',
      '07-04',
      '09-04',
      '11-10',
      '11-23',
      '11-24',
      '12-25',
    ])
    expect(closed(2024)).toEqual([
      '01-01',
      '01-15',
      '02-19',
      '04-01',
      '05-27',
      '07-04',
      '09-02',
      '11-11',
      '11-28',
      '11-29',
      '12-25',
    ])
  })

  it('are counted from the day after, over the turn of a year and a leap day', () => {
    expect(workingDaysLater('2016-12-30', 5)).toBe('2017-01-09')
    expect(workingDaysLater('2024-02-28', 2)).toBe('2024-03-01')
    expect(workingDaysLater('2016-11-22', 1)).toBe('2016-11-23')
    expect([onWorkingDay('2017-07-04'), onWorkingDay('2017-07-05')]).toEqual(['2017-07-05', '2017-07-05'])
  })
})

describe('what the law gives how long for', () => {
  const services = [
    aService({ request: 'Therapy', outcome: 'overturned', sequence: 1 }),
    aService({ request: 'Retrospective urine test (DOS 1/2/2017)', outcome: 'overturned', sequence: 2 }),
    aService({ request: 'Brace', outcome: 'upheld', sequence: 3 }),
  ]

  it('is told with its rule, for what the letter decided, from the only day that it tells', () => {
    const record = aRecord({ header: { decisionDate: read('2017-01-12') }, services })
    expect(deadlinesOf(record).map(({ what, date, met }) => [what, date, met])).toEqual([
      // Martin Luther King's day lies between.
      ['Authorise service 1', '2017-01-20', null],
      ['Reimburse service 2', '2017-02-01', null],
      // The thirtieth day is a Saturday.
      ['Appeal to the Workers’ Compensation Appeals Board', '2017-02-13', null],
    ])
    expect(deadlinesOf(record).every((d) => d.rule.includes('§'))).toBe(true)
    expect(dueDate(deadlinesOf(record), null)).toBe('2017-01-20')
    expect(dueDate(deadlinesOf(record), '2017-01-02')).toBe('2017-01-02')
  })

  it('is nothing without a date of decision, and no authorisation where nothing was overturned', () => {
    expect(deadlinesOf(aRecord({ services }))).toEqual([])
    expect(dueDate([], null)).toBeNull()
    const upheld = aRecord({ header: { decisionDate: read('2017-01-12') }, services: services.slice(2) })
    expect(deadlinesOf(upheld).map((d) => d.what)).toEqual(['Appeal to the Workers’ Compensation Appeals Board'])
  })
})
