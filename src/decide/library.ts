import { parse } from 'yaml'
import { z } from 'zod'
import {
  type Condition,
  type CriterionRule,
  type Edition,
  type GeneralRule,
  type Guideline,
  packFileSchema,
} from './guidelines-schema.ts'

/** Guidelines, their editions and criteria: dated data, checked, with every reference resolved. */
export type GuidelineLibrary = {
  readonly guidelines: readonly Guideline[]
  readonly editions: ReadonlyMap<string, Edition>
  readonly criteria: ReadonlyMap<string, CriterionRule>
  readonly conditions: readonly Condition[]
  readonly generalRules: ReadonlyMap<string, GeneralRule>
  readonly chronicAfterDays: number
}

const DEFAULT_CHRONIC_DAYS = 90

/**
 * Puts guideline files (YAML text) together into a library.
 * @throws {Error} that names file and key when a file does not fit the schema, an id is given twice, or a reference leads nowhere.
 */
export function parseGuidelines(files: readonly { readonly name: string; readonly text: string }[]): GuidelineLibrary {
  const packs = files.map(({ name, text }) => {
    const checked = packFileSchema.safeParse(parse(text))
    if (!checked.success) throw new Error(`guideline file ${name}: ${z.prettifyError(checked.error)}`)
    return checked.data
  })
  const guidelines = packs.flatMap((p) => p.guidelines ?? [])
  const library = {
    guidelines,
    editions: byId(
      'edition',
      packs.flatMap((p) => p.editions ?? []),
    ),
    criteria: byId(
      'criterion',
      packs.flatMap((p) => p.criteria ?? []),
    ),
    conditions: packs.flatMap((p) => p.conditions ?? []),
    generalRules: byId(
      'general rule',
      packs.flatMap((p) => p.generalRules ?? []),
    ),
    chronicAfterDays: packs.find((p) => p.chronicAfterDays)?.chronicAfterDays ?? DEFAULT_CHRONIC_DAYS,
  }
  byId('guideline', guidelines)
  for (const criterion of library.criteria.values()) {
    if (criterion.sameAs && !library.criteria.has(criterion.sameAs))
      throw new Error(`criterion ${criterion.id} is the same as ${criterion.sameAs}, which is not there`)
  }
  const conditions = new Set(library.conditions.map((c) => c.id))
  for (const { id, editions, generalRules = [] } of guidelines) {
    for (const rule of generalRules)
      if (!library.generalRules.has(rule)) throw new Error(`guideline ${id}: there is no general rule ${rule}`)
    for (const statement of editions) {
      if (!library.editions.has(statement.edition))
        throw new Error(`guideline ${id}: there is no edition ${statement.edition}`)
      for (const { condition } of statement.limits?.byCondition ?? []) {
        if (!conditions.has(condition)) throw new Error(`guideline ${id}: there is no condition ${condition}`)
      }
    }
  }
  return library
}

function byId<T extends { readonly id: string }>(what: string, items: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>()
  for (const item of items) {
    if (map.has(item.id)) throw new Error(`${what} ${item.id} is given twice`)
    map.set(item.id, item)
  }
  return map
}

/** A criterion as the pack has it; one that no file describes is known by its name alone and is never found by the program. */
export function criterionRule(library: GuidelineLibrary, id: string): CriterionRule {
  const own = library.criteria.get(id)
  if (!own) return { id, text: id.replaceAll('-', ' ') }
  const other = own.sameAs ? library.criteria.get(own.sameAs) : undefined
  return other ? { ...criterionRule(library, other.id), id: own.id, text: own.text } : own
}
