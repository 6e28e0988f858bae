import { defineConfig } from 'vitest/config';

/**
 * Tests that need more than this process: a pseudo-terminal, a browser, what `cdk synth` makes, the memory or the end of another
 * process, minutes of counting. Two at a time: each starts programs, and waits for them half of its time.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/own-folder.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    include: ['test/outside/**/*.test.ts', 'test/sources/*/outside/*.test.ts'],
  },
});
