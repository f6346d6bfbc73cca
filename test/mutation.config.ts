import { defineConfig } from 'vitest/config';

// For `npm run mutation`: the core's own tests, and no others, must notice each change to the core.
export default defineConfig({ test: { include: ['test/unit/core/**/*.test.ts'] } });
