import { parse } from 'yaml'
import type { z } from 'zod'
import {
  type BodyPart,
  type Condition,
  type CriterionRule,
  type Edition,
  type GeneralRule,
  type Guideline,
  packFileSchema,
  type Statement,
} from './schema.ts'

/** Guidelines, their editions and criteria: dated data, checked, with every reference resolved. */
export type GuidelineLibrary = {
  readonly guidelines: readonly Guideline[]
  readonly editions: ReadonlyMap<string, Edition>
  readonly criteria: ReadonlyMap<string, CriterionRule>
  readonly conditions: readonly Condition[]
  readonly bodyParts: readonly BodyPart[]
  readonly generalRules: ReadonlyMap<string, GeneralRule>
  /** The files' contents, in their order: what the library is known by. */
  readonly packs: readonly Pack[]
  /** Days after the injury from which pain is chronic. */
  readonly chronicAfterDays: number
}

/** Three months: 8 CCR 9792.20. */
const DEFAULT_CHRONIC_DAYS = 90

type Pack = z.infer<typeof packFileSchema>

/**
 * Puts guideline files (YAML text, or JSON by their names) together into a library.
 * @throws {Error} that names file, rule and key when a file is no YAML or does not fit the schema, an id is given twice, or a
 * reference leads nowhere.
 */
export function parseGuidelines(files: readonly { readonly name: string; readonly text: string }[]): GuidelineLibrary {
  const packs = files.map(packOf)
  const all = <T>(take: (pack: Pack) => readonly T[] | undefined) => packs.flatMap((p) => take(p) ?? [])
  const library: GuidelineLibrary = {
    guidelines: withAdditions(
      byId(
        'guideline',
        all((p) => p.guidelines),
      ),
      all((p) => p.additions),
    ),
    editions: byId(
      'edition',
      all((p) => p.editions),
    ),
    criteria: byId(
      'criterion',
      all((p) => p.criteria),
    ),
    conditions: [
      ...byId(
        'condition',
        all((p) => p.conditions),
      ).values(),
    ],
    bodyParts: all((p) => p.bodyParts),
    generalRules: byId(
      'general rule',
      all((p) => p.generalRules),
    ),
    packs,
    chronicAfterDays: packs.find((p) => p.chronicAfterDays)?.chronicAfterDays ?? DEFAULT_CHRONIC_DAYS,
  }
  checkReferences(library)
  return library
}

function packOf({ name, text }: { readonly name: string; readonly text: string }): Pack {
  const content = yaml(name, text)
  const checked = packFileSchema.safeParse(content)
  if (checked.success) return checked.data
  const told = checked.error.issues.map(({ path, message }) => `${placeOf(content, path)}: ${message}`)
  throw new Error(`guideline file ${name}: ${told.join('; ')}`)
}

function yaml(name: string, text: string): unknown {
  try {
    return name.endsWith('.json') ? JSON.parse(text) : parse(text)
  } catch (cause) {
    throw new Error(`guideline file ${name} is no YAML: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** Where in a file: the ids on the way instead of numbers, `guidelines.massage.editions[0].stance`. */
function placeOf(content: unknown, path: readonly PropertyKey[]): string {
  let at: unknown = content
  let place = ''
  for (const key of path) {
    at = isRecord(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined
    const id = isRecord(at) && typeof at.id === 'string' ? at.id : null
    place += typeof key === 'number' ? (id ? `.${id}` : `[${key}]`) : `${place === '' ? '' : '.'}${String(key)}`
  }
  return place === '' ? 'the file' : place
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function byId<T extends { readonly id: string }>(what: string, items: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>()
  for (const item of items) {
    if (map.has(item.id)) throw new Error(`${what} ${item.id} is given twice`)
    map.set(item.id, item)
  }
  return map
}

function withAdditions(
  guidelines: ReadonlyMap<string, Guideline>,
  additions: readonly { readonly guideline: string; readonly editions: readonly Statement[] }[],
): readonly Guideline[] {
  for (const { guideline } of additions)
    if (!guidelines.has(guideline)) throw new Error(`an addition names guideline ${guideline}, which is not there`)
  return [...guidelines.values()].map((g) => {
    const added = additions.filter((a) => a.guideline === g.id).flatMap((a) => a.editions)
    return added.length > 0 ? { ...g, editions: [...added, ...g.editions] } : g
  })
}

function checkReferences({ guidelines, editions, criteria, conditions, generalRules }: GuidelineLibrary): void {
  const known = new Set(conditions.map((c) => c.id))
  for (const { id, sameAs } of criteria.values()) {
    const other = sameAs ? criteria.get(sameAs) : undefined
    if (sameAs && (!other || other.sameAs))
      throw new Error(`criterion ${id} is the same as ${sameAs}, which is not there or only points on`)
  }
  for (const { id, editions: statements, generalRules: rules = [] } of guidelines) {
    const strange = rules.find((rule) => !generalRules.has(rule))
    if (strange) throw new Error(`guideline ${id}: there is no general rule ${strange}`)
    for (const statement of statements) {
      const at = `guideline ${id}, edition ${statement.edition}`
      if (!editions.has(statement.edition)) throw new Error(`guideline ${id}: there is no edition ${statement.edition}`)
      const condition = statement.limits?.byCondition?.find((c) => !known.has(c.condition))
      if (condition) throw new Error(`${at}: there is no condition ${condition.condition}`)
      checkCriteria(at, statement, criteria)
    }
  }
}

function checkCriteria(at: string, statement: Statement, criteria: GuidelineLibrary['criteria']): void {
  for (const key of ['sufficient', 'requires', 'requiresAny', 'extendIf', 'notIf', 'exceptIf'] as const) {
    const strange = statement[key]?.find((id) => !criteria.has(id))
    if (strange) throw new Error(`${at}, ${key}: there is no criterion ${strange}`)
  }
}

/** A criterion as the pack has it, with what it takes over from another. @throws {Error} when there is none of that id. */
export function criterionRule(library: GuidelineLibrary, id: string): CriterionRule {
  const own = library.criteria.get(id)
  if (!own) throw new Error(`there is no criterion ${id}`)
  return own.sameAs ? { ...criterionRule(library, own.sameAs), id: own.id, text: own.text } : own
}
