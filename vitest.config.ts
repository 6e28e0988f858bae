import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Most of a short process's time goes into compiling what it loads: all processes of the tests, and the threads in them, share that.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

/** What leaves nothing behind in its process: modules are loaded once for all of these. */
const TOGETHER = [
  'test/{content,cost,destinations,formats,hostile,infra,local,made-up,property,release,rules,saved-state,simulation,unit,walls}/**/*.test.ts',
  'test/sources/*/{,simulator/}*.test.ts',
  'test/{contract,ecs-reader,golden,promises}.test.ts',
];
/** Tests of a function's shell: it keeps its clients, and what it has learned, as long as its process lives. */
const ALONE = [
  'test/{made-up,saved-state}/*.test.ts',
  'test/rules/{invocation/invocation,state/seen}.test.ts',
  'test/unit/core/rereads.test.ts',
  'test/unit/shell/**/*.test.ts',
];

/** The whole way with a function in a thread, which takes longer to load than most of these tests: the tests of a process share it. */
const ON_STAGE = ['test/e2e/*.test.ts', 'test/sources/*/e2e/*.test.ts'];

// So long that it ends what hangs, and never what a busy machine is late with.
const PATIENCE_MS = 300_000;
// Node loads TypeScript by itself. Vite's own loader makes a call through a getter of each use of an import, which hot loops feel.
const native = { viteModuleRunner: false };
const common = {
  setupFiles: ['test/setup.ts'],
  testTimeout: PATIENCE_MS,
  hookTimeout: PATIENCE_MS,
  experimental: native,
};

export default defineConfig({
  test: {
    globalSetup: ['test/own-folder.ts'],
    // Two cores, and tests that wait for processes and clocks of other processes a fifth of their time.
    maxWorkers: 3,
    projects: [
      { test: { ...common, name: 'together', include: TOGETHER, exclude: ALONE, isolate: false } },
      { test: { ...common, name: 'on stage', include: ON_STAGE, isolate: false } },
      { test: { ...common, name: 'alone', include: ALONE } },
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
