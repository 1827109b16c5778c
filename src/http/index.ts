export type { ReadyCheck } from './health.ts'
export { type RunningServer, ServerRefused } from './listen.ts'
export { startProbes } from './probes.ts'
export { type ServerOptions, startServer } from './server.ts'
