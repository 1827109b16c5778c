import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import LongestFirst from './test/fixtures/longest-first.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // What tests start as a process of its own runs from a build: from sources it takes three times as long to be ready.
  resolve: { alias: [{ find: /^(?:\.\.?\/)+home\.ts$/, replacement: at('test/fixtures/home.ts') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/leaks.ts', 'test/fixtures/built-workers.ts', 'test/fixtures/shared-servers.ts'],
    // A test whose loop over nothing asserts nothing fails; so does a run that leaves out all tests but one.
    // What is waited for is waited for as long as a busy machine takes.
    expect: { requireAssertions: true, poll: { timeout: 60_000 } },
    allowOnly: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    // The longest files wait for processes more than they compute: one worker more than cores, but not as many as a large machine has.
    maxWorkers: Math.min(availableParallelism(), 4) + 1,
    sequence: { sequencer: LongestFirst },
    maxConcurrency: 2,
    coverage: {
      provider: 'custom',
      customProviderModule: 'test/fixtures/coverage.ts',
      include: ['src/**/*.ts'],
      exclude: ['src/index.ts', 'src/**/*.d.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 93, functions: 92, branches: 84, statements: 91 },
    },
  },
})
