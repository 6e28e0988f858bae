import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    // Two cores, and tests that wait for processes and clocks of other processes a fifth of their time.
    maxWorkers: 3,
  },
});
