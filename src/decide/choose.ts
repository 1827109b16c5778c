import type { BlindService, DecisionRequest, IsoDate } from '../model/index.ts'
import type { Edition, Guideline, Statement } from './guidelines-schema.ts'
import type { GuidelineLibrary } from './library.ts'

const DAY = 86_400_000

/** The dates that choose an edition. */
export type Timing = {
  /** Day by which the guideline in force is chosen: of the UR decision, else of the IMR decision; null when neither is known. */
  readonly reference: IsoDate | null
  /** Days from the injury to the reference; null when either is unknown. */
  readonly daysSinceInjury: number | null
}

export function timingOf({ header }: Pick<DecisionRequest, 'header'>): Timing {
  const reference = header.urDecisionDate.value ?? header.applicationReceived.value ?? header.decisionDate.value
  const injury = header.dateOfInjury.value
  const days = reference && injury ? Math.round((Date.parse(reference) - Date.parse(injury)) / DAY) : null
  return { reference, daysSinceInjury: days !== null && days >= 0 ? days : null }
}

/** Region words that a name is compared without: the region itself is compared as data. */
const FILLER = /\b(?:of|the|for|to|with|without|contrast|and|left|right|bilateral|a|an)\b/g
const plain = (text: string) =>
  ` ${text
    .toLowerCase()
    .replace(/[^a-z0-9+]+/g, ' ')
    .replace(FILLER, ' ')
    .replace(/\s+/g, ' ')
    .trim()} `

/**
 * The guideline that speaks for a service: of those of its category and regions, the one whose name stands in the request in
 * the most words; failing a name, the one that speaks for the region or the whole category. null when there is none.
 */
export function chooseGuideline(service: BlindService, library: GuidelineLibrary): Guideline | null {
  const category = service.category.value
  if (category === null) return null
  const wording = plain(
    [
      service.request.value ?? '',
      service.drug?.name ?? '',
      ...(service.drug?.ingredients.map((i) => i.name) ?? []),
    ].join(' '),
  )
  let best: { guideline: Guideline; rank: number } | null = null
  for (const guideline of library.guidelines) {
    if (!guideline.categories.includes(category)) continue
    const inRegion = guideline.regions ? guideline.regions.some((r) => service.regions.includes(r)) : null
    if (inRegion === false && service.regions.length > 0) continue
    const named = Math.max(0, ...guideline.names.map((n) => (wording.includes(plain(n)) ? plain(n).length : 0)))
    const rank = named * 10 + (inRegion ? 5 : 0) + (guideline.wholeCategory ? 2 : 0)
    if (rank > (best?.rank ?? 0)) best = { guideline, rank }
  }
  return best?.guideline ?? null
}

/** Whether an edition was in force on a day. */
export function inForce({ from, to }: Edition, day: IsoDate): boolean {
  return (from === null || from <= day) && (to === null || day <= to)
}

/**
 * The statements of a guideline that apply, the MTUS before others: editions in force on the reference day; those for chronic
 * pain only when the injury is old enough, those for after surgery only for postsurgical requests; and only for the regions
 * they name. Empty when no date is known.
 */
export function statementsFor(
  guideline: Guideline,
  service: BlindService,
  timing: Timing,
  library: GuidelineLibrary,
): readonly { readonly statement: Statement; readonly edition: Edition }[] {
  const { reference, daysSinceInjury } = timing
  if (reference === null) return []
  const chronic = daysSinceInjury === null || daysSinceInjury > library.chronicAfterDays
  const postsurgical =
    /\bpost[- ]?op/i.test(service.request.value ?? '') || service.category.value === 'surgical-associated'
  const dated = guideline.editions.flatMap((statement) => {
    const edition = library.editions.get(statement.edition)
    return edition && inForce(edition, reference) && covers(statement, service) ? [{ statement, edition }] : []
  })
  const fitting = dated.filter(
    ({ edition }) =>
      edition.applies === 'always' ||
      (edition.applies === 'chronic' && chronic) ||
      (edition.applies === 'postsurgical' && postsurgical),
  )
  // Before three months a chronic-pain guideline is not binding, but where no other speaks it is what there is.
  const used = fitting.length > 0 ? fitting : dated
  return [...used].sort((a, b) => a.edition.rank - b.edition.rank)
}

function covers({ regions }: Statement, { regions: asked }: BlindService): boolean {
  return regions === undefined || asked.length === 0 || asked.some((r) => regions.includes(r))
}
