import { defineConfig } from 'vitest/config';

// Integration suites share two cores with the emulators they start, so they run in one lane of
// their own; everything else runs beside them in parallel.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
