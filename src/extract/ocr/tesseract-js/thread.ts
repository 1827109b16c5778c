import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'

type Packet = { readonly jobId: string; readonly action: string; readonly payload: unknown }

type WorkerScript = {
  readonly dispatchHandlers: (packet: Packet, reply: (message: unknown) => void) => void
  readonly setAdapter: (adapter: Record<string, unknown>) => void
}

/**
 * The thread side of tesseract.js with a loader of our own. The library's loader compares a boolean with an engine number and
 * so takes the core with the old recogniser; and where it can, it takes relaxed SIMD, whose rounding differs from processor
 * to processor, so that the same page could give two records. Nothing is ever fetched or cached.
 */
export function serveTesseract(): void {
  const require = createRequire(import.meta.url)
  const library = createRequire(require.resolve('tesseract.js'))
  const script = library('./worker-script/index.js') as WorkerScript
  const refuse = () => Promise.reject(new Error('tesseract.js asked for a download; there is none'))
  script.setAdapter({
    getCore: async () => library('tesseract.js-core/tesseract-core-simd-lstm'),
    gunzip: gunzipSync,
    fetch: refuse,
    readCache: (path: string) => readFile(path),
    writeCache: refuse,
    deleteCache: () => Promise.resolve(),
    checkCache: () => Promise.resolve(false),
  })
  parentPort?.on('message', (packet: Packet) =>
    script.dispatchHandlers(packet, (message) => parentPort?.postMessage(message)),
  )
}
