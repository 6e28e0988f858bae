import { COLUMNS } from '../../../functions/sources/vbrick/answers/columns.ts';
import { ACCOUNT_ID } from '../../../simulators/vbrick/content/tenant.ts';
import { simulator } from '../../../simulators/vbrick/simulator.ts';
import { ALWAYS, type Kind, ROWS, textsOf } from '../../crash/kind.ts';

/** The kinds of streams that are killed at each step of their runs. */
export const kinds: readonly Kind[] = [
  {
    name: 'CSV, with a sign-in',
    source: 'vbrick',
    stream: 'user-access',
    settings: { requestsPerMinute: 6_000 },
    secret: { apiKey: simulator.demo.secretValue.apiKey, secret: simulator.demo.secretValue.secret },
    found: { accountId: ACCOUNT_ID },
    held: (running) => ({
      headers: { 'content-type': 'text/csv' },
      text: [COLUMNS.join(), ...textsOf(running, 'userAccess'), ''].join('\r\n'),
    }),
    start: (from, to, now) =>
      simulator.start({
        from,
        to,
        now,
        count: ROWS,
        limit: 1_000_000,
        loginLimit: 1_000_000,
        licences: 1_000,
        loginShownSeconds: 86_400,
      }),
    steps: [...ALWAYS, 'signed in'],
  },
];
