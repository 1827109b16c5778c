import { distance } from 'fastest-levenshtein'

const plain = (text: string) => text.toLowerCase().replace(/\s+/g, ' ').trim()
/** Words and numbers of a text, in lower case. */
export const tokens = (text: string): readonly string[] => plain(text).match(/[\p{L}\p{N}]+/gu) ?? []

/** 1 - edit distance ÷ length of the longer text, 0..1; case and white space do not count. Two empty texts are alike (1). */
export function similarity(a: string, b: string): number {
  const [x, y] = [plain(a), plain(b)]
  const longer = Math.max(x.length, y.length)
  return longer === 0 ? 1 : 1 - distance(x, y) / longer
}

/** Words that both texts have (each as often as both have it) ÷ words of the longer text, 0..1; case and punctuation do not count. */
export function tokenOverlap(a: string, b: string): number {
  const [x, y] = [tokens(a), tokens(b)]
  const longer = Math.max(x.length, y.length)
  if (longer === 0) return 1
  const left = new Map<string, number>()
  for (const t of x) left.set(t, (left.get(t) ?? 0) + 1)
  let shared = 0
  for (const t of y) {
    const n = left.get(t) ?? 0
    if (n > 0) shared++
    left.set(t, n - 1)
  }
  return shared / longer
}
