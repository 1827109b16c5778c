// A process of its own: what counts steps changes the language's own objects, and V8 counts for a whole process.
import { Session } from 'node:inspector/promises'
import { matcherOf } from './pattern-steps.ts'
import { readings } from './readings.ts'
import { repeated } from './texts.ts'

/** Steps by where they were taken: a function of ours, a pattern, or one of the language's own loops. */
export type Steps = Readonly<Record<string, number>>
export type Question = { readonly pieces: readonly string[]; readonly lengths: readonly number[] }
/** For every piece, the steps at every length. */
export type Answer = readonly (readonly Steps[])[]

const counts = new Map<string, number>()
let counting = false
const add = (where: string, steps: number) => {
  if (counting) counts.set(where, (counts.get(where) ?? 0) + steps)
}

const exec = RegExp.prototype.exec
/** Where matching by V8 and by our steps part, the steps would be of something else. */
RegExp.prototype.exec = function (this: RegExp, text: string) {
  if (!counting) return exec.call(this, text)
  counting = false
  const from = this.global || this.sticky ? this.lastIndex : 0
  const found = exec.call(this, text)
  const { name, find } = matcherOf(this)
  const { steps, start } = find(String(text), from)
  counting = true
  if (start !== (found?.index ?? -1)) throw new Error(`${name} is found at ${found?.index}, by steps at ${start}`)
  add(name, steps)
  return found
}

/** What the language does in loops of its own: a step for each element or character gone through. */
function counted(
  owner: object,
  names: readonly string[],
  cost: (self: { readonly length: number }, given: readonly unknown[]) => number,
) {
  for (const name of names) {
    const own = Reflect.get(owner, name) as (...given: readonly unknown[]) => unknown
    Reflect.defineProperty(owner, name, {
      configurable: true,
      writable: true,
      value: function (this: { readonly length: number }, ...given: readonly unknown[]) {
        if (counting) add(name, cost(this, given))
        return own.apply(this, given as unknown[])
      },
    })
  }
}
counted(Array.prototype, ['concat', 'includes', 'indexOf', 'join', 'splice', 'unshift', 'shift'], (self) => self.length)
counted(Array.prototype, ['slice'], (self, [from, to]) => {
  const place = (given: unknown, whenNone: number) => {
    const at = given === undefined ? whenNone : Number(given)
    return at < 0 ? Math.max(0, self.length + at) : Math.min(self.length, at)
  }
  return Math.max(0, place(to, self.length) - place(from, 0))
})
counted(String.prototype, ['toLowerCase', 'toUpperCase', 'normalize', 'localeCompare'], (self) => self.length)
counted(String.prototype, ['includes', 'indexOf'], (self, [what, from]) => {
  counting = false
  const at = String(self).indexOf(String(what), Number(from ?? 0))
  counting = true
  return (at < 0 ? self.length : at) - Number(from ?? 0)
})
counted(Object.getPrototypeOf([][Symbol.iterator]()), ['next'], () => 1)

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** What was run since the last time is forgotten. */
async function forget(): Promise<void> {
  await session.post('Profiler.takePreciseCoverage')
}

async function steps(run: () => void): Promise<Steps> {
  counts.clear()
  counting = true
  try {
    run()
  } finally {
    counting = false
  }
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const all: Record<string, number> = Object.fromEntries(counts)
  for (const { url, functions } of result)
    if (/\/src\/|levenshtein/.test(url))
      for (const { functionName, ranges } of functions)
        all[
          `${functionName || 'a function'} at ${url.replace(/^.*\/(src|node_modules)\//, '')}:${ranges[0]?.startOffset}`
        ] = Math.max(...ranges.map((r) => r.count))
  return all
}

process.once('message', async ({ pieces, lengths }: Question) => {
  const answer: Steps[][] = []
  for (const piece of pieces) {
    const read = (length: number) => {
      for (const reading of readings) reading.read(repeated(piece, length))
    }
    // What is remembered from text to text is remembered before anything is counted.
    read(lengths[0] ?? 0)
    await forget()
    const row: Steps[] = []
    for (const length of lengths) row.push(await steps(() => read(length)))
    answer.push(row)
  }
  process.send?.(answer satisfies Answer, () => process.exit())
})
