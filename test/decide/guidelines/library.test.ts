import { describe, expect, it } from 'vitest'
import { criterionRule } from '../../../src/decide/guidelines/library.ts'
import { parseGuidelines } from '../../../src/decide/index.ts'
import { library } from '../a-request.ts'

const edition = '{id: ODG, name: n, citation: c, from: null, to: null, rank: 2, applies: always, confidence: high}'
const pack = (guideline: string, more = '') =>
  parseGuidelines([{ name: 'own.yaml', text: `editions: [${edition}]\nguidelines:\n  - ${guideline}\n${more}` }])
const massage = (statement: string) =>
  `{id: massage, kind: therapy, categories: [massage], names: [massage], editions: [{edition: ODG, stance: conditional, confidence: high${statement}}]}`

describe('the shipped guidelines', () => {
  it('are all there, every criterion that they name is described', () => {
    expect(library.guidelines.length).toBeGreaterThan(95)
    const named = library.guidelines.flatMap((g) =>
      g.editions.flatMap((s) =>
        [s.requires, s.requiresAny, s.sufficient, s.extendIf, s.notIf, s.exceptIf].flatMap((ids) => ids ?? []),
      ),
    )
    for (const id of named) expect(criterionRule(library, id).text.length, id).toBeGreaterThan(3)
  })

  it('describe no criterion that nobody names', () => {
    const named = new Set(
      library.guidelines.flatMap((g) =>
        g.editions.flatMap((s) =>
          [s.requires, s.requiresAny, s.sufficient, s.extendIf, s.notIf, s.exceptIf].flatMap((ids) => ids ?? []),
        ),
      ),
    )
    const bases = new Set([...library.criteria.values()].map((c) => c.sameAs))
    expect([...library.criteria.keys()].filter((id) => !named.has(id) && !bases.has(id))).toEqual([])
  })

  it('hold no number of a real case', () => {
    expect(JSON.stringify([...library.guidelines, ...library.editions.values()])).not.toMatch(/CM\d\d-\d{7}/)
  })

  it('state ranges with the smaller figure first and editions that end after they begin', () => {
    for (const { id, from, to } of library.editions.values())
      expect(from === null || to === null || from < to, id).toBe(true)
  })
})

describe('a guideline file', () => {
  it('is refused with file, rule and key when a key is unknown', () => {
    expect(() => pack(massage(', limit: 6'))).toThrow(/own\.yaml.*guidelines\.massage\.editions\[0\].*limit/s)
  })

  it('is refused with file, rule and key when a value does not fit', () => {
    expect(() => pack(massage(', limits: {visits: {allowed: [6, 4]}}'))).toThrow(/own\.yaml.*massage.*visits\.allowed/s)
    expect(() => pack(massage(''), 'criteria: [{id: a, text: aaa, met: ["(b"]}]')).toThrow(
      /own\.yaml.*criteria\.a\.met.*\(b/s,
    )
  })

  it.each([
    [', requires: [unheard-of]', /massage, edition ODG, requires.*unheard-of/],
    [', limits: {byCondition: [{condition: unheard-of, allowed: [1, 2], overWeeks: [1, 2]}]}', /massage.*unheard-of/],
  ])('is refused when a reference leads nowhere: %s', (statement, message) => {
    expect(() => pack(massage(statement))).toThrow(message)
  })

  it('is refused when it is no YAML, when an edition is not there, when an id comes twice', () => {
    expect(() => parseGuidelines([{ name: 'own.yaml', text: 'a: [' }])).toThrow(/own\.yaml is no YAML/)
    expect(() => pack(massage('').replace('edition: ODG', 'edition: CP-1999'))).toThrow(/massage.*CP-1999/)
    expect(() => pack(`${massage('')}\n  - ${massage('')}`)).toThrow(/guideline massage is given twice/)
  })

  it('can add an edition to a guideline of another file, as a licensee does', () => {
    const added = pack(
      massage(''),
      'additions: [{guideline: massage, editions: [{edition: ODG, stance: recommended, confidence: high}]}]',
    )
    expect(added.guidelines[0]?.editions.map((s) => s.stance)).toEqual(['recommended', 'conditional'])
    expect(() =>
      pack(
        massage(''),
        'additions: [{guideline: cupping, editions: [{edition: ODG, stance: recommended, confidence: high}]}]',
      ),
    ).toThrow(/cupping/)
  })
})
