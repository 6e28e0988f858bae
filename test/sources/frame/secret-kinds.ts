import { source } from '../../../functions/sources/frame/source.ts';
import { simulator } from '../../../simulators/frame/simulator.ts';
import type { SecretKind } from '../../secrets/secret-kinds.ts';

const ID = 'Jm3-frame.id_Xc8v.example';
const SECRET = 'Lp5/frame+secret"Hh2\\u';

/** Secrets that are looked for wherever they must not be. */
export const kinds: readonly SecretKind[] = [
  {
    name: 'frame',
    source,
    streams: ['audit-trails', 'api-authorization-rules'],
    value: { client_id: ID, client_secret: SECRET },
    unsent: ['client_secret'],
    start: (rows) => simulator.start({ ...rows, clientId: ID, clientSecret: SECRET, driftMinutes: 0 }),
  },
];
