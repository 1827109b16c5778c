import { createHash } from 'node:crypto'

/**
 * Draws `size` of the ids at random, each with the same chance, from a seed: who has the seed draws the same again, whatever the order in which the
 * ids come. (The ids with the smallest digests of seed and id: simple random sampling without replacement.) All, when there are not more.
 */
export function drawSample(ids: readonly string[], size: number, seed: string): readonly string[] {
  const ranked = ids.map((id) => ({ id, rank: createHash('sha256').update(`${seed}\n${id}`).digest('hex') }))
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return ranked.slice(0, Math.max(0, size)).map(({ id }) => id)
}
