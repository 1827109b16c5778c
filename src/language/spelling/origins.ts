/** How far two texts may part before they are looked for each other again, in characters. */
const FAR = 80
const NEAR = 8
/** So many characters alike are no accident. */
const ALIKE = 3

/**
 * Where the characters of `text` stand in `source`, of which it was made by mending: offset in `text` → offset in `source`, the end
 * included. White space may differ, words may have been put right or left out. Bounded at every place, so linear.
 */
export function originsOf(text: string, source: string): (offset: number) => number {
  const [mine, theirs] = [marks(text), marks(source)]
  const origins: number[] = []
  let j = 0
  for (let i = 0; i < mine.length; i++) {
    if (!same(mine[i], theirs[j])) {
      const step = resumed(mine, i, theirs, j)
      if (step) {
        for (; i < step.i; i++) origins.push(theirs[Math.min(j++, step.j)]?.at ?? source.length)
        j = step.j
      }
    }
    origins.push(theirs[j]?.at ?? source.length)
    j++
  }
  return (offset) => {
    let k = 0
    let high = mine.length
    while (k < high) {
      const middle = (k + high) >> 1
      if ((mine[middle]?.at ?? 0) >= offset) high = middle
      else k = middle + 1
    }
    return k < origins.length ? (origins[k] ?? source.length) : source.length
  }
}

type Mark = { readonly sign: string; readonly at: number }

/** The characters that are no white space, each with its offset. */
function marks(text: string): readonly Mark[] {
  const found: Mark[] = []
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    if (!/\s/.test(sign)) found.push({ sign: sign.toLowerCase(), at })
  }
  return found
}

const same = (a: Mark | undefined, b: Mark | undefined) => a !== undefined && a.sign === b?.sign

/** The nearest places behind `i` and `j` from which the two go on alike; null when they do not soon. */
function resumed(
  mine: readonly Mark[],
  i: number,
  theirs: readonly Mark[],
  j: number,
): { i: number; j: number } | null {
  for (let far = 1; far < FAR; far++)
    for (let near = 0; near <= Math.min(far, NEAR); near++) {
      const [a, b] = [i + near, j + far - near]
      if (Array.from({ length: ALIKE }, (_, k) => k).every((k) => same(mine[a + k], theirs[b + k])))
        return { i: a, j: b }
    }
  return null
}
