import { describe, expect, it } from 'vitest';
import { eventId, recordHash } from '../../../functions/core/events/identity.ts';
import type { Feed } from '../../../functions/core/model.ts';
import { bucketOf } from '../../../functions/core/stored/seen-chunk.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time.ts';
import { FEED } from '../set-up.ts';
import { tenDays } from './standing.ts';

describe('verify', () => {
  it('names what is missing, and delivers it when asked to', async () => {
    const world = await tenDays();
    const lost = [5, 6, 7].map((hours) =>
      world.vendor.add({ time: world.now - hours * HOUR - 20 * MINUTE, name: `lost ${hours}`, visibleAt: world.now }),
    );
    const act = { act: 'verify', range: { from: world.now - 20 * HOUR, to: world.now } } as const;

    const [told] = await world.run({ act });
    const [repaired] = await world.run({ act: { ...act, repair: true } });
    const [after] = await world.run({ act });

    expect(told?.job?.steps?.filter(({ missing }) => missing > 0)).toHaveLength(3);
    expect(told).toMatchObject({
      delivered: 0,
      warnings: expect.arrayContaining([expect.stringContaining('--repair')]),
    });
    expect(repaired?.job?.steps?.reduce((sum, step) => sum + step.repaired, 0)).toBe(3);
    expect(after?.job?.steps?.every(({ missing, extra }) => missing === 0 && extra === 0)).toBe(true);
    expect(lost).toHaveLength(3);
    expect(world.census(lost)).toMatchObject({ missing: [], repeated: [] });
  });

  it('asks nobody and writes nothing when a schedule’s day has been done', async () => {
    const world = await tenDays();
    world.clock.advance(DAY);
    await world.runUntilCaughtUp();
    const [done] = await world.run({ act: { act: 'verify' } });
    const [asked, written] = [world.vendor.requests.length, world.table.history.length];

    const [again] = await world.run({ act: { act: 'verify' } });

    expect(done?.job).toMatchObject({ kind: 'verify', state: 'done', percent: 100 });
    expect(again).toMatchObject({ state: 'caught-up', pages: 0, next: { do: 'end' } });
    expect([world.vendor.requests.length, world.table.history.length]).toEqual([asked, written]);
    // The next day is another one.
    world.clock.advance(DAY);
    await world.runUntilCaughtUp();
    const [next] = await world.run({ act: { act: 'verify' } });
    expect(next?.job?.state).toBe('done');
    expect(next?.job?.id).not.toBe(done?.job?.id);
  });

  it('leaves out of a repair what was delivered since it was compared', async () => {
    const world = await tenDays();
    const lost = world.vendor.add({ time: world.now - 6 * HOUR - 20 * MINUTE, name: 'lost', visibleAt: world.now });
    const [feed] = world.feeds as [Feed];
    const id = eventId(feed, {}, recordHash({ value: JSON.parse(lost.text), text: lost.text }), 0);
    const { seal } = world.invoke().effects;
    let compared = false;
    const onEffect = ({ name, about }: { name: string; about: string }) => {
      if (compared || name !== 'write' || about !== FEED) return;
      compared = true;
      const chunk = { bucket: bucketOf(lost.time), id: 'another', destinations: ['siem'], count: 1, digest: 0n };
      world.table.remember(FEED, [{ ...chunk, at: world.now, keys: seal(id) }], world.now);
    };
    const act = { act: 'verify', repair: true, range: { from: world.now - 20 * HOUR, to: world.now } } as const;

    const [report] = await world.run({ act, onEffect });

    expect(compared).toBe(true);
    expect(report?.job?.steps?.every(({ missing, repaired }) => missing === 0 && repaired === 0)).toBe(true);
    expect(world.names()).not.toContain('lost');
  });
});
