import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Which rooms a room imports from, as the house is laid out: exactly these. A single file of src/ is a room of its own, and so are
 * the entry points in workers/ and scripts/.
 */
const importsFrom: Readonly<Record<string, readonly string[]>> = {
  model: [],
  version: [],
  home: [],
  extract: ['model', 'home', 'version'],
  language: ['model'],
  normalize: ['model', 'language'],
  decide: ['model', 'language'],
  guidelines: ['decide', 'home', 'version'],
  pipeline: ['model', 'extract', 'normalize', 'decide', 'guidelines'],
  store: ['model'],
  evaluate: ['model'],
  explain: ['model'],
  export: ['model'],
  queue: ['model', 'extract', 'normalize', 'pipeline', 'store'],
  intake: ['model', 'extract', 'normalize', 'store', 'queue', 'version'],
  retention: ['store', 'queue', 'intake'],
  batch: ['model', 'extract', 'normalize', 'pipeline', 'store', 'intake'],
  review: ['model', 'normalize', 'decide', 'guidelines', 'pipeline', 'evaluate', 'export', 'store', 'version'],
  http: ['home', 'model', 'extract', 'export', 'store', 'queue', 'intake', 'retention', 'review', 'version'],
  workers: ['model', 'extract', 'guidelines', 'pipeline', 'store', 'queue', 'intake', 'retention', 'http', 'version'],
  cli: [
    'home',
    'model',
    'extract',
    'guidelines',
    'pipeline',
    'store',
    'evaluate',
    'explain',
    'export',
    'queue',
    'intake',
    'batch',
    'retention',
    'review',
    'http',
    'workers',
    'version',
  ],
  scripts: ['model', 'extract', 'guidelines', 'pipeline', 'http', 'review', 'export'],
  index: ['model', 'extract', 'normalize', 'decide', 'guidelines', 'pipeline', 'store', 'version'],
}

const code = ['src', 'workers', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.(tsx?|mjs)$/.test(f))
    .map((f) => join(folder, f)),
)
const source = (file: string) => readFileSync(join(root, file), 'utf8')
/** `src/store/sql/schema.ts` is in the room `store`, `workers/page-reader.ts` in `workers`. */
const room = (file: string) => {
  const [top = '', next = ''] = file.split(sep)
  return top === 'src' ? next.replace(/\.tsx?$/, '') : top
}
const imports = (file: string) =>
  [...source(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1] ?? '')
/** Files of ours that a file imports, for their types or to run them, now or later. */
const neighbours = (file: string) =>
  imports(file)
    .filter((i) => i.startsWith('.'))
    .map((i) => relative(root, join(root, dirname(file), i)))
    .filter((target) => code.includes(target))

describe('the house', () => {
  it('imports one way: model, then the stages, then pipeline, then what uses it; and has no permission that nobody uses', () => {
    const found: Record<string, string[]> = Object.fromEntries(code.map((file) => [room(file), []]))
    for (const file of code)
      for (const target of neighbours(file))
        if (room(target) !== room(file) && !found[room(file)]?.includes(room(target)))
          found[room(file)]?.push(room(target))
    const sorted = (rooms: Readonly<Record<string, readonly string[]>>) =>
      Object.fromEntries(Object.entries(rooms).map(([name, list]) => [name, [...list].sort()]))
    expect(sorted(found)).toEqual(sorted(importsFrom))
  })

  it('has no circles: no file imports itself by way of others, not even for a type', () => {
    expect(circles(code, neighbours)).toEqual([])
  })

  it('finds a circle where there is one', () => {
    const edges: Readonly<Record<string, readonly string[]>> = { a: ['b'], b: ['c'], c: ['b'], d: ['a'] }
    expect(circles(Object.keys(edges), (file) => edges[file] ?? [])).toEqual([['b', 'c']])
  })

  it('keeps model, language, normalize and decide pure: no file, network, process or clock', () => {
    const impure = code
      .filter((f) => ['model', 'language', 'normalize', 'decide'].includes(room(f)))
      .flatMap((file) => {
        const reaches = imports(file).filter((i) => i.startsWith('node:'))
        const text = source(file)
        const clock = /\bDate\.now\(|\bnew Date\(\)|\bprocess\.|\bMath\.random\(|\bfetch\(|\bsetTimeout\(/.exec(text)
        return [...reaches, ...(clock ? [clock[0]] : [])].map((what) => `${file}: ${what}`)
      })
    expect(impure).toEqual([])
  })
})

/** Groups of files that import one another in a circle (strongly connected components, Tarjan 1972), each in order of name. */
function circles(files: readonly string[], next: (file: string) => readonly string[]): readonly (readonly string[])[] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (file: string) => {
    const at = index.size
    index.set(file, at)
    low.set(file, at)
    stack.push(file)
    for (const other of next(file)) {
      if (!index.has(other)) visit(other)
      if (stack.includes(other)) low.set(file, Math.min(low.get(file) ?? at, low.get(other) ?? at))
    }
    if (low.get(file) !== at) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1) found.push(group.sort())
  }
  for (const file of files) if (!index.has(file)) visit(file)
  return found
}
