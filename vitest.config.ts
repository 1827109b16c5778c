import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/leaks.ts', 'test/fixtures/shared-servers.ts'],
    // A test whose loop over nothing asserts nothing fails; so does a run that leaves out all tests but one.
    expect: { requireAssertions: true },
    allowOnly: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    // OCR and the child processes take both cores already: more test workers only add noise.
    maxWorkers: 2,
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
