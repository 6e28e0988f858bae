import { simulator } from '../../../simulators/thousandeyes/simulator.ts';
import { ALWAYS, JSON_TYPE, type Kind, ROWS, textsOf } from '../../crash/kind.ts';

/** The kinds of streams that are killed at each step of their runs. */
export const kinds: readonly Kind[] = [
  {
    name: 'in order of time, without ids, some too large',
    source: 'thousandeyes',
    stream: 'audit-user-events',
    settings: {},
    secret: simulator.demo.secretValue,
    held: (running) => ({ headers: JSON_TYPE, text: `{"auditEvents":[${textsOf(running)}]}` }),
    start: (from, to, now) =>
      simulator.start({
        from,
        to,
        now,
        count: ROWS,
        pageSize: 500,
        limit: 1_000_000,
        faults: { oversized: { every: 2_000 } },
      }),
    steps: [...ALWAYS, 'quarantined'],
  },
];
