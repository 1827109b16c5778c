/**
 * Counts what a backtracking matcher does for a pattern: one step for every character looked at and every place begun at, as
 * ECMA-262's matcher (section 22.2.2) goes about it. V8 takes short cuts, but none that changes how the steps grow with the text.
 * Understands what the patterns of this house are made of, refuses the rest.
 */
export type Counted = { readonly steps: number; readonly start: number; readonly end: number }

/** Steps to find the first match of `pattern` in `text` from `from` on; start and end are -1 where there is none. */
export function stepsOf(pattern: RegExp, text: string, from: number): Counted {
  return matcherOf(pattern).find(text, from)
}

type Backwards = boolean
type Test = (code: number) => boolean
type Node =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'either'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'look'; readonly part: Node; readonly behind: boolean; readonly not: boolean }
  | { readonly kind: 'place'; readonly is: (text: string, at: number) => boolean }

type Matcher = (at: number, then: (at: number) => boolean) => boolean
type Find = (text: string, from: number) => Counted
const matchers = new Map<string, { readonly name: string; readonly find: Find }[]>()

/** What counts a pattern's steps, and the pattern as it is written. Asked for again and again: it looks no longer than it must. */
export function matcherOf(pattern: RegExp): { readonly name: string; readonly find: Find } {
  let ofSource = matchers.get(pattern.source)
  if (!ofSource) {
    ofSource = []
    matchers.set(pattern.source, ofSource)
  }
  const { ignoreCase, multiline, dotAll, unicode, sticky } = pattern
  const at = (ignoreCase ? 1 : 0) + (multiline ? 2 : 0) + (dotAll ? 4 : 0) + (unicode ? 8 : 0) + (sticky ? 16 : 0)
  const made = ofSource[at] ?? { name: `${pattern}`, find: remembered(compile(pattern)) }
  ofSource[at] = made
  return made
}

/** Texts of which it is remembered what a pattern found in them: words come again and again. */
const REMEMBERED = 1000

function remembered(find: Find): Find {
  const known = new Map<string, Map<number, Counted>>()
  return (text, from) => {
    let ofText = known.get(text)
    if (!ofText) {
      if (known.size >= REMEMBERED) known.clear()
      ofText = new Map()
      known.set(text, ofText)
    }
    let counted = ofText.get(from)
    if (!counted) {
      counted = find(text, from)
      ofText.set(from, counted)
    }
    return counted
  }
}

function compile(pattern: RegExp): Find {
  const root = parse(pattern)
  let text = ''
  let steps = 0
  const matcher = (node: Node, backwards: Backwards): Matcher => {
    switch (node.kind) {
      case 'one':
        return (at, then) => {
          steps++
          const here = backwards ? at - 1 : at
          return (
            here >= 0 && here < text.length && node.test(text.charCodeAt(here)) && then(backwards ? at - 1 : at + 1)
          )
        }
      case 'place':
        return (at, then) => {
          steps++
          return node.is(text, at) && then(at)
        }
      case 'sequence': {
        const parts = node.parts.map((p) => matcher(p, backwards))
        if (backwards) parts.reverse()
        const from =
          (i: number): Matcher =>
          (at, then) => {
            const part = parts[i]
            return part ? part(at, (next) => after[i]?.(next, then) ?? false) : then(at)
          }
        const after = parts.map((_, i) => from(i + 1))
        return from(0)
      }
      case 'either': {
        const parts = node.parts.map((p) => matcher(p, backwards))
        return (at, then) => parts.some((part) => part(at, then))
      }
      case 'look': {
        const part = matcher(node.part, node.behind)
        return (at, then) => part(at, () => true) !== node.not && then(at)
      }
      case 'repeat':
        return node.part.kind === 'one' ? manyOf(node.part.test, node, backwards) : manyTimes(node, backwards)
    }
  }

  /** Runs of single characters need no stack, however long they are. */
  const manyOf = (test: Test, { min, max, lazy }: Node & { kind: 'repeat' }, backwards: Backwards): Matcher => {
    const step = backwards ? -1 : 1
    const fits = (at: number) => {
      steps++
      const here = backwards ? at - 1 : at
      return here >= 0 && here < text.length && test(text.charCodeAt(here))
    }
    /** How many fit, from `from` on, `most` at most. */
    const run = (from: number, most: number) => {
      let count = 0
      while (count < most && fits(from + step * count)) count++
      return count
    }
    if (lazy)
      return (from, then) => {
        let count = run(from, min)
        if (count < min) return false
        while (!then(from + step * count)) if (count >= max || !fits(from + step * count++)) return false
        return true
      }
    return (from, then) => {
      let count = run(from, max)
      while (count >= min && !then(from + step * count)) count--
      return count >= min
    }
  }

  const manyTimes = ({ part, min, max, lazy }: Node & { kind: 'repeat' }, backwards: Backwards): Matcher => {
    const once = matcher(part, backwards)
    return (from, then) => {
      const go = (at: number, count: number): boolean => {
        const more = () =>
          count < max && once(at, (next) => (next === at && count >= min ? false : go(next, count + 1)))
        if (count < min) return more()
        return lazy ? then(at) || more() : more() || then(at)
      }
      return go(from, 0)
    }
  }

  const match = matcher(root, false)
  const first = firstOf(root)
  return (given, from) => {
    text = given
    steps = 0
    for (let start = from; start <= text.length; start++) {
      steps++
      if (!first || first(text.charCodeAt(start))) {
        let end = -1
        const found = match(start, (at) => {
          end = at
          return true
        })
        if (found) return { steps, start, end }
      }
      if (pattern.sticky) break
    }
    return { steps, start: -1, end: -1 }
  }
}

/** Whether a match may begin with a character; null where it may also be empty. Nothing begins with NaN, the end of the text. */
function firstOf(node: Node): Test | null {
  switch (node.kind) {
    case 'one':
      return node.test
    case 'sequence':
      for (const part of node.parts) {
        if (part.kind === 'look' || part.kind === 'place') continue
        return firstOf(part)
      }
      return null
    case 'either': {
      const tests = node.parts.map(firstOf).filter((t) => t !== null)
      return tests.length === node.parts.length ? (code) => tests.some((t) => t(code)) : null
    }
    case 'repeat':
      return node.min > 0 ? firstOf(node.part) : null
    default:
      return null
  }
}

const word: Test = (c) => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 95 || (c >= 97 && c <= 122)
const isWordAt = (text: string, at: number) => at >= 0 && at < text.length && word(text.charCodeAt(at))
const isEnd: Test = (c) => c === 10 || c === 13 || c === 0x2028 || c === 0x2029

/** One character of a class or an escape, asked of V8 itself and remembered: case, Unicode and all. */
function oneOf(source: string, flags: string): Test {
  const asked = new RegExp(`^(?:${source})$`, flags.replace(/[gymd]/g, ''))
  const answers = new Map<number, boolean>()
  return (code) => {
    let answer = answers.get(code)
    if (answer === undefined) {
      answer = asked.test(String.fromCharCode(code))
      answers.set(code, answer)
    }
    return answer
  }
}

function parse({ source, flags, multiline }: RegExp): Node {
  let at = 0
  const ahead = (text: string) => source.startsWith(text, at)
  const take = (text: string) => {
    const is = ahead(text)
    if (is) at += text.length
    return is
  }
  const refuse = (): never => {
    throw new Error(`pattern-steps cannot read /${source}/ at ${at}: ${source.slice(at, at + 12)}`)
  }

  const either = (): Node => {
    const parts = [sequence()]
    while (take('|')) parts.push(sequence())
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'either', parts }
  }
  const sequence = (): Node => {
    const parts: Node[] = []
    while (at < source.length && !ahead('|') && !ahead(')')) parts.push(repeated(single()))
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts }
  }
  const repeated = (part: Node): Node => {
    const [all, low, comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(source.slice(at, at + 24)) ?? []
    let range: readonly [number, number] | null = null
    if (take('*')) range = [0, Number.POSITIVE_INFINITY]
    else if (take('+')) range = [1, Number.POSITIVE_INFINITY]
    else if (take('?')) range = [0, 1]
    else if (all) {
      at += all.length
      range = [Number(low), high ? Number(high) : comma ? Number.POSITIVE_INFINITY : Number(low)]
    }
    return range ? { kind: 'repeat', part, min: range[0], max: range[1], lazy: take('?') } : part
  }
  const group = (make: (part: Node) => Node = (part) => part): Node => {
    const part = either()
    if (!take(')')) refuse()
    return make(part)
  }
  const look = (behind: boolean, not: boolean) => group((part) => ({ kind: 'look', part, behind, not }))
  const single = (): Node => {
    if (take('(?:')) return group()
    if (take('(?=')) return look(false, false)
    if (take('(?!')) return look(false, true)
    if (take('(?<=')) return look(true, false)
    if (take('(?<!')) return look(true, true)
    if (ahead('(?<')) at = source.indexOf('>', at) + 1
    else if (!take('(')) return atom()
    return group()
  }
  const atom = (): Node => {
    if (take('^')) return { kind: 'place', is: (t, i) => i === 0 || (multiline && isEnd(t.charCodeAt(i - 1))) }
    if (take('$')) return { kind: 'place', is: (t, i) => i === t.length || (multiline && isEnd(t.charCodeAt(i))) }
    if (take('\\b')) return { kind: 'place', is: (t, i) => isWordAt(t, i - 1) !== isWordAt(t, i) }
    if (take('\\B')) return { kind: 'place', is: (t, i) => isWordAt(t, i - 1) === isWordAt(t, i) }
    const [one] =
      /^(?:\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{[^}]*\}|c[A-Za-z]|[^1-9k])|[^\\[*+?{)])/.exec(
        source.slice(at),
      ) ?? []
    if (!one) return refuse()
    at += one.length
    return { kind: 'one', test: oneOf(one, flags) }
  }

  const root = either()
  if (at < source.length) refuse()
  return root
}
