import { source } from '../../../functions/sources/thousandeyes/source.ts';
import { simulator } from '../../../simulators/thousandeyes/simulator.ts';
import type { SecretKind } from '../../secrets/secret-kinds.ts';

const TOKEN = 'Qz7k/te+Vw4~bearer=9x';

/** Secrets that are looked for wherever they must not be. */
export const kinds: readonly SecretKind[] = [
  {
    name: 'bearer',
    source,
    streams: ['audit-user-events'],
    value: { token: TOKEN },
    start: (rows) =>
      simulator.start({
        ...rows,
        token: TOKEN,
        limit: 1_000_000,
        faults: { odd: { every: 9 }, oversized: { every: 50 } },
      }),
  },
];
