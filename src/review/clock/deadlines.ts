import type { CaseRecord, Deadline, IsoDate, Service } from '../../model/index.ts'
import { daysLater, onWorkingDay, workingDaysLater } from './working-days.ts'

/** Days from receipt of the determination, by what is to be done with a service that was overturned. */
const AUTHORISE_WORKING_DAYS = 5
const REIMBURSE_DAYS = 20
/** Days from the mailing of the determination. */
const APPEAL_DAYS = 30

/** Words of a wording that ask for a service that was given already. */
const GIVEN = /\bretro(?:spective(?:ly)?|\b)|\bDOS\b|\bdates? of service\b/i

/**
 * What the law gives how long for, as far as the letter's own dates tell: a letter says neither when it was mailed nor when it came, and neither can be
 * before the day of the decision. So the days are counted from there: the true date is never earlier. Nobody knows whether it was done: `met` is null.
 */
export function deadlinesOf({ header, services }: Pick<CaseRecord, 'header' | 'services'>): readonly Deadline[] {
  const decided = header.decisionDate.value
  if (decided === null) return []
  const won = services.filter((s) => s.outcome.value === 'overturned')
  const isGiven = (s: Service) => GIVEN.test(s.request.value ?? '')
  const due = (what: string, date: IsoDate, rule: string): Deadline => ({ what, date, rule, met: null })
  const toAuthorise = won.filter((s) => !isGiven(s))
  const toPay = won.filter(isGiven)
  return [
    ...(toAuthorise.length > 0
      ? [
          due(
            `Authorise ${named(toAuthorise)}`,
            workingDaysLater(decided, AUTHORISE_WORKING_DAYS),
            'Lab. Code § 4610.6(j)(2); 8 CCR § 9792.10.7(a): 5 working days from receipt, counted from the decision date',
          ),
        ]
      : []),
    ...(toPay.length > 0
      ? [
          due(
            `Reimburse ${named(toPay)}`,
            daysLater(decided, REIMBURSE_DAYS),
            'Lab. Code § 4610.6(j)(1); 8 CCR § 9792.10.7(a): 20 days from receipt, counted from the decision date',
          ),
        ]
      : []),
    ...(services.length > 0
      ? [
          due(
            'Appeal to the Workers’ Compensation Appeals Board',
            onWorkingDay(daysLater(decided, APPEAL_DAYS)),
            'Lab. Code § 4610.6(h): 30 days from mailing, counted from the decision date; a last day that is a holiday moves on (Code Civ. Proc. § 12a)',
          ),
        ]
      : []),
  ]
}

const named = (services: readonly Service[]) =>
  `${services.length === 1 ? 'service' : 'services'} ${services.map((s) => s.sequence).join(', ')}`

/** By when a letter should be reviewed: the first of its deadlines, or the date that was agreed when it came in. */
export function dueDate(deadlines: readonly Deadline[], agreed: IsoDate | null): IsoDate | null {
  const open = deadlines.filter((d) => d.met !== true).map((d) => d.date)
  return [...open, ...(agreed === null ? [] : [agreed])].sort()[0] ?? null
}
