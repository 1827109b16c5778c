export { archiveLimits } from './archive.ts'
export { type Arrival, noteFailed, type Taken, takeIn, type WayIn } from './take-in.ts'
export { startWatch, type Watch, type WatchEvent, type WatchOptions, WatchRefused } from './watch.ts'
