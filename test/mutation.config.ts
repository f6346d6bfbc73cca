import { defineConfig } from 'vitest/config';

// For `npm run mutation`: the core's own tests, and no others, must notice each change to the core. A test
// that a slow machine keeps from ending in time would count as having noticed; hence the long time-out.
export default defineConfig({
  test: { include: ['test/unit/core/**/*.test.ts'], testTimeout: 50_000 },
});
