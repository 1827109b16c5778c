import { expect, it } from 'vitest'
import { stepFrom } from '../../../src/review/page/steps.ts'

/** Two rows of three, then one of two that stands further right. */
const spots = [
  ...[0, 100, 200].map((x) => ({ x, y: 0 })),
  ...[0, 100, 200].map((x) => ({ x, y: 150.4 })),
  ...[90, 190].map((x) => ({ x, y: 400 })),
]

it('leads to neighbours, and up and down to the nearest of the next row; at the edge it stays', () => {
  expect([stepFrom(2, spots, 'right'), stepFrom(3, spots, 'left')]).toEqual([3, 2])
  expect([stepFrom(1, spots, 'down'), stepFrom(5, spots, 'down'), stepFrom(6, spots, 'up')]).toEqual([4, 7, 4])
  expect([stepFrom(0, spots, 'left'), stepFrom(7, spots, 'right'), stepFrom(1, spots, 'up')]).toEqual([0, 7, 1])
  expect([stepFrom(7, spots, 'down'), stepFrom(9, spots, 'down')]).toEqual([7, 0])
})
