import { z } from 'zod'
import { type Laterality, lateralitySchema, type Region, regionSchema } from '../../model/index.ts'
import { makeLexicon } from '../matching/lexicon.ts'
import { spelling } from '../spelling/known-words.ts'
import type { SpelledWord } from '../spelling/spelling.ts'
import anatomyData from '../vocabulary/anatomy.json' with { type: 'json' }
import { writtenLevels } from './levels.ts'

const phrases = z.array(z.string().min(1)).readonly()
const anatomySchema = z
  .object({
    regions: z.record(regionSchema, phrases),
    carriedSides: z.record(lateralitySchema, phrases),
    notAnatomy: phrases,
    sides: z.record(lateralitySchema, phrases),
    spineLevels: z.object({ C: z.int(), T: z.int(), L: z.int(), S: z.int() }).strict(),
    spineProcedures: phrases,
    notALevelBeside: phrases,
  })
  .strict()

const anatomy = anatomySchema.parse(anatomyData)
/** A phrase may name two regions: `thoracolumbar`. */
const regionsByPhrase = new Map<string, readonly Region[]>()
for (const [region, list] of Object.entries(anatomy.regions))
  for (const phrase of list)
    regionsByPhrase.set(phrase, [...(regionsByPhrase.get(phrase) ?? []), regionSchema.parse(region)])
const sidesByPhrase = [anatomy.sides, anatomy.carriedSides].flatMap((sides) =>
  Object.entries(sides).flatMap(([side, list]) =>
    list.map((phrase) => [phrase, lateralitySchema.parse(side)] as const),
  ),
)
const nothing = anatomy.notAnatomy.map((phrase) => [phrase, null] as const)

const places = makeLexicon<readonly Region[] | null>([...nothing, ...regionsByPhrase])
const sides = makeLexicon<Laterality | null>([...nothing, ...sidesByPhrase])

/** Sections of the spine: where one of them is named, the bare word `spine` adds nothing. */
const spineSections = new Set<Region>(['neck', 'thoracic', 'low-back'])
const sectionOf: Readonly<Record<string, Region>> = { C: 'neck', T: 'thoracic', L: 'low-back', S: 'low-back' }

/**
 * The body regions that `text` names, in the order in which it names them, each once. Spinal levels name their section.
 *
 * Borderline anatomy: the sacrum, the sacroiliac joint and the coccyx are `pelvis` (bones of the pelvic ring; ODG treats
 * them under Hip and Pelvis) while `lumbosacral` is `low-back`; the trapezius is `shoulder` (a muscle of the shoulder
 * girdle; ICD-10-CM S46.8); thigh, calf and tibia are `lower-extremity`, forearm and humerus `upper-extremity`.
 */
export function regionsIn(text: string): readonly Region[] {
  const words = spelling.read(text)
  const named = places.find(words).flatMap(({ value, start }) => (value ?? []).map((region) => ({ region, start })))
  const fromLevels = writtenLevels(text).flatMap(({ levels, start }) => {
    const region = sectionOf[levels[0]?.[0] ?? '']
    return region ? [{ region, start }] : []
  })
  const all = [...named, ...fromLevels].sort((a, b) => a.start - b.start).map((r) => r.region)
  const specific = all.some((region) => spineSections.has(region))
  return [...new Set(all)].filter((region) => !(region === 'spine' && specific))
}

/**
 * The side that `text` names: `bilateral` when it says so, or when it names both sides of one region; the side named
 * first when each of two regions has its own; null when it names none.
 */
export function lateralityIn(text: string): Laterality | null {
  const words = spelling.read(text)
  const stated = sides.find(words).flatMap(({ value, start }) => (value ? [{ side: value, start }] : []))
  const all = [...stated, ...initials(text, words)].sort((a, b) => a.start - b.start)
  const first = all[0]
  if (!first) return null
  if (all.some(({ side }) => side === 'bilateral') && first.side === 'bilateral') return 'bilateral'
  const both = all.some(({ side }) => side === 'left') && all.some(({ side }) => side === 'right')
  if (both && regionsIn(text).filter((region) => !spineSections.has(region)).length <= 1) return 'bilateral'
  return first.side
}

const INITIALS: ReadonlyMap<string, Laterality> = new Map([
  ['L', 'left'],
  ['R', 'right'],
  ['B', 'bilateral'],
])

/** `R knee`, `L. shoulder`, `B knees`, `(R)`, `knee brace, L`: a single letter is a side only before a body part, in brackets or last. */
function initials(text: string, words: readonly SpelledWord[]): readonly { side: Laterality; start: number }[] {
  const found: { side: Laterality; start: number }[] = []
  const bodyParts = new Set(places.find(words).flatMap(({ value, start }) => (value ? [start] : [])))
  for (const [i, word] of words.entries()) {
    const side = INITIALS.get(word.raw)
    if (!side) continue
    const next = words[i + 1]
    const bracketed = text[word.start - 1] === '(' && text[word.end] === ')'
    const beforePart = next !== undefined && bodyParts.has(next.start) && /^[.)]?\s+$|^\.$/.test(next.gap)
    const last = next === undefined && /,\s*$/.test(text.slice(0, word.start)) && /^\W*$/.test(text.slice(word.end))
    if (bracketed || beforePart || last) found.push({ side, start: word.start })
  }
  return found
}

/**
 * The spinal levels that `text` names, expanded to discs from the neck down within each span: `L4-S1` gives `L4-5` and
 * `L5-S1`, `C5-C7` gives `C5-6` and `C6-7`; a vertebra or root named alone stays alone (`L5`). Each once, in order.
 */
export function levelsIn(text: string): readonly string[] {
  return [...new Set(writtenLevels(text).flatMap(({ levels }) => levels))]
}
