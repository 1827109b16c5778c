import type { BlindService } from '../../model/index.ts'
import type { GuidelineLibrary } from './library.ts'
import type { Guideline } from './schema.ts'

/** Words that a name is compared without: the region itself is compared as data. */
const FILLER =
  /\b(?:associated surgical (?:services?|items?|equipment)|of|the|for|to|with|without|contrast|and|left|right|bilateral|a|an|spine)\b/g
const words = (text: string) =>
  ` ${text
    .toLowerCase()
    .replace(/[^a-z0-9+%]+/g, ' ')
    .replace(FILLER, ' ')
    .replace(/\s+/g, ' ')
    .trim()} `

/** An operation by whose side a service is asked for: its category says no more than that, so every name is looked at. */
const OPEN_CATEGORY = 'surgical-associated'

/**
 * The guideline that speaks for a service: of those of its category and regions, the one whose longest name stands in the
 * request; failing a name, the one that speaks for the region or the whole category. A service associated with a surgery is
 * known by name whatever its category. null when there is none.
 */
export function chooseGuideline(service: BlindService, library: GuidelineLibrary): Guideline | null {
  const category = service.category.value
  if (category === null) return null
  const wording = words(
    [
      service.request.value ?? '',
      service.drug?.name ?? '',
      ...(service.drug?.ingredients.map((i) => i.name) ?? []),
    ].join(' '),
  )
  let best: { guideline: Guideline; rank: number } | null = null
  for (const guideline of library.guidelines) {
    const rank = rankOf(guideline, service, category, wording)
    if (rank > (best?.rank ?? 0)) best = { guideline, rank }
  }
  return best?.guideline ?? null
}

/** How well a guideline fits: the length of the name found first, then the region, then the category as a whole; 0 for not at all. */
function rankOf(guideline: Guideline, { regions }: BlindService, category: string, wording: string): number {
  const own = guideline.categories.some((c) => c === category)
  if (!own && category !== OPEN_CATEGORY) return 0
  const inRegion = guideline.regions?.some((r) => regions.includes(r))
  if (inRegion === false && regions.length > 0) return 0
  const named = Math.max(0, ...guideline.names.map((n) => (wording.includes(words(n)) ? words(n).length : 0)))
  return named * 10 + (own ? (inRegion ? 5 : 0) + (guideline.wholeCategory ? 2 : 0) : 0)
}

/** Whether guidelines of the service's category differ by region and the request names none. */
export function needsBodyPart(service: BlindService, library: GuidelineLibrary): boolean {
  const { value } = service.category
  return (
    service.regions.length === 0 &&
    library.guidelines.some((g) => value !== null && g.categories.includes(value) && g.regions)
  )
}
