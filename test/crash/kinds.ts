import type { Faults } from '../../local/vendors/faults.ts';
import { vendor as frame } from '../../local/vendors/frame.ts';
import { vendor as thousandeyes } from '../../local/vendors/thousandeyes.ts';
import { vendor as vbrick } from '../../local/vendors/vbrick.ts';
import type { RunningVendor } from '../../local/vendors/vendor.ts';
import type { Step } from './steps.ts';

/** A kind of stream, with a vendor that has enough of it for several flushes. */
export interface Kind {
  readonly name: string;
  readonly source: string;
  readonly stream: string;
  readonly settings: object;
  readonly secret: object;
  /** The log lies between these times (milliseconds), and does not grow. */
  start(from: number, to: number): Promise<RunningVendor>;
  /** What changes at the vendor before the run that is killed, where the first one only shows how things were. */
  readonly drift?: Faults;
  /** The steps that a run of it takes. */
  readonly steps: readonly Step[];
}

const ALWAYS = [
  'secret read',
  'lease taken',
  'page asked',
  'records put',
  'seen written',
  'checkpoint committed',
  'lease returned',
] as const;
const ROWS = 4_500;

export const KINDS: readonly Kind[] = [
  {
    name: 'in order of time, without ids, some too large',
    source: 'thousandeyes',
    stream: 'audit-user-events',
    settings: {},
    secret: thousandeyes.demo.secretValue,
    start: (from, to) =>
      thousandeyes.start({
        from,
        to,
        count: ROWS,
        pageSize: 500,
        limit: 1_000_000,
        faults: { oversized: { every: 2_000 } },
      }),
    steps: [...ALWAYS, 'seen read', 'quarantined'],
  },
  {
    name: 'with ids, pages by offset',
    source: 'frame',
    stream: 'audit-trails',
    settings: { limit: 500 },
    secret: frame.demo.secretValue,
    start: (from, to) => frame.start({ from, to, count: ROWS, driftMinutes: 0 }),
    steps: [...ALWAYS, 'seen read'],
  },
  {
    name: 'sessions, some still open',
    source: 'frame',
    stream: 'session-trails',
    settings: { limit: 500 },
    secret: frame.demo.secretValue,
    // The vendor's time stands still: else some would end while the runs are compared.
    start: (from, to) =>
      frame.start({
        from,
        to,
        sessionsPerMinute: 10,
        driftMinutes: 0,
        now: () => to + 5_000,
        signatureSkewSeconds: 86_400,
      }),
    steps: [...ALWAYS, 'seen read', 'going on noted'],
  },
  {
    name: 'whole days in one answer',
    source: 'frame',
    stream: 'user-activities',
    settings: {},
    secret: frame.demo.secretValue,
    start: (from, to) =>
      frame.start({ from, to, perMinute: 0, activitiesPerDay: ROWS, driftMinutes: 0, faults: { twins: 0 } }),
    steps: [...ALWAYS, 'seen read'],
  },
  {
    name: 'how things are',
    source: 'frame',
    stream: 'api-authorization-rules',
    settings: {},
    secret: frame.demo.secretValue,
    start: (from, to) => frame.start({ from, to, count: 10, driftMinutes: 0 }),
    drift: { newApiKeys: 3 },
    steps: [
      ...['secret read', 'lease taken', 'page asked', 'snapshot saved', 'pending committed', 'records put'],
      ...['seen read', 'seen written', 'promoted', 'old snapshots dropped', 'lease returned'],
    ] as Step[],
  },
  {
    name: 'CSV, with a sign-in',
    source: 'vbrick',
    stream: 'user-access',
    settings: { requestsPerMinute: 6_000 },
    secret: { apiKey: vbrick.demo.secretValue.apiKey, secret: vbrick.demo.secretValue.secret },
    start: (from, to) =>
      vbrick.start({
        from,
        to,
        count: ROWS,
        limit: 1_000_000,
        loginLimit: 1_000_000,
        licences: 1_000,
        loginShownSeconds: 86_400,
      }),
    steps: [...ALWAYS, 'signed in', 'seen read'],
  },
];
