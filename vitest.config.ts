import { defineConfig } from 'vitest/config';

/** What reads nothing of the process but its clock, and changes nothing in it: modules are loaded once for all of these. */
const TOGETHER = [
  'test/{rules,property,formats,hostile,simulation,infra,content}/**/*.test.ts',
  'test/sources/*/*.test.ts',
  'test/unit/core/snapshot*.test.ts',
  'test/walls/*.test.ts',
  'test/{ecs-reader,golden}.test.ts',
];

const common = { setupFiles: ['test/setup.ts'], testTimeout: 60_000 };

export default defineConfig({
  test: {
    // Two cores, and tests that wait for processes and clocks of other processes a fifth of their time.
    maxWorkers: 3,
    projects: [
      { test: { ...common, name: 'together', include: TOGETHER, isolate: false } },
      { test: { ...common, name: 'apart', include: ['test/**/*.test.ts'], exclude: [...TOGETHER, 'test/outside/**'] } },
    ],
  },
});
