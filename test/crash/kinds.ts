import type { Answer } from '../../functions/core/model.ts';
import { COLUMNS } from '../../functions/sources/vbrick/answers/columns.ts';
import type { FrameFaults } from '../../simulators/frame/faults.ts';
import { simulator as frame } from '../../simulators/frame/simulator.ts';
import type { RunningSimulator } from '../../simulators/simulator.ts';
import { simulator as thousandeyes } from '../../simulators/thousandeyes/simulator.ts';
import { simulator as vbrick } from '../../simulators/vbrick/simulator.ts';
import type { Step } from './steps.ts';

const EVER = { from: 0, to: Date.UTC(2200, 0, 1) };
const JSON_TYPE = { 'content-type': 'application/json' };

/** The texts of a vendor's records. */
function textsOf(vendor: RunningSimulator, collection?: string): string[] {
  return [...vendor.events({ ...EVER, ...(collection !== undefined && { collection }) })].map(({ text }) => text);
}

/** A kind of stream, with a vendor that has enough of it for several flushes. */
export interface Kind {
  readonly name: string;
  readonly source: string;
  readonly stream: string;
  readonly settings: object;
  readonly secret: object;
  /** The log lies between these times (milliseconds), and does not grow. */
  start(from: number, to: number, now: () => number): Promise<RunningSimulator>;
  /** All records of the log, as an answer that the stream can read; none where only differences are told. */
  held?(vendor: RunningSimulator): Pick<Answer, 'headers' | 'text'>;
  /** What changes at the vendor before the run that is killed, where the first one only shows how things were. */
  readonly drift?: FrameFaults;
  /** The steps that a run of it takes: these, and no others. */
  readonly steps: readonly Step[];
}

const ALWAYS = [
  'secret read',
  'lease taken',
  'connection noted',
  'seen read',
  'page asked',
  'records put',
  'seen written',
  'checkpoint committed',
  'ledger written',
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
    held: (vendor) => ({ headers: JSON_TYPE, text: `{"auditEvents":[${textsOf(vendor)}]}` }),
    start: (from, to, now) =>
      thousandeyes.start({
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
  {
    name: 'with ids, pages by offset',
    source: 'frame',
    stream: 'audit-trails',
    settings: { limit: 500 },
    secret: frame.demo.secretValue,
    held: (vendor) => ({ headers: JSON_TYPE, text: `[${textsOf(vendor)}]` }),
    start: (from, to, now) => frame.start({ from, to, now, count: ROWS, driftMinutes: 0 }),
    steps: ALWAYS,
  },
  {
    name: 'sessions, some still open',
    source: 'frame',
    stream: 'session-trails',
    settings: { limit: 500 },
    secret: frame.demo.secretValue,
    held: (vendor) => ({ headers: JSON_TYPE, text: `[${textsOf(vendor, 'session-trails')}]` }),
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
    steps: [...ALWAYS, 'going on noted'],
  },
  {
    name: 'whole days in one answer',
    source: 'frame',
    stream: 'user-activities',
    settings: {},
    secret: frame.demo.secretValue,
    held: (vendor) => ({ headers: JSON_TYPE, text: `{"data":[${textsOf(vendor, 'user_activities')}]}` }),
    start: (from, to, now) =>
      frame.start({ from, to, now, perMinute: 0, activitiesPerDay: ROWS, driftMinutes: 0, faults: { twins: 0 } }),
    steps: ALWAYS,
  },
  {
    name: 'how things are',
    source: 'frame',
    stream: 'api-authorization-rules',
    settings: {},
    secret: frame.demo.secretValue,
    start: (from, to, now) => frame.start({ from, to, now, count: 10, driftMinutes: 0 }),
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
    held: (vendor) => ({
      headers: { 'content-type': 'text/csv' },
      text: [COLUMNS.join(), ...textsOf(vendor, 'userAccess'), ''].join('\r\n'),
    }),
    start: (from, to, now) =>
      vbrick.start({
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
