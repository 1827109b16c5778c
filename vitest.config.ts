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
      provider: 'v8',
      include: ['src/**/*.ts'],
      // What runs in child processes only is tested through them, where coverage does not see it.
      exclude: ['src/cli/**', 'src/extract/child/**', 'src/extract/ocr/tesseract-js/thread.ts', 'src/index.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 70, functions: 70, branches: 60, statements: 70 },
    },
  },
})
