import { describe, expect, it } from 'vitest';
import type { EvidenceDay, FeedEvidence } from '../../../functions/core/invocation/feed-evidence.ts';
import { reportFeedStatus } from '../../../functions/core/invocation/feed-status.ts';
import type { AnyFeed } from '../../../functions/core/model.ts';
import type { LedgerRow } from '../../../functions/core/stored/ledger-row.ts';
import { DAY, HOUR, type Instant, parseInstant, type Range } from '../../../functions/core/time.ts';
import { Crash, createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { FEED } from '../set-up.ts';

const START = parseInstant('2026-03-01T00:00:00Z') as Instant;
/** The day that is looked at. */
const DAY_3: Range = { from: START + 2 * DAY, to: START + 3 * DAY };
const EVENTS = 8;

/** Five days with eight events each, and three more on the third day that the vendor shows only now. */
async function fiveDays(options: WorldOptions = {}): Promise<World> {
  const world = createWorld({ start: START + 5 * DAY + 3 * HOUR, startFrom: START, ...options });
  for (let time = START + HOUR; time < START + 5 * DAY; time += 3 * HOUR) world.vendor.add({ time, name: 'usual' });
  await world.runUntilCaughtUp();
  world.clock.advance(HOUR);
  for (const hour of [5, 6, 7]) {
    world.vendor.add({ time: DAY_3.from + hour * HOUR, name: `late ${hour}`, visibleAt: world.now });
  }
  return world;
}

async function verify(world: World, { repair = false, range = DAY_3 } = {}) {
  return await world.run({ act: { act: 'verify', range, ...(repair && { repair }) } });
}

async function evidenceOf(world: World, days: Range = DAY_3): Promise<FeedEvidence> {
  const asked = { days, evidence: { seenFor: world.table.seenFor } };
  const { evidence } = await reportFeedStatus(world.invoke().effects, world.feeds[0] as AnyFeed, asked);
  return evidence as FeedEvidence;
}

async function dayOf(world: World): Promise<EvidenceDay> {
  return (await evidenceOf(world)).days[0] as EvidenceDay;
}

describe('what a verification has found', () => {
  it('is unknown before the first one, and never zero', async () => {
    const world = await fiveDays();

    expect(await dayOf(world)).toMatchObject({
      vendor: 'unknown',
      missing: 'unknown',
      repaired: 'unknown',
      delivered: EVENTS,
      verifications: [],
    });
  });

  it('stays with the day: missing, then repaired, then nothing missing', async () => {
    const world = await fiveDays();

    await verify(world);
    const found = await dayOf(world);
    world.clock.advance(HOUR);
    await verify(world, { repair: true });
    const repaired = await dayOf(world);
    world.clock.advance(HOUR);
    await verify(world);
    const after = await dayOf(world);

    expect(found).toMatchObject({ vendor: EVENTS + 3, delivered: EVENTS, missing: 3, repaired: 0 });
    expect(repaired).toMatchObject({ vendor: EVENTS + 3, delivered: EVENTS + 3, missing: 0, repaired: 3 });
    expect(after).toMatchObject({ vendor: EVENTS + 3, delivered: EVENTS + 3, missing: 0, repaired: 3 });
    expect(after.verifications.map(({ missing, repaired: done }) => [missing, done])).toEqual([
      [3, 0],
      [3, 3],
      [0, 0],
    ]);
  });

  it('is not repaired where its delivery has failed', async () => {
    const world = await fiveDays();
    const act = { act: 'verify', range: DAY_3, repair: true } as const;
    const refused = () => 'ServiceUnavailableException';

    const [failed] = await world.run({ act, onEffect: ({ name }) => (name === 'put' ? { refused } : undefined) });
    const first = await dayOf(world);
    await world.run({ act });

    expect(failed?.state).toBe('failed');
    expect(first).toMatchObject({ vendor: 'unknown', repaired: 'unknown', delivered: EVENTS });
    expect(await dayOf(world)).toMatchObject({ missing: 0, repaired: 3, delivered: EVENTS + 3 });
  });

  it('is kept for each day of a longer range, and survives the keys and the job', async () => {
    const world = await fiveDays();
    await verify(world, { range: { from: START, to: START + 5 * DAY }, repair: true });
    world.clock.advance(400 * DAY);
    world.table.forgetSeen('2027');

    const { days } = await evidenceOf(world, { from: START, to: START + 4 * DAY });

    expect(days.map(({ vendor, missing, repaired }) => [vendor, missing, repaired])).toEqual([
      [EVENTS, 0, 0],
      [EVENTS, 0, 0],
      [EVENTS + 3, 0, 3],
      [EVENTS, 0, 0],
    ]);
  });

  it('is written once, wherever the verification dies', async () => {
    for (let nth = 1; nth <= 12; nth++) {
      const world = await fiveDays();
      let writes = 0;
      const onEffect = ({ name }: { name: string }) =>
        (name === 'write' || name === 'saveLedger') && ++writes === nth ? ('crash-after' as const) : undefined;
      const act = { act: 'verify', range: DAY_3, repair: true } as const;
      await world.run({ act, onEffect }).catch((thrown: unknown) => {
        if (!(thrown instanceof Crash)) throw thrown;
      });
      world.clock.advance(HOUR);
      await world.run({ act });

      const day = await dayOf(world);

      expect(day, `write ${nth}`).toMatchObject({ vendor: EVENTS + 3, delivered: EVENTS + 3, missing: 0 });
      expect(new Set(day.verifications.map(({ at }) => at)).size, `write ${nth}`).toBe(day.verifications.length);
      // What was delivered before a crash counts as delivered, and at worst not as repaired: never the other way round.
      expect(day.repaired, `write ${nth}`).toBeLessThanOrEqual(3);
    }
  });

  it('is that of the verification of most of the day, and says so where that is a part', async () => {
    const world = await fiveDays();
    const morning = { from: DAY_3.from, to: DAY_3.from + 6 * HOUR };

    await verify(world, { range: morning });
    const part = await dayOf(world);
    await verify(world);
    world.clock.advance(HOUR);
    await verify(world, { range: morning });
    const whole = await dayOf(world);

    expect(part).toMatchObject({
      missing: 1,
      verifiedPart: { from: '2026-03-03T00:00:00Z', to: '2026-03-03T06:00:00Z' },
    });
    expect(whole).toMatchObject({ vendor: EVENTS + 3, missing: 3 });
    expect(whole.verifiedPart).toBeUndefined();
  });

  it('proves nothing where a part of the day could not be read', async () => {
    const world = await fiveDays();
    world.vendor.onRequest = ({ from }) =>
      from >= DAY_3.from + 11 * HOUR && from < DAY_3.from + 13 * HOUR ? { text: '[{"id":' } : undefined;

    await verify(world);

    const day = await dayOf(world);
    expect(day).toMatchObject({ vendor: 'unknown', missing: 'unknown' });
    expect(day.verifications[0]).toMatchObject({ unsure: expect.any(Number), note: expect.stringContaining('read') });
  });

  it('keeps the last eight, and the sum of what those before have repaired', async () => {
    const world = await fiveDays();
    await verify(world, { repair: true });
    for (let number = 0; number < 10; number++) {
      world.clock.advance(HOUR);
      await verify(world);
    }

    const day = await dayOf(world);

    expect(day.verifications).toHaveLength(8);
    expect(day).toMatchObject({ earlierVerifications: 3, repaired: 3, missing: 0 });
  });

  it('does not make a day look counted that was not: a row that was begun for it has no hours', async () => {
    const world = await fiveDays();
    world.table.ledger.clear();
    await verify(world);
    world.clock.advance(40 * DAY);
    world.table.forgetSeen('2027');

    const [again] = await verify(world);

    // Without keys and without a count it cannot be compared. It is not missing.
    expect(again?.job?.steps?.every(({ missing, unsure }) => missing === 0 && unsure)).toBe(true);
    expect((await dayOf(world)).delivered).toBe('unknown');
  });

  it('stays when the day is counted', async () => {
    const world = createWorld({ start: START + 2 * DAY, startFrom: START });
    for (let time = START + HOUR; time < START + 2 * DAY; time += 3 * HOUR) world.vendor.add({ time, name: 'usual' });
    await world.runUntilCaughtUp();
    const range = { from: START, to: START + DAY };
    await verify(world, { range });
    const begun = world.table.ledger.get(`${FEED}#2026-03-01`) as LedgerRow;
    world.table.ledger.set(`${FEED}#2026-03-01`, { ...begun, hours: [], uncounted: true });
    world.table.overwrite(FEED, { folded: { first: START, final: START } });

    world.clock.advance(HOUR);
    await world.run();

    const [row] = world.table.loadLedger(FEED, '2026-03-01', '2026-03-01');
    expect(row?.uncounted).toBeUndefined();
    expect(row?.hours.reduce((sum, { events }) => sum + events, 0)).toBe(EVENTS);
    expect(row?.verified?.looks).toHaveLength(1);
  });
});
