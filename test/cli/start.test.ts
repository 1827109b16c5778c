import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundle } from '../../scripts/build.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { outputs } = bundle(join(root, 'dist'), { write: false }).metafile

/** Sources and packages that are loaded before the first line of `source` runs: what it imports at once, and they in turn. */
function waitedFor(source: string): readonly string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string) => {
    const output = outputs[file]
    if (seen.has(file) || !output) return
    seen.add(file)
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs))
      if (bytesInOutput > 0) found.add(packageOf(input) ?? input)
    for (const { path, kind, external } of output.imports) {
      if (kind === 'dynamic-import') continue
      if (external) found.add(packageOf(`node_modules/${path}`) ?? path)
      else visit(path)
    }
  }
  visit(Object.entries(outputs).find(([, o]) => o.entryPoint === source)?.[0] ?? '')
  return [...found]
}

const packageOf = (file: string) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]

describe('a command that is started', () => {
  it('starts the reader before it loads anything else', () => {
    const first = waitedFor('src/cli/main.ts')
    expect(first).toContain('src/extract/parent/pool.ts')
    expect(first.filter((f) => !/^(?:src\/|node:|package\.json)/.test(f))).toEqual([])
  })

  it('to read, waits for no database, no queue, no server, no schema and nothing that understands letters', () => {
    const before = waitedFor('src/cli/run.ts')
    expect(before).toContain('src/batch/batch.ts')
    const heavy =
      /^(?:kysely|pg|libsql|zod|yaml|yauzl|bullmq|ioredis|fastify|pino|prom-client|src\/(?:language|normalize|decide|queue|http)\/.*)$/
    expect(before.filter((name) => heavy.test(name))).toEqual([])
  })

  it('opens strangers’ files with no schema and nothing that understands letters', () => {
    const reader = waitedFor('src/extract/child/main.ts')
    expect(reader).toContain('sharp')
    expect(reader.filter((name) => /^(?:zod|src\/(?:language|normalize|decide|store)\/.*)$/.test(name))).toEqual([])
  })

  it('opens a picture without what takes PDFs apart', () => {
    const reader = [...waitedFor('src/extract/child/main.ts'), ...waitedFor('src/extract/child/image-file.ts')]
    expect(reader).toContain('sharp')
    expect(reader.filter((name) => /^(?:pdfjs-dist|@napi-rs\/canvas)$/.test(name))).toEqual([])
  })
})
