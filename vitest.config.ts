import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Most of a short process's time goes into compiling what it loads: all processes of the tests, and the threads in them, share that.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

/** What reads nothing of the process but its clock, and changes nothing in it: modules are loaded once for all of these. */
const TOGETHER = [
  'test/{rules,property,formats,hostile,simulation,infra,content}/**/*.test.ts',
  'test/sources/*/*.test.ts',
  'test/unit/core/snapshot*.test.ts',
  'test/walls/*.test.ts',
  'test/{ecs-reader,golden}.test.ts',
];

/** The whole way with a function in a thread, which takes longer to load than most of these tests: the tests of a process share it. */
const ON_STAGE = ['test/e2e/*.test.ts', 'test/sources/*/e2e/*.test.ts'];

const common = { setupFiles: ['test/setup.ts'], testTimeout: 60_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/own-folder.ts'],
    // Two cores, and tests that wait for processes and clocks of other processes a fifth of their time.
    maxWorkers: 3,
    projects: [
      { test: { ...common, name: 'together', include: TOGETHER, isolate: false } },
      { test: { ...common, name: 'on stage', include: ON_STAGE, isolate: false } },
      {
        test: {
          ...common,
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: [...TOGETHER, ...ON_STAGE, 'test/outside/**', 'test/sources/*/outside/**'],
        },
      },
    ],
  },
});
