import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATENESS_STEPS, LatenessNotes, overlapFor } from '../../../functions/core/stored/lateness.ts';
import { DAY, type Duration, HOUR, MINUTE } from '../../../functions/core/time.ts';
import { createWorld } from '../../memory/world.ts';

function notesOf(onTime: number, late: readonly Duration[]) {
  const notes = new LatenessNotes();
  for (let at = 0; at < onTime; at++) notes.add(undefined);
  for (const one of late) notes.add(one);
  return notes.take(undefined, 0);
}

/** The smallest bound behind which no more than may be missed come later; counted one by one. */
function model(onTime: number, late: readonly Duration[], perMille: number, settle: Duration): Duration {
  const mayMiss = Math.floor(((onTime + late.length) * (1_000 - perMille)) / 1_000);
  const worst = Math.max(0, ...late);
  const bound = [0, ...LATENESS_STEPS, worst].find((most) => late.filter((one) => one > most).length <= mayMiss);
  return Math.max(0, (bound ?? worst) - settle);
}

describe('the overlap that would have caught a share of all events', () => {
  it('is what counting them one by one gives', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 3_000 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 20 * DAY }), fc.constantFrom(...LATENESS_STEPS)), {
          maxLength: 60,
        }),
        fc.constantFrom(1_000, 999, 990, 900, 500),
        fc.integer({ min: 0, max: HOUR }),
        (onTime, late, perMille, settle) => {
          const lateness = notesOf(onTime, late);
          if (!lateness) return;
          expect(overlapFor(lateness, perMille / 1_000, settle)).toBe(model(onTime, late, perMille, settle));
        },
      ),
    );
  });

  it('adds up over several runs as in one', () => {
    const one = notesOf(7, [MINUTE, HOUR, 3 * DAY]);
    const notes = new LatenessNotes();
    notes.add(undefined);
    notes.add(3 * DAY);
    const first = notes.take(undefined, 0);
    for (let at = 0; at < 6; at++) notes.add(undefined);
    notes.add(MINUTE);
    notes.add(HOUR);
    expect(notes.take(first, 5)).toEqual(one);
  });
});

describe('how late events come', () => {
  it('is counted for ranges that had been read before, and not for a backlog, a backfill or a second destination', async () => {
    const world = createWorld();
    for (let hours = 1; hours < 60; hours++) {
      world.vendor.add({ time: world.now - hours * HOUR, name: `row ${hours}`, visibleAt: 0 });
    }
    await world.runUntilCaughtUp();
    world.clock.advance(5 * MINUTE);
    const time = world.now - 20 * MINUTE;
    world.vendor.add({ time, name: 'late', visibleAt: world.now });
    await world.run();
    await world.run({ act: { act: 'backfill', range: { from: world.now - 3 * DAY, to: world.now } } });

    const { lateness } = world.checkpoint();
    expect(lateness?.onTime).toBe(23);
    expect(lateness?.late.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(lateness?.late[LATENESS_STEPS.indexOf(30 * MINUTE)]).toBe(1);
    expect(lateness?.worst).toBeGreaterThanOrEqual(20 * MINUTE);
    expect(lateness?.worst).toBeLessThan(21 * MINUTE);
  });

  it('counts no event twice that a destination has refused first', async () => {
    const world = createWorld();
    world.vendor.add({ time: world.now - HOUR, name: 'row', visibleAt: 0 });
    await world.runUntilCaughtUp();
    world.clock.advance(5 * MINUTE);
    world.vendor.add({ time: world.now - 20 * MINUTE, name: 'late', visibleAt: world.now });

    await world.run({ onEffect: ({ name }) => (name === 'put' ? { refused: () => 'InternalFailure' } : undefined) });
    await world.runUntilCaughtUp();

    expect(world.checkpoint().lateness?.late.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
