import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effects } from '../../functions/core/effects.ts';
import { ConnectionStore } from '../../functions/core/state/connection-store.ts';
import type { ConnectionState } from '../../functions/core/stored/connection-state.ts';
import { createWorld, type Fault, type World } from '../memory/world.ts';

/** Puts a second on record, once. */
function withSecond(second: number): (state: ConnectionState) => ConnectionState {
  return (state) =>
    state.signIns?.includes(second) ? state : { ...state, signIns: [...(state.signIns ?? []), second] };
}

function effectsOf(world: World, faults: (Fault | undefined)[] = []): Effects {
  return world.invoke({ onEffect: ({ name }) => (name === 'writeConnection' ? faults.shift() : undefined) }).effects;
}

function secondsIn(world: World): number[] {
  return [...(world.table.loadConnection()?.signIns ?? [])].sort((one, other) => one - other);
}

test('what several note at once is all there in the end, once, whatever answers get lost', async () => {
  const fault = fc.option(fc.constantFrom<Fault>('lost-before', 'lost-after', { latency: 40_000 }), { nil: undefined });
  const writer = fc.record({
    // How many things are noted before each save.
    steps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    faults: fc.array(fault, { maxLength: 3 }),
    pauses: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 4 }),
    waits: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(writer, { minLength: 1, maxLength: 3 }), async (writers) => {
      const world = createWorld();
      const noted: number[] = [];

      await Promise.all(
        writers.map(async ({ steps, faults, pauses, waits }, who) => {
          const effects = effectsOf(world, [...faults]);
          const store = await ConnectionStore.open(effects);
          const saves: Promise<void>[] = [];
          let number = who * 1_000;
          for (const [nth, count] of steps.entries()) {
            for (let one = 0; one < count; one++) {
              number++;
              noted.push(number);
              store.note(withSecond(number));
            }
            saves.push(store.save());
            await effects.sleep(pauses[nth % pauses.length] as number);
            if (waits) await saves.at(-1);
          }
          await Promise.all(saves);
          // What it has in hand is what is there, and what it noted itself.
          expect(store.state.signIns).toEqual(
            expect.arrayContaining(noted.filter((one) => Math.floor(one / 1_000) === who)),
          );
        }),
      );

      expect(secondsIn(world)).toEqual([...noted].sort((one, other) => one - other));
    }),
    { numRuns: 200 },
  );
});

test('what is noted while a write is under way is written by the next one', async () => {
  const world = createWorld();
  const store = await ConnectionStore.open(effectsOf(world));
  store.note(withSecond(1));
  const saving = store.save();
  await world.clock.wait(0);
  store.note(withSecond(2));
  const before = world.now;
  await saving;

  expect(store.syncedAt).toBe(before);
  expect(secondsIn(world)).toEqual([1]);
  expect(store.state.signIns).toEqual([1, 2]);
  await store.save();
  expect(secondsIn(world)).toEqual([1, 2]);
  expect(world.table.loadConnection()?.version).toBe(2);
});

test('with nothing noted nothing is written', async () => {
  const world = createWorld();
  const store = await ConnectionStore.open(effectsOf(world));

  await store.save();

  expect(world.table.loadConnection()).toBeUndefined();
  expect(store.syncedAt).toBe(world.now - 3_000);
});

test('a refresh shows what others wrote, and keeps what is ours', async () => {
  const world = createWorld();
  const [ours, theirs] = [await ConnectionStore.open(effectsOf(world)), await ConnectionStore.open(effectsOf(world))];
  theirs.note(withSecond(1));
  await theirs.save();
  ours.note(withSecond(2));

  await ours.refresh();

  expect(ours.state.signIns).toEqual([1, 2]);
  expect(ours.syncedAt).toBeGreaterThan(theirs.syncedAt);
  expect(secondsIn(world)).toEqual([1]);
});

test('a write that others always get in the way of is given up, and says so', async () => {
  const world = createWorld();
  const [ours, theirs] = [effectsOf(world), effectsOf(world)];
  const store = await ConnectionStore.open({
    ...ours,
    writeConnection: async (state, expected) => {
      const other = await ConnectionStore.open(theirs);
      other.note(withSecond(state.version));
      await other.save();
      return await ours.writeConnection(state, expected);
    },
  });
  store.note(withSecond(99));

  await expect(store.save()).rejects.toMatchObject({ code: 'state', stage: 'saving' });
  expect(secondsIn(world)).toEqual([1, 2, 3, 4, 5]);
});

test('a table that does not answer is asked five times, with pauses, and no more when the host wants the end', async () => {
  for (const [stopAt, tries] of [
    [Number.POSITIVE_INFINITY, 5],
    [0, 1],
  ] as const) {
    const world = createWorld();
    const times: number[] = [];
    const { effects } = world.invoke({
      stopAt,
      onEffect: ({ name }) => {
        if (name !== 'writeConnection') return undefined;
        times.push(world.now);
        return 'lost-before';
      },
    });
    const store = await ConnectionStore.open(effects);
    store.note(withSecond(1));

    await expect(store.save()).rejects.toThrow('the table did not answer');

    expect(times.length).toBe(tries);
    if (tries > 1) expect((times[4] as number) - (times[0] as number)).toBeGreaterThan(100_000);
  }
});
