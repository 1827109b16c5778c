// Child process that parses one document and reads its pages; started by src/extract/parent/pool.ts.

// Before anything else, for it takes a while until all is loaded. A signal that reaches all processes (of a service manager, of a terminal) is
// the parent's to act on: it decides whether what is in hand is still finished, and when it is gone, this process goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit(0))

const { serve } = await import('../src/extract/child/main.ts')
if (process.connected) serve(process.argv[2])
else process.exit(0)
