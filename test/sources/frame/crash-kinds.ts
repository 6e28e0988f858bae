import { CUSTOMER } from '../../../simulators/frame/organization.ts';
import { simulator } from '../../../simulators/frame/simulator.ts';
import { ALWAYS, JSON_TYPE, type Kind, ROWS, textsOf } from '../../crash/kind.ts';
import type { Step } from '../../crash/steps.ts';

/** The kinds of streams that are killed at each step of their runs. */
export const kinds: readonly Kind[] = [
  {
    name: 'with ids, pages by offset',
    source: 'frame',
    stream: 'audit-trails',
    settings: { limit: 500 },
    secret: simulator.demo.secretValue,
    found: { customerId: CUSTOMER.id },
    held: (running) => ({ headers: JSON_TYPE, text: `[${textsOf(running)}]` }),
    start: (from, to, now) => simulator.start({ from, to, now, count: ROWS, driftMinutes: 0 }),
    steps: ALWAYS,
  },
  {
    name: 'sessions, some still open',
    source: 'frame',
    stream: 'session-trails',
    settings: { limit: 500 },
    secret: simulator.demo.secretValue,
    found: { customerId: CUSTOMER.id },
    held: (running) => ({ headers: JSON_TYPE, text: `[${textsOf(running, 'session-trails')}]` }),
    // The vendor's time stands still: else some would end while the runs are compared.
    start: (from, to) =>
      simulator.start({
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
    secret: simulator.demo.secretValue,
    found: { customerId: CUSTOMER.id },
    held: (running) => ({ headers: JSON_TYPE, text: `{"data":[${textsOf(running, 'user_activities')}]}` }),
    start: (from, to, now) =>
      simulator.start({ from, to, now, perMinute: 0, activitiesPerDay: ROWS, driftMinutes: 0, faults: { twins: 0 } }),
    steps: ALWAYS,
  },
  {
    name: 'how things are',
    source: 'frame',
    stream: 'api-authorization-rules',
    settings: {},
    secret: simulator.demo.secretValue,
    start: (from, to, now) => simulator.start({ from, to, now, count: 10, driftMinutes: 0 }),
    drift: { newApiKeys: 3 },
    steps: [
      ...['secret read', 'lease taken', 'page asked', 'snapshot saved', 'pending committed', 'records put'],
      ...['seen read', 'seen written', 'promoted', 'old snapshots dropped', 'lease returned'],
    ] as Step[],
  },
];
