import { describe, expect } from 'vitest';
import type { FrameOptions } from '../../../../simulators/frame/simulator.ts';
import { RUNNING_SESSIONS, SESSION_RANGES } from '../../../../simulators/frame/trails/session-trail.ts';
import { difference, readDelivered } from '../../../e2e/delivered.ts';
import { DESTINATIONS } from '../../../e2e/stage.ts';
import { type FrameBench, type StartFrame, test } from './stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.parse('2026-06-01T00:00:00Z');
const COMBINATIONS = SESSION_RANGES.flatMap((sessionRange) =>
  RUNNING_SESSIONS.map((runningSessions) => ({ sessionRange, runningSessions })),
);

describe('sessions', () => {
  test.for(COMBINATIONS)(
    'asked for by $sessionRange, $runningSessions while they run, each arrive as one start and one end',
    async (combination, { start }) => {
      const bench = await startDays(start, 2, {
        ...combination,
        longestSessionDays: 3,
        faults: { twins: 0.1, late: { share: 0.2, upToSeconds: 3_000 } },
      });

      // The last look back over a week comes a day after the last of them has ended.
      await runFor(bench, 6 * DAY_MS + 12 * HOUR_MS, 12 * HOUR_MS);

      expect(longestOf(bench)).toBeGreaterThan(2 * DAY_MS);
      await expectStartsAndEnds(bench);
    },
  );

  test('that run for longer than any look back are asked for until they have ended', async ({ start }) => {
    const bench = await startDays(start, 2, { longestSessionDays: 14 });

    await runFor(bench, 17 * DAY_MS, DAY_MS);

    expect(longestOf(bench)).toBeGreaterThan(8 * DAY_MS);
    await expectStartsAndEnds(bench);
  });

  test('whose figures are corrected after their end are the same events', async ({ start }) => {
    const bench = await startDays(start, 1, { faults: { corrections: { share: 0.5, upToSeconds: 7_200 } } });

    await runFor(bench, 3 * DAY_MS, 6 * HOUR_MS);

    const { texts } = await readDelivered(bench.out, 'vault');
    const corrected = [...bench.vendor.held('session-trails')].filter(({ text }) => !texts.includes(text));
    expect(corrected.length).toBeGreaterThan(0);
    await expectStartsAndEnds(bench);
  });
});

/** A bench whose sessions begin within so many days from its present. */
function startDays(start: StartFrame, days: number, vendor: FrameOptions): Promise<FrameBench> {
  const ends = { from: BEGIN, to: BEGIN + days * DAY_MS };
  return start({
    at: BEGIN,
    startFrom: BEGIN,
    streams: ['session-trails'],
    timing: 'own',
    vendor: { perMinute: 0, sessionsPerMinute: 0.1, ...ends, ...vendor },
  });
}

async function runFor(bench: FrameBench, lengthMs: number, stepMs: number): Promise<void> {
  for (let passed = 0; passed < lengthMs; passed += stepMs) {
    bench.travel(stepMs);
    expect(await bench.run()).toMatchObject({ state: 'caught-up', warnings: [] });
  }
}

interface Session {
  readonly id: string;
  readonly session_start: string;
  readonly session_end: string | null;
}

function sessionsOf({ vendor }: FrameBench): Session[] {
  return [...vendor.held('session-trails')].map(({ text }) => JSON.parse(text));
}

/** How long the longest one lasts that has ended. */
function longestOf(bench: FrameBench): number {
  const ended = sessionsOf(bench).filter(({ session_end }) => session_end !== null);
  return Math.max(...ended.map((one) => Date.parse(one.session_end ?? '') - Date.parse(one.session_start)));
}

/** Every session has arrived once as a start and, if it has ended, once as an end, at every destination. */
async function expectStartsAndEnds(bench: FrameBench): Promise<void> {
  const expected = sessionsOf(bench).flatMap(({ id, session_end }) => [
    `${id} start`,
    ...(session_end === null ? [] : [`${id} end ${session_end}`]),
  ]);
  expect(expected.length).toBeGreaterThan(200);
  const { events, ids } = await readDelivered(bench.out, 'lake');
  const delivered = events.map(({ event, frame }) => {
    const { id } = (frame as { session: { id: string } }).session;
    return event.action === 'desktop-session-ended' ? `${id} end ${event.end}` : `${id} start`;
  });
  expect(difference(delivered, expected)).toEqual({ missing: [], extra: [] });
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id } of DESTINATIONS) expect((await readDelivered(bench.out, id)).lines).toHaveLength(expected.length);
}
