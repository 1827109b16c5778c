export { DEFAULT_PREFIX, openQueue, type Queue, type QueueCounts, type QueueOptions } from './queue.ts'
