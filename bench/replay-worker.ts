// A worker whose pages were read before: everything but OCR and files is real. Started by bench/queue.ts.
import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import type { DocumentPart } from '../src/extract/index.ts'
import { loadGuidelines } from '../src/guidelines.ts'
import { decideCase } from '../src/pipeline.ts'
import {
  observe,
  openLog,
  openQueue,
  standardWorkLimits,
  startReconciler,
  startWorker,
  workerMetrics,
} from '../src/queue/index.ts'
import { openStore } from '../src/store/index.ts'

const { REDIS_URL = '', DATABASE_URL = '', IMR_DATA = '', IMR_QUEUE_PREFIX = '', RECORDING = '' } = process.env
const redis = { url: REDIS_URL, prefix: IMR_QUEUE_PREFIX }
const recorded = JSON.parse(readFileSync(RECORDING, 'utf8')) as DocumentPart
const guidelines = loadGuidelines()
const bytes = { path: RECORDING, release: async () => {} }
const store = { ...(await openStore({ data: IMR_DATA, databaseUrl: DATABASE_URL })), openFile: async () => bytes }
const queue = openQueue(redis)
const observer = observe(openLog('replay'), workerMetrics(new Registry()))
startReconciler({ store, queue, observer, prefix: redis.prefix })
startWorker({
  redis,
  documents: 4,
  store,
  queue,
  observer,
  read: async () => recorded,
  decide: (record) => decideCase(record, guidelines),
  readBy: async () => recorded.readBy,
  limits: standardWorkLimits,
})
