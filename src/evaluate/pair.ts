export type Pair<A, B> = { readonly expected: A | null; readonly got: B | null }

/**
 * Pairs labelled items with found ones, each at most once, in order: the in-order pairing with the largest sum of likeness,
 * where only a likeness of at least `floor` makes a pair. What is left alone on either side comes out with null opposite.
 */
export function pairInOrder<A, B>(
  expected: readonly A[],
  got: readonly B[],
  likeness: (a: A, b: B) => number,
  floor: number,
): Pair<A, B>[] {
  const [n, m] = [expected.length, got.length]
  const like = expected.map((a) => got.map((b) => likeness(a, b)))
  const best = Array.from({ length: n + 1 }, () => new Array<number>(m + 1).fill(0))
  const at = (i: number, j: number) => best[i]?.[j] ?? 0
  const paired = (i: number, j: number) => {
    const value = like[i]?.[j] ?? 0
    return value >= floor ? value + at(i + 1, j + 1) : Number.NEGATIVE_INFINITY
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) (best[i] as number[])[j] = Math.max(at(i + 1, j), at(i, j + 1), paired(i, j))
  }
  const pairs: Pair<A, B>[] = []
  let [i, j] = [0, 0]
  while (i < n || j < m) {
    const [a, b] = [expected[i], got[j]]
    if (a !== undefined && b !== undefined && paired(i, j) >= at(i, j)) {
      pairs.push({ expected: a, got: b })
      i++
      j++
    } else if (a !== undefined && (b === undefined || at(i + 1, j) >= at(i, j + 1))) {
      pairs.push({ expected: a, got: null })
      i++
    } else if (b !== undefined) {
      pairs.push({ expected: null, got: b })
      j++
    }
  }
  return pairs
}

/** Pairs items whatever their order: the most alike pair first, each item once. */
export function pairGreedily<A, B>(
  expected: readonly A[],
  got: readonly B[],
  likeness: (a: A, b: B) => number,
  floor: number,
): Pair<A, B>[] {
  const candidates = expected
    .flatMap((a, i) => got.map((b, j) => ({ i, j, like: likeness(a, b) })))
    .filter((c) => c.like >= floor)
    .sort((x, y) => y.like - x.like || x.i - y.i || x.j - y.j)
  const [ofExpected, ofGot] = [new Map<number, number>(), new Set<number>()]
  for (const { i, j } of candidates) {
    if (ofExpected.has(i) || ofGot.has(j)) continue
    ofExpected.set(i, j)
    ofGot.add(j)
  }
  return [
    ...expected.map((a, i) => ({ expected: a, got: got[ofExpected.get(i) ?? -1] ?? null })),
    ...got.filter((_, j) => !ofGot.has(j)).map((b) => ({ expected: null, got: b })),
  ]
}
