import { defineConfig } from 'vitest/config';

/** Tests that need something of the machine beside Node: a pseudo-terminal, a browser. One after the other, as each starts programs. */
export default defineConfig({
  test: {
    globalSetup: ['test/own-folder.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    include: ['test/outside/**/*.test.ts'],
  },
});
