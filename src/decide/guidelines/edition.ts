import { findDates } from '../../language/dates.ts'
import type { BlindService, DecisionRequest, IsoDate } from '../../model/index.ts'
import type { GuidelineLibrary } from './library.ts'
import type { Edition, Guideline, Statement } from './schema.ts'

const DAY = 86_400_000

/** The dates that choose an edition. */
export type Timing = {
  /** Day by which the guideline in force is chosen: of the service, else of the UR decision, else of the IMR decision; null when none is known. */
  readonly reference: IsoDate | null
  /** Days from the injury to the reference; null when either is unknown or they are out of order. */
  readonly daysSinceInjury: number | null
}

/** A statement with the edition it stands in. `nearest`: none is binding at this stage of the injury, and this is what there is. */
export type Dated = { readonly statement: Statement; readonly edition: Edition; readonly nearest: boolean }

export function timingOf({ header }: Pick<DecisionRequest, 'header'>, service: BlindService): Timing {
  const reference =
    dateOfService(service.request.value ?? '') ??
    header.urDecisionDate.value ??
    header.applicationReceived.value ??
    header.decisionDate.value
  const injury = header.dateOfInjury.value
  const days = reference && injury ? Math.round((Date.parse(reference) - Date.parse(injury)) / DAY) : null
  return { reference, daysSinceInjury: days !== null && days >= 0 ? days : null }
}

/** What stands before the day of a service that was given. */
const SERVED = /\b(?:dos|dates?\s+of\s+service)\b[^0-9]{0,12}$/i

/** The day a retrospective request names ("DOS 7/10/2015", "date of service: January 5, 2015"); null when it names none. */
export function dateOfService(request: string): IsoDate | null {
  return (
    findDates(request).find(({ start }) => SERVED.test(request.slice(Math.max(0, start - 40), start)))?.value ?? null
  )
}

/** Whether an edition was in force on a day. */
export function inForce({ from, to }: Edition, day: IsoDate): boolean {
  return (from === null || from <= day) && (to === null || day <= to)
}

/**
 * The statements of a guideline that apply, the MTUS before others: editions in force on the reference day; those for chronic
 * pain only when the injury is old enough, those for after surgery only for postsurgical requests; and only for the regions
 * they name. Where the stage leaves none, the nearest: those that another stage would have. Empty when no date is known.
 */
export function statementsFor(
  guideline: Guideline,
  service: BlindService,
  { reference, daysSinceInjury }: Timing,
  library: GuidelineLibrary,
): readonly Dated[] {
  if (reference === null) return []
  const chronic = daysSinceInjury === null || daysSinceInjury > library.chronicAfterDays
  const dated = guideline.editions.flatMap((statement) => {
    const edition = library.editions.get(statement.edition)
    return edition && inForce(edition, reference) && covers(statement, service) ? [{ statement, edition }] : []
  })
  const fitting = dated.filter(({ edition }) => chronic || edition.applies !== 'chronic')
  const used = fitting.length > 0 ? fitting : dated
  return [...used].sort((a, b) => a.edition.rank - b.edition.rank).map((d) => ({ ...d, nearest: fitting.length === 0 }))
}

function covers({ regions }: Statement, { regions: asked }: BlindService): boolean {
  return regions === undefined || asked.length === 0 || asked.some((r) => regions.includes(r))
}

/**
 * An edition of the MTUS in force on the day whose text is under licence and of which nothing is installed for this treatment:
 * what it says cannot be replaced by guidelines of lower rank.
 */
export function notInstalled(
  dated: readonly Dated[],
  { reference }: Timing,
  library: GuidelineLibrary,
): Edition | null {
  if (reference === null || dated.some((d) => d.edition.rank === 1)) return null
  return [...library.editions.values()].find((e) => e.licensed && inForce(e, reference)) ?? null
}
