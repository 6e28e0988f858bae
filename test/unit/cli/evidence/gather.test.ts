import { expect, test } from 'vitest';
import { gather } from '../../../../cli/evidence/gather.ts';
import { periodOf } from '../../../../cli/evidence/period.ts';
import type { Group, Opened } from '../../../../cli/feeds/opened.ts';
import type { EvidenceMove } from '../../../../functions/core/invocation/feed-evidence.ts';
import { day } from './made-up.ts';

const MONTH = periodOf({ month: '2026-10' }, new Date('2026-11-01'));
const GROUP = { connection: { source: 'vendor' }, feeds: [{ name: 'vendor/log/acme' }] } as unknown as Group;
const MOVE: EvidenceMove = { at: '2026-10-08T09:00:00Z', from: 'a', to: 'b', by: 'alice' };

function opened(answer: (order: { from: string; to: string; left?: boolean }) => unknown): Opened {
  return {
    groups: [GROUP],
    isShared: false,
    invoke: async (_, order) => answer(order as { from: string; to: string }),
    who: async () => 'alice',
    close: async () => undefined,
  };
}

test('a month is asked for in pieces that together are the month, and what several of them name is named once', async () => {
  const asked: { from: string; to: string; left?: boolean }[] = [];
  const shares: number[] = [];
  const { feeds, code } = await gather(
    opened((order) => {
      asked.push(order);
      const evidence = {
        days: [day({ day: order.from.slice(0, 10) })],
        gaps: [],
        recordedSince: asked.length === 1 ? 'unknown' : order.from.slice(0, 10),
        accessLost: [],
        conditions: [],
        moves: [MOVE],
      };
      const look = { feed: 'vendor/log/acme', kind: 'events', jobs: [], quarantine: [], ledger: [], evidence };
      return { looks: [look], left: [], code: '0.1.0+0123456789ab' };
    }),
    MONTH,
    (share) => shares.push(share),
  );

  expect(asked.map(({ from, to }) => [from.slice(0, 10), to.slice(0, 10)])).toEqual([
    ['2026-10-01', '2026-10-09'],
    ['2026-10-09', '2026-10-17'],
    ['2026-10-17', '2026-10-25'],
    ['2026-10-25', '2026-11-01'],
  ]);
  expect(asked.filter(({ left }) => left)).toHaveLength(1);
  expect(feeds[0]?.evidence.days.map((one) => one.day)).toEqual([
    '2026-10-01',
    '2026-10-09',
    '2026-10-17',
    '2026-10-25',
  ]);
  expect(feeds[0]?.evidence).toMatchObject({ moves: [MOVE], recordedSince: '2026-10-09' });
  expect(code).toEqual({ vendor: '0.1.0+0123456789ab' });
  expect(shares.at(-1)).toBe(1);
});

test.each([
  ['refuses it', () => Promise.reject(new Error('The invocation is not right:\n  $.evidence: unknown'))],
  ['answers without it', () => ({ looks: [{ feed: 'vendor/log/acme' }], left: [] })],
])('a function of an older version that %s is told to be deployed again', async (_, answer) => {
  await expect(gather(opened(answer), MONTH, () => undefined)).rejects.toMatchObject({
    remedy: expect.stringContaining('Deploy again'),
  });
});

test('another failure of a function is told as it is', async () => {
  const failing = opened(() => Promise.reject(new Error('The table is gone')));

  await expect(gather(failing, MONTH, () => undefined)).rejects.toThrow('The table is gone');
});
