import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { letterVisibility } from '../../memory/source.ts';
import { Crash, createWorld, ecsDestination, type World } from '../../memory/world.ts';
import { untilDone } from '../jobs/standing.ts';
import { at, EXACT } from '../set-up.ts';

/** A run every five minutes, as long as said. */
async function runFor(world: World, time: number): Promise<void> {
  for (const until = world.now + time; world.now < until; world.clock.advance(5 * MINUTE)) await world.run();
}

describe('rule 8: when what defines the feed changes, it says which backfill it needs', () => {
  it('names the range, once', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), settings: { aid: '1' } });
    await world.run();

    world.settings = { aid: '1,2' };
    const [changed] = await world.run();
    const [after] = await world.run();

    expect(changed?.warnings).toEqual([
      expect.stringMatching(/"1".*"1,2".*between 2026-03-02T11:00:00Z and 2026-03-02T11:58:00Z need a backfill/),
    ]);
    expect(after?.warnings).toEqual([]);
    expect(world.count('ScopeChanged')).toBe(1);
    expect(changed?.state).toBe('caught-up');
  });

  it('says so until the backfill is done', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), settings: { aid: '1' } });
    world.vendor.addMany(50, at('11:00:00'), MINUTE);
    await world.run();
    world.settings = { aid: '1,2' };
    const [changed] = await world.run();
    const [after] = await world.run();
    const held = world.checkpoint().conditions?.['scope-changed'];
    const part = { from: at('11:00:00'), to: at('11:30:00') };
    await untilDone(world, { act: 'backfill', id: 'part', range: part });
    await world.run();
    const stillHeld = world.checkpoint().conditions?.['scope-changed'];
    await untilDone(world, { act: 'backfill', id: 'all', range: { ...part, to: at('11:58:00') } });
    await world.run();

    expect(changed?.conditions).toEqual(['scope-changed']);
    expect(after?.conditions).toBeUndefined();
    expect(held).toMatchObject({ message: changed?.warnings[0], range: { from: part.from, to: at('11:58:00') } });
    expect(stillHeld).toEqual(held);
    expect(world.checkpoint().conditions).toBeUndefined();
  });

  it.each(['crash-after', 'lost-before'] as const)(
    'says so although a destination is added at the same time and the run is cut short (%s)',
    async (fault) => {
      const world = createWorld({ startFrom: at('11:00:00'), settings: { aid: '1' } });
      await world.run();
      world.settings = { aid: '1,2' };
      world.destinations = [...world.destinations, ecsDestination('archive')];
      const [what, which] = fault === 'crash-after' ? (['write', 2] as const) : (['put', 1] as const);
      const cut = world.run({
        onEffect: ({ name, nth }) => (name === what && (nth === which || fault === 'lost-before') ? fault : undefined),
      });
      if (fault === 'crash-after') await expect(cut).rejects.toThrow(Crash);
      else expect((await cut)[0]?.state).toBe('failed');
      world.clock.advance(10 * MINUTE);
      await world.run();

      const told = world.delivered('siem').filter(({ event }) => event.action === 'scope-changed');
      expect(told.length).toBeGreaterThanOrEqual(1);
      expect(world.checkpoint().conditions?.['scope-changed']?.range?.from).toBe(at('11:00:00'));
    },
  );

  it('reads a window that is half done again: its done part lies above the range that it names', async () => {
    const world = createWorld({ startFrom: at('06:00:00'), vendor: { latency: 10 * SECOND }, settings: { aid: '1' } });
    world.vendor.addMany(170, at('06:00:00'), 2 * MINUTE);
    await world.run({ budget: MINUTE });
    const watermark = world.checkpoint().watermark;

    world.settings = { aid: '1,2' };
    const others = world.vendor.addMany(170, at('06:00:30'), 2 * MINUTE, { name: 'of 2', visibleAt: world.now });
    await world.runUntilCaughtUp({ budget: MINUTE });

    expect(world.census(others.filter(({ time }) => time >= watermark)).missing).toEqual([]);
  });
});

describe('rule 8: a credential that sees less than before fails the feed and holds W', () => {
  function watchedWorld(): { world: World; sees: { letters: string } } {
    const world = createWorld({ startFrom: at('11:00:00'), visibility: letterVisibility });
    const sees = { letters: 'abc' };
    world.routes.set('/@visibility', () => ({ text: sees.letters }));
    world.vendor.addMany(300, at('11:00:00'), MINUTE);
    return { world, sees };
  }

  it('is told for as long as it sees too little, and no longer', async () => {
    const { world, sees } = watchedWorld();
    sees.letters = 'ab';
    const [first] = await world.run();
    const held = world.checkpoint().conditions;
    sees.letters = 'abc';
    await runFor(world, 70 * MINUTE);

    expect(first).toMatchObject({
      state: 'caught-up',
      conditions: ['narrow-sight'],
      warnings: ['only ab can be seen'],
    });
    expect(held).toMatchObject({ 'narrow-sight': { message: 'only ab can be seen' } });
    expect(world.checkpoint().conditions).toBeUndefined();
  });

  it('says how to get what was hidden before it was noticed', async () => {
    const { world, sees } = watchedWorld();
    await world.run();
    sees.letters = 'ab';
    const hidden = world.vendor.addMany(1, world.now + MINUTE, MINUTE, { visibleAt: world.now + 2 * HOUR });
    await runFor(world, 70 * MINUTE);
    const [report] = await world.run();
    expect(report?.error?.remedy).toContain('tidemark verify --repair');

    sees.letters = 'abc';
    await runFor(world, 2 * HOUR);

    // This is why the remedy must say it: the watermark had passed before the hour's check.
    expect(world.census(hidden).missing).toHaveLength(1);
  });

  it('is asked hourly; nothing is lost once it is mended', async () => {
    const { world, sees } = watchedWorld();
    await runFor(world, 30 * MINUTE);
    sees.letters = 'ab';
    await runFor(world, 20 * MINUTE);
    const watermark = world.checkpoint().watermark;

    world.clock.advance(20 * MINUTE);
    const [report] = await world.run();
    expect(report).toMatchObject({ state: 'failed', error: { code: 'scope-shrank' } });
    await runFor(world, 2 * HOUR);
    expect(world.checkpoint().watermark).toBe(watermark);
    expect(world.now - watermark).toBeGreaterThan(2 * HOUR);

    sees.letters = 'abc';
    await runFor(world, 2 * HOUR);
    const settled = world.vendor.rows.filter(({ time }) => time < world.now - 10 * MINUTE);
    expect(world.census(settled)).toMatchObject({ missing: [], repeated: [] });
  });

  it('is noticed at once when the secret has a new version', async () => {
    const { world, sees } = watchedWorld();
    await world.run();
    sees.letters = 'ab';
    const [before] = await world.run();

    world.secretVersion = 'v2';
    const [after] = await world.run();

    expect(before?.state).toBe('caught-up');
    expect(after?.error?.code).toBe('scope-shrank');
  });

  it('costs one question an hour', async () => {
    const { world } = watchedWorld();
    let asked = 0;
    world.routes.set('/@visibility', () => {
      asked++;
      return { text: 'abc' };
    });

    await runFor(world, 3 * HOUR);

    expect(asked).toBe(3);
  });
});

describe('rule 8: a 403 is asked again hourly, and the lag alarm stays on', () => {
  function forbiddenWorld(): World {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(60, at('11:00:00'), MINUTE);
    world.vendor.onRequest = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 403 } : undefined);
    return world;
  }

  it('asks once an hour', async () => {
    const world = forbiddenWorld();

    const [first] = await world.run();
    world.clock.advance(5 * MINUTE);
    await runFor(world, 3 * HOUR);

    expect(first).toMatchObject({ state: 'forbidden', error: { code: 'forbidden' } });
    expect(world.vendor.requests.length).toBe(4);
    expect(world.checkpoint().watermark).toBe(at('11:00:00'));
  });

  it('still says in every run how far it is behind', async () => {
    const world = forbiddenWorld();
    await world.run();
    world.clock.advance(30 * MINUTE);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'forbidden', lagSeconds: 5_400 });
    expect(world.counts.filter(({ metric }) => metric === 'LagSeconds').map(({ value }) => value)).toEqual([
      3_600, 5_400,
    ]);
  });

  it('asks at once after the secret has changed, and when a person asks', async () => {
    const world = forbiddenWorld();
    await world.run();

    await world.run({ askAgain: true });
    expect(world.vendor.requests.length).toBe(2);
    world.secretVersion = 'v2';
    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(world.census(world.vendor.rows.filter(({ time }) => time < at('11:58:00')))).toEqual(EXACT);
  });
});
