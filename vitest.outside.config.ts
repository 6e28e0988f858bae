import { defineConfig } from 'vitest/config';

/** Tests that need something of the machine that Node does not bring: a browser, a pseudo-terminal. `npm run test:outside` runs them. */
export default defineConfig({
  test: {
    include: ['test/outside/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts a whole program, and a browser or a terminal beside it.
    maxWorkers: 1,
  },
});
