import { describe, expect } from 'vitest';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { until } from '../bench.ts';
import { difference, readDelivered } from '../delivered.ts';
import { plain, STREAM } from '../plain.ts';
import { FEED, type Place, startProgram, test } from './program.ts';

const HOUR = 3_600_000;
const LATE = { late: { share: 0.1, upToSeconds: 20 * 3_600 } };

/** A vendor with nine hours of log, read from its beginning. */
function nineHours(count: number, faults = {}) {
  const to = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;
  return { from: to - 9 * HOUR, to, count, pageSize: 100, faults };
}

/** Makes a place's feed begin so many hours ago. */
async function startHoursAgo(place: Place, hours: number): Promise<void> {
  const startFrom = new Date(Date.now() - hours * HOUR).toISOString();
  const stream = { startFrom, settle: '1s', every: '1s' };
  await place.configure(({ connections: [usual], ...rest }) => ({
    ...rest,
    connections: [{ ...usual, streams: { [STREAM]: stream } }],
  }));
}

interface VerifiedFeed {
  readonly feed: string;
  readonly from: string;
  readonly to: string;
  readonly missing: number;
  readonly repaired: number;
  readonly extra: number;
  readonly vendor: number;
  readonly steps: readonly object[];
}

describe.concurrent('tidemark verify', () => {
  test('finds what came too late, delivers only that, and then finds nothing', async ({ place }) => {
    const here = await place(nineHours(600, LATE));
    await startHoursAgo(here, 9);
    await here.run('--once');
    const known = (await readDelivered(here.out, 'lake')).ids;
    // What the vendor had kept back shows itself, hours too late for any overlap.
    here.vendor.setFaults({});

    const found = await here.command('verify', '--since', '9h', '--json');
    const repaired = await here.command('verify', '--since', '9h', '--repair');
    const after = await here.command('verify', '--since', '9h', '--json');

    const [first] = found.summary.feeds as unknown as [VerifiedFeed];
    expect(found.code).toBe(1);
    expect(first.missing).toBeGreaterThan(10);
    expect(first).toMatchObject({ feed: FEED, repaired: 0, extra: 0 });
    expect(first.steps).toHaveLength((Date.parse(first.to) - Date.parse(first.from)) / HOUR);
    expect(first.steps.length).toBeGreaterThanOrEqual(7);
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toContain(`complete: ${first.missing} that were missing have been delivered`);
    expect([after.code, after.summary.ok]).toEqual([0, true]);
    const { events, ids } = await readDelivered(here.out, 'lake');
    expect(new Set(ids).size).toBe(ids.length);
    const [fresh, told] = [
      events.filter(({ event }) => !known.includes(event.id) && event.module !== 'tidemark'),
      events.filter(({ event }) => event.module === 'tidemark'),
    ];
    expect(fresh).toHaveLength(first.missing);
    expect(told.every(({ event }) => event.action === 'repair')).toBe(true);
    const inRange = here.held().filter((text) => {
      const date = plain.dateOf(text);
      return date !== undefined && date >= first.from && date < first.to;
    });
    const texts = events.map(({ event }) => event.original ?? '');
    expect(
      difference(
        texts.filter((text) => inRange.includes(text)),
        inRange,
      ),
    ).toEqual({ missing: [], extra: [] });
  });

  test('ends with 1 if nothing of the range that was named can be compared', async ({ place }) => {
    const here = await place({ count: 5 });
    await here.run('--once');

    const named = await here.command('verify', '--since', '1m');
    const latest = await here.command('verify');

    expect(named.stdout).toContain('nothing was compared');
    expect([named.code, latest.code]).toEqual([1, 0]);
  });

  test('says what is wrong with a range, and ends with 2', async ({ place }) => {
    const here = await place({ count: 5 });

    const ended = [
      await here.command('verify', '--from', 'yesterday'),
      await here.command('verify', '--from', '2026-01-02', '--to', '2026-01-01'),
      await here.command('verify', '--since', 'long'),
      await here.command('verify', '--feed', 'nothing/*'),
    ];

    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    expect(ended.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
      'tidemark: --from is "yesterday".',
      'tidemark: --from 2026-01-02 is not before --to 2026-01-01.',
      'tidemark: --since is "long".',
      'tidemark: No enabled feed fits "nothing/*".',
    ]);
  });
});

describe.concurrent('tidemark backfill', () => {
  test('fills in what lies below the floor, once, beside a run that goes on', async ({ place }) => {
    const here = await place(nineHours(500));
    await startHoursAgo(here, 3);
    const running = startProgram(here.folder, ['run', '--json', '--state', 'state', '--out', 'out']);
    await until('the first events', async () => (await readDelivered(here.out, 'lake')).lines.length > 50);

    const from = new Date(Date.now() - 10 * HOUR).toISOString();
    const range = ['--from', from, '--to', new Date().toISOString()];
    const first = await here.command('backfill', '--feed', FEED, ...range, '--json');
    const again = await here.command('backfill', '--feed', FEED, ...range, '--json');
    const status = await here.command('status', '--json');
    running.kill('SIGTERM');
    const ended = await running.ended;

    expect([first.code, again.code, status.code, ended]).toEqual([0, 0, 0, 0]);
    expect(first.summary.feeds[0]).toMatchObject({ job: { state: 'done', percent: 100 } });
    expect((again.summary.feeds[0] as unknown as { job: { total: object } }).job.total).toEqual(
      (first.summary.feeds[0] as unknown as { job: { total: object } }).job.total,
    );
    expect(status.summary.feeds[0]).toMatchObject({ jobs: [{ kind: 'backfill', state: 'done' }] });
    const { events } = await readDelivered(here.out, 'lake');
    const records = events.filter(({ event }) => event.module !== 'tidemark');
    expect(
      difference(
        records.map(({ event }) => event.original ?? ''),
        here.held(),
      ),
    ).toEqual({ missing: [], extra: [] });
    // Objects of one second have no order.
    const told = events.filter(({ event }) => event.module === 'tidemark').map(({ message }) => message);
    expect(told.toSorted()).toEqual([expect.stringContaining('done'), expect.stringContaining('started')]);
  });
});

describe.concurrent('what stands in the table', () => {
  test('is shown by lateness, ledger and quarantine; redrive sends the large ones whole; move says what it did', async ({
    place,
  }) => {
    const here = await place({ count: 40, faults: { oversized: { every: 20 } } });
    await here.run('--once');

    const lateness = await here.command('lateness');
    const ledger = await here.command('ledger', '--since', '1d', '--json');
    const kept = await here.command('quarantine', '--json');
    const redriven = await here.command('redrive', '--feed', FEED);
    const empty = await here.command('quarantine');
    const moveBack = ['move', '--feed', FEED, '--to', new Date(here.from).toISOString()] as const;
    const unasked = await here.command(...moveBack);
    const moved = await here.command(...moveBack, '--yes');
    const again = await here.run('--once');

    expect(lateness.stdout).toContain('when first read');
    const [row] = ledger.summary.feeds as unknown as [{ ledger: { hours: { events: number }[] }[] }];
    expect(row.ledger.flatMap(({ hours }) => hours).reduce((sum, { events }) => sum + events, 0)).toBe(40);
    const [{ quarantine }] = kept.summary.feeds as unknown as [
      { quarantine: { id: string; destinations: string[] }[] },
    ];
    expect(quarantine).toHaveLength(2);
    expect([unasked.code, unasked.stderr]).toEqual([
      2,
      expect.stringContaining('Give --yes to do it without a question'),
    ]);
    expect([redriven.code, empty.stdout]).toEqual([0, 'Nothing is in quarantine.\n']);
    const { events } = await readDelivered(here.out, 'lake');
    for (const { id } of quarantine) {
      const parts = events.filter(({ tidemark }) => (tidemark.part as { of?: string } | undefined)?.of === id);
      parts.sort((one, other) => partNumber(one) - partNumber(other));
      const whole = parts.map(({ event }) => event.original).join('');
      expect(here.held()).toContain(whole);
    }
    expect(moved.stdout).toContain('moved');
    expect(again.summary.feeds[0]).toMatchObject({ fetched: 40, delivered: 0 });
    expect(events.some(({ event }) => event.action === 'redrive')).toBe(true);
  });
});

function partNumber({ tidemark }: EcsEvent): number {
  return (tidemark.part as { number: number }).number;
}
