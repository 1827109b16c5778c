import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Which rooms a room may import from: one way, as the house is laid out. A single file of src/ is a room of its own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  version: [],
  extract: ['model'],
  normalize: ['model'],
  decide: ['model'],
  guidelines: ['decide'],
  pipeline: ['model', 'extract', 'normalize', 'decide'],
  store: ['model', 'pipeline', 'version'],
  evaluate: ['model'],
  explain: ['model'],
  export: ['model', 'store'],
  run: ['model', 'normalize', 'extract', 'decide', 'pipeline', 'guidelines', 'store', 'version'],
  queue: ['model', 'extract', 'normalize', 'decide', 'pipeline', 'store', 'run', 'version'],
  intake: ['model', 'extract', 'normalize', 'store', 'run', 'queue', 'version'],
  review: ['model', 'extract', 'store', 'queue', 'intake', 'export', 'version'],
  cli: [
    'intake',
    'queue',
    'review',
    'model',
    'extract',
    'decide',
    'pipeline',
    'guidelines',
    'store',
    'run',
    'explain',
    'export',
    'evaluate',
    'version',
  ],
  index: [
    'model',
    'extract',
    'normalize',
    'decide',
    'pipeline',
    'guidelines',
    'store',
    'run',
    'export',
    'evaluate',
    'version',
  ],
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))
const room = (path: string) => path.split(/[\\/]/)[0]?.replace(/\.ts$/, '') ?? ''
const source = (file: string) => readFileSync(join(root, 'src', file), 'utf8')
const imports = (file: string) =>
  [...source(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1] ?? '')

describe('the house', () => {
  it('has rules for every room', () => {
    expect([...new Set(files.map(room))].filter((r) => !(r in mayImport))).toEqual([])
  })

  it('imports one way: model, then the stages, then pipeline, then what uses it', () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((i) => i.startsWith('.'))
        .map((i) => relative(join(root, 'src'), join(root, 'src', dirname(file), i)))
        .filter(
          (target) =>
            !target.startsWith('..') && room(target) !== room(file) && !mayImport[room(file)]?.includes(room(target)),
        )
        .map((target) => `${file} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('keeps model, normalize and decide pure: no file, network, process or clock', () => {
    const impure = files
      .filter((f) => ['model', 'normalize', 'decide'].includes(room(f)))
      .flatMap((file) => {
        const reaches = imports(file).filter((i) => i.startsWith('node:'))
        const text = source(file)
        const clock = /\bDate\.now\(|\bnew Date\(\)|\bprocess\.|\bMath\.random\(|\bfetch\(|\bsetTimeout\(/.exec(text)
        return [...reaches, ...(clock ? [clock[0]] : [])].map((what) => `${file}: ${what}`)
      })
    expect(impure).toEqual([])
  })

  it('keeps the pipeline short enough to read as a sentence', () => {
    expect(source('pipeline.ts').split('\n').length).toBeLessThanOrEqual(40)
  })
})
