import { describe, expect, it } from 'vitest';
import { type ConfiguredFeeds, takeCensus } from '../../../functions/core/invocation/census.ts';
import type { SnapshotStream } from '../../../functions/core/model.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type RunOptions, type World } from '../../memory/world.ts';

function census(world: World, feeds: ConfiguredFeeds, options: RunOptions = {}) {
  return takeCensus(world.invoke(options).effects, world.source, feeds);
}

const ACME = { acme: { events: '5m' } };

function latest(world: World, metric: string): number | undefined {
  return world.counts.findLast((one) => one.metric === metric)?.value;
}

describe('rule 32: a census of the configured feeds', () => {
  it('says how a feed stands that has run, and how it stands when it no longer does', async () => {
    const world = createWorld({ stream: { retention: 10 * DAY } });
    await world.runUntilCaughtUp();
    await census(world, ACME);
    expect(latest(world, 'OverdueSeconds')).toBe(0);

    world.clock.advance(3 * DAY);
    const report = await census(world, ACME);

    expect(report).toMatchObject({ feeds: 1, never: [], overdue: { feed: 'memory/events/acme' } });
    expect(latest(world, 'OldestSuccessSeconds')).toBe(report.oldestSuccess?.seconds);
    expect(report.oldestSuccess?.seconds).toBeGreaterThanOrEqual((3 * DAY) / SECOND);
    expect(report.overdue?.seconds).toBe((report.oldestSuccess?.seconds ?? 0) - (5 * MINUTE) / SECOND);
    // What it stays behind on purpose is no lag.
    expect(report.lag?.seconds).toBeGreaterThan((3 * DAY - HOUR) / SECOND);
    expect(report.lag?.seconds).toBeLessThan((3 * DAY) / SECOND);
    expect(latest(world, 'LeastRetentionHours')).toBe(
      Math.floor((10 * DAY) / HOUR - ((report.lag?.seconds ?? 0) + (7 * MINUTE) / SECOND) / 3_600),
    );
  });

  it('notices a feed that has never run, and names it', async () => {
    const world = createWorld();
    await world.runUntilCaughtUp();

    const report = await census(world, { acme: { events: '5m' }, globex: { events: '5m' } });

    expect(report).toMatchObject({
      feeds: 2,
      never: ['memory/events/globex'],
      overdue: { feed: 'memory/events/globex' },
    });
    expect(world.logs.findLast(({ message }) => message.startsWith('Census'))?.fields).toMatchObject({
      overdue: { feed: 'memory/events/globex' },
      lag: { feed: 'memory/events/globex' },
    });
  });

  it('takes a settle that is set for no lag', async () => {
    const world = createWorld();
    await world.runUntilCaughtUp();
    world.clock.advance(6 * HOUR);

    const usual = await census(world, ACME);
    const patient = await census(world, { acme: { events: { every: '5m', settle: '8h' } } });

    expect(usual.lag?.seconds).toBeGreaterThan((5 * HOUR) / SECOND);
    expect(patient.lag?.seconds).toBe(0);
    expect(patient.overdue).toEqual(usual.overdue);
  });

  it('knows no lag and no retention of a snapshot', async () => {
    const snapshots = [{ kind: 'snapshot', name: 'keys', every: HOUR } as unknown as SnapshotStream];
    const world = createWorld({ source: { snapshots } });

    const report = await census(world, { acme: { keys: '1h' } });

    expect(report).toMatchObject({ feeds: 1, never: ['memory/keys/acme'] });
    expect(report.overdue).toBeDefined();
    expect(report.lag).toBeUndefined();
    expect(report.retentionLeft).toBeUndefined();
  });

  it('counts a watched thing like the log that it is a view of', async () => {
    const report = await census(createWorld(), { acme: { 'watch-user-1': '5m' } });

    expect(report.retentionLeft?.feed).toBe('memory/watch-user-1/acme');
  });

  it('reads hundreds of feeds, a few at a time, and names the worst', async () => {
    const world = createWorld();
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`c${at}`, { events: '5m' }]));
    await world.runUntilCaughtUp();
    let flying = 0;
    let most = 0;
    const { effects } = world.invoke();
    const load: typeof effects.load = async (key) => {
      most = Math.max(most, ++flying);
      return await effects.load(key).finally(() => flying--);
    };

    const report = await takeCensus({ ...effects, load }, world.source, { ...many, ...ACME });

    expect(report).toMatchObject({ feeds: 401 });
    expect(report.never).toHaveLength(400);
    expect(most).toBeLessThanOrEqual(25);
  });

  it('is patient with a throttled table, and fails when it stays so', async () => {
    const world = createWorld();
    await world.runUntilCaughtUp();

    const report = await census(world, ACME, {
      onEffect: ({ name, nth }) => (name === 'load' && nth <= 3 ? 'lost-before' : undefined),
    });

    expect(report.never).toEqual([]);
    const before = world.counts.length;
    await expect(
      census(world, ACME, { budget: MINUTE, onEffect: ({ name }) => (name === 'load' ? 'lost-before' : undefined) }),
    ).rejects.toThrow('the table did not answer');
    expect(world.counts.length).toBe(before);
  });

  it('of no feeds at all counts nothing: what is missing alarms', async () => {
    const world = createWorld();

    expect(await census(world, {})).toEqual({ feeds: 0, never: [], future: [], owing: [], quiet: [] });
    expect(world.counts).toEqual([]);
  });
});
