// What it costs to keep the words of pages and to draw their images, beside reading them. One page after the other, so that times are a page's own.
//   tsx bench/page-images.ts [FILE...]     (default: the samples)
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { drawPages, type ImageSize, openEngine, readDocument } from '../src/extract/index.ts'
import { pageWordsOf } from '../src/model/index.ts'
import { sha256Of } from '../src/store/index.ts'

const samples = fileURLToPath(new URL('../samples', import.meta.url))
const given = process.argv.slice(2)
const paths =
  given.length > 0
    ? given
    : (await readdir(samples)).filter((n) => /\.(pdf|tif|png|jpg)$/.test(n)).map((n) => join(samples, n))
const engine = await openEngine('auto', { jobs: 1 })

type Cost = { readonly ms: number[]; readonly bytes: number[] }
const costs = new Map<string, Cost>()
const note = (what: string, ms: number, bytes: number) => {
  const cost = costs.get(what) ?? { ms: [], bytes: [] }
  cost.ms.push(ms)
  cost.bytes.push(bytes)
  costs.set(what, cost)
}
const timed = async <T>(work: () => Promise<T>) => {
  const start = performance.now()
  const result = await work()
  return { result, ms: performance.now() - start }
}

for (const path of paths) {
  const file = { path, fileName: path, sha256: await sha256Of(path) }
  const { result: document, ms } = await timed(() => readDocument(file, { engine }))
  for (const page of document.pages) {
    note(`read (${page.source})`, ms / document.pages.length, 0)
    const text = JSON.stringify(pageWordsOf(page))
    const packed = await timed(() => promisify(gzip)(text, { level: 6 }))
    note('words as JSON', 0, text.length)
    note('words packed', packed.ms, packed.result.length)
  }
  for (const sizes of [['small'], ['full']] as const satisfies readonly (readonly ImageSize[])[])
    for (const { number, rotation, source } of document.pages) {
      let bytes = 0
      const draw = () =>
        drawPages(file, {
          pages: [{ number, turned: rotation }],
          sizes,
          onDrawn: (_, images) => {
            bytes = images[0]?.webp.length ?? 0
          },
        })
      note(`image ${sizes[0]} (${source})`, (await timed(draw)).ms, bytes)
    }
}
await engine.close()

const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
for (const [what, { ms, bytes }] of costs)
  process.stdout.write(
    `${what.padEnd(24)} n ${ms.length}  ms p50 ${quantile(ms, 0.5).toFixed(1)} p95 ${quantile(ms, 0.95).toFixed(1)}  kB p50 ${(quantile(bytes, 0.5) / 1e3).toFixed(1)} p95 ${(quantile(bytes, 0.95) / 1e3).toFixed(1)}\n`,
  )
