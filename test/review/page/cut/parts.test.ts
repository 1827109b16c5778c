import { expect, it } from 'vitest'
import { type Cuts, cutPartSchema } from '../../../../src/model/index.ts'
import { changesOf, joinBefore, kinds, ofKind, splitBefore } from '../../../../src/review/page/cut/parts.ts'

const file: Cuts = [
  { kind: 'cover', pages: [1] },
  { kind: 'imr-determination', pages: [2, 4, 3] },
  { kind: 'blank', pages: [5] },
  { kind: 'imr-determination', pages: [6, 8] },
  { kind: 'blank', pages: [7] },
]

it('knows every kind that a part may have', () => {
  expect(kinds.toSorted()).toEqual(
    [
      ...cutPartSchema.unwrap().shape.kind.options.flatMap((o) => ('options' in o ? o.options : [...o.values])),
    ].toSorted(),
  )
})

it('splits before a page in the order of reading, and joins it again to what it was', () => {
  const split = splitBefore(file, 4)
  expect(split?.slice(1, 3)).toEqual([
    { kind: 'imr-determination', pages: [2] },
    { kind: 'imr-determination', pages: [4, 3].toSorted((a, b) => b - a) },
  ])
  expect(splitBefore(file, 2)).toBeNull()
  const one: Cuts = [{ kind: 'imr-determination', pages: [1, 2, 3, 4] }]
  const two = splitBefore(one, 3) ?? []
  expect(two.map(({ pages }) => pages)).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(joinBefore(two, 4)).toEqual(one)
  expect(joinBefore(two, 1)).toBeNull()
})

it('puts a sheet that lay within a letter back in its place, and leaves parts in the order of their first pages', () => {
  expect(joinBefore(file, 7)?.at(-1)).toEqual({ kind: 'imr-determination', pages: [6, 7, 8] })
  expect(splitBefore(file, 8)?.map(({ pages }) => pages[0])).toEqual([1, 2, 5, 6, 7, 8])
})

it('tells in words what is cut otherwise', () => {
  const now = ofKind(joinBefore(splitBefore(file, 8) ?? [], 5) ?? [], 1, 'correspondence') ?? []
  expect(changesOf(file, now)).toEqual([
    'cut before page 8',
    'page 5 joined to what stands before it',
    'from page 1: correspondence',
  ])
  expect(ofKind(file, 1, 'cover')).toBeNull()
})
