export { type RunningServer, type ServerOptions, ServerRefused, startServer } from './server.ts'
