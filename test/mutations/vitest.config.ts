import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { plant, ROOT } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

// The rule tests with one planted bug: MUTATION=name vitest run --config test/mutations/vitest.config.ts FILE

const mutation = MUTATIONS.find(({ name }) => name === process.env.MUTATION);
if (!mutation) throw new Error(`no mutation is named ${process.env.MUTATION}`);
const place = fileURLToPath(new URL(mutation.file, ROOT));

export default defineConfig({
  root: fileURLToPath(ROOT),
  plugins: [
    {
      name: 'planted-bug',
      enforce: 'pre',
      transform: (code, id) => (id === place ? plant(mutation, code) : undefined),
    },
  ],
  test: { include: ['test/**/*.test.ts'], setupFiles: ['test/setup.ts'], maxWorkers: 1, bail: 1 },
});
