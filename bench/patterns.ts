// No pattern may take long over what a page can hold: every regular expression of normalize and decide is run over 100 kB of each
// adversarial text, and over its own words again and again; every reading function over the same texts.
//   npx tsx bench/patterns.ts [-- MILLISECONDS]     how long is too long (50)
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { pieces, repeated } from '../test/adversarial/texts.ts'

const LENGTH = 100_000
const limit = Number(process.argv.slice(2).find((a) => /^\d+$/.test(a)) ?? 50)
const SHOWN = 25

type Pattern = { readonly source: string; readonly flags: string; readonly from: string }
const patterns = new Map<string, Pattern>()
const keep = (source: string, flags: string, from: string) => {
  const key = `/${source}/${flags}`
  if (!patterns.has(key)) patterns.set(key, { source, flags, from })
}

/** Patterns that the modules put together while they load, or while they read. */
const Native = RegExp
globalThis.RegExp = new Proxy(Native, {
  construct(target, given: [string | RegExp, string?]) {
    const made = new target(...given)
    keep(made.source, made.flags, 'put together')
    return made
  },
})

const sources = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : []
  })

/** Patterns that stand in the source. */
function literals(path: string): void {
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      keep(node.text.slice(1, end), node.text.slice(end + 1), path)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest))
}
for (const room of ['src/normalize', 'src/decide']) for (const path of sources(room)) literals(path)
const { readings } = await import('../test/adversarial/readings.ts')
for (const { read } of readings) read('Diagnoses: 1. knee strain 2. hip strain. PT 2x8, left knee. Norco 10/325mg #60.')

const words = (source: string) => [...new Set(source.match(/[A-Za-z]{2,}/g) ?? [])].slice(0, 8).map((w) => `${w} `)

type Timed = { readonly what: string; readonly piece: string; readonly ms: number; readonly length: number }

function clocked(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

/** Time over a text of the full length; over a shorter one, when that alone takes too long. */
function timed(what: string, piece: string, run: (text: string) => void): Timed {
  let ms = 0
  let length = 0
  for (length of [2000, 10_000, 30_000, LENGTH]) {
    const text = repeated(piece, length)
    const runs = length < LENGTH ? 3 : 2
    ms = Math.min(...Array.from({ length: runs }, () => clocked(() => run(text))))
    if (ms > limit) break
  }
  return { what, piece, ms, length }
}
const badness = ({ ms, length }: Timed) => ms * (LENGTH / length) ** 2

const worstOf = (all: readonly Timed[]) => all.reduce((a, b) => (badness(b) > badness(a) ? b : a))
report(
  `${patterns.size} patterns`,
  [...patterns.values()].map(({ source, flags, from }) => {
    const pattern = new Native(source, flags.includes('y') ? flags : `${flags.replace('g', '')}g`)
    const run = (text: string) => {
      pattern.lastIndex = 0
      // A sticky pattern is asked at one place at a time.
      if (pattern.sticky) pattern.exec(text)
      else for (const _ of text.matchAll(pattern));
    }
    const what = `${from}: /${source.slice(0, 110)}/${flags}`
    return worstOf([...pieces, ...words(source)].map((piece) => timed(what, piece, run)))
  }),
)
/** A function's worst text, looked for at a fifth of the length, then read whole and twice as long: doubling must double. */
console.log(
  `\n${readings.length} reading functions, the worst of ${pieces.length} texts each, ms at 100 kB, at 200 kB, ratio:`,
)
for (const { name, read } of readings) {
  const short = pieces.map((piece) => {
    const text = repeated(piece, LENGTH / 5)
    return { piece, ms: clocked(() => read(text)) }
  })
  const { piece } = short.reduce((a, b) => (b.ms > a.ms ? b : a))
  const [once = 0, twice = 0] = [LENGTH, 2 * LENGTH].map((length) => {
    const text = repeated(piece, length)
    return Math.min(
      clocked(() => read(text)),
      clocked(() => read(text)),
    )
  })
  const ratio = (twice / once).toFixed(1)
  console.log(
    `${once.toFixed(0).padStart(9)} ${twice.toFixed(0).padStart(9)} ${ratio.padStart(6)}  ${JSON.stringify(piece).padEnd(30)} ${name}`,
  )
}

function report(title: string, timed: readonly Timed[]): void {
  const sorted = [...timed].sort((a, b) => badness(b) - badness(a))
  const over = sorted.filter((t) => badness(t) > limit)
  console.log(`\n${title}, ${LENGTH / 1000} kB: ${over.length} over ${limit} ms, the worst:`)
  for (const { what, piece, ms, length } of sorted.slice(0, Math.max(SHOWN, 0)))
    console.log(
      `${ms.toFixed(1).padStart(9)} ms  ${`${length / 1000} kB`.padStart(6)}  ${JSON.stringify(piece).padEnd(30)} ${what}`,
    )
}
