import { source } from '../../../functions/sources/vbrick/source.ts';
import { simulator } from '../../../simulators/vbrick/simulator.ts';
import type { SecretKind } from '../../secrets/secret-kinds.ts';

const API_KEY = 'Rd9+vbrick/key_Tt6';
const KEY_SECRET = 'Ww1~vbrick"secret\\Bn7';
const PASSWORD = 'Gf4 vbrick "pässword\\ Yy0/';

const common = {
  source,
  streams: ['user-access', 'users'],
  signsIn: true,
  settings: { requestsPerMinute: 6_000 },
} as const;

/** Secrets that are looked for wherever they must not be. */
export const kinds: readonly SecretKind[] = [
  {
    ...common,
    name: 'key',
    value: { apiKey: API_KEY, secret: KEY_SECRET },
    start: (rows) => simulator.start({ ...rows, apiKey: API_KEY, secret: KEY_SECRET, limit: 1_000_000 }),
  },
  {
    ...common,
    name: 'password',
    value: { username: 'svc-siem', password: PASSWORD },
    open: ['username'],
    start: (rows) => simulator.start({ ...rows, password: PASSWORD, limit: 1_000_000, seed: 11 }),
  },
];
