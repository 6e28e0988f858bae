import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { VendorRow } from '../../memory/vendor.ts';
import { Crash, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, filledWorld } from '../set-up.ts';

// Rule 41: a run that died without a word leaves its lease behind. The next one sees that, reads less at a time, and tells.

/** A run that dies when it asks for a range that holds this row, in more than one window of this length. */
async function runThatDiesOf(world: World, row: VendorRow | undefined, longest = 0): Promise<string> {
  world.vendor.onRequest = ({ from, to }) => {
    isDeadly = row !== undefined && from <= row.time && row.time < to && to - from > longest;
    return undefined;
  };
  let isDeadly = false;
  const dies = ({ name }: { name: string }) => (isDeadly && name === 'put' ? 'crash-before' : undefined);
  try {
    const [report] = await world.run({ onEffect: (call) => dies(call) as 'crash-before' | undefined });
    return report?.state ?? '';
  } catch (thrown) {
    if (!(thrown instanceof Crash)) throw thrown;
    return 'died';
  } finally {
    world.clock.advance(10 * MINUTE);
  }
}

function worldOf(options: WorldOptions = {}): World {
  return filledWorld({ vendor: { pageSize: 100 }, ...options });
}

async function runTimes(world: World, runs: number, row: VendorRow | undefined, longest?: number): Promise<string[]> {
  const states: string[] = [];
  for (let run = 0; run < runs; run++) states.push(await runThatDiesOf(world, row, longest));
  return states;
}

describe('after a run that died', () => {
  it('the next one tells of it, with a metric and in the log, and then it is forgotten', async () => {
    const world = worldOf();

    await runThatDiesOf(world, world.vendor.rows[30]);
    expect(world.count('Died')).toBe(0);
    await runThatDiesOf(world, undefined);
    await runThatDiesOf(world, undefined);

    expect(world.count('Died')).toBe(1);
    const told = world.logs.filter(({ message }) => message.startsWith('The run before this one has died'));
    expect(told).toEqual([expect.objectContaining({ level: 'warn', fields: { feed: 'memory/events/acme', died: 1 } })]);
    expect(world.checkpoint()).not.toHaveProperty('died');
    expect(world.census()).toEqual(EXACT);
  });

  it('a run that gave its lease back is none: it failed, or its time was up', async () => {
    const world = worldOf();
    world.vendor.faults.push({ status: 400, text: '{}' });

    await world.run();
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.count('Died')).toBe(0);
  });

  it('the next one asks for half of the window, one request at a time', async () => {
    const world = worldOf({ requestsInFlight: 4 });

    await runThatDiesOf(world, world.vendor.rows[30]);
    const asked = world.vendor.requests.length;
    await runThatDiesOf(world, undefined);

    const [first] = world.vendor.requests.slice(asked);
    expect((first?.to ?? 0) - (first?.from ?? 0)).toBeLessThan(40 * MINUTE);
    expect(world.census()).toEqual(EXACT);
  });

  it.each([HOUR / 2, 5 * MINUTE, 10 * SECOND])(
    'windows get shorter with each death, until one is short enough (%i us), and nothing is lost',
    async (longest) => {
      const world = worldOf();
      const deadly = world.vendor.rows[30];

      const states = await runTimes(world, 8, deadly, longest);

      expect(states[0]).toBe('died');
      expect(states.at(-1)).toBe('caught-up');
      expect(world.census()).toMatchObject({ missing: [], invented: [] });
      expect(world.count('Unreadable')).toBe(0);
    },
  );

  it('a window behind others is found: each window before it counts as read', async () => {
    const world = worldOf({ stream: { longestWindow: 10 * MINUTE } });
    const deadly = world.vendor.rows[45];

    const states = await runTimes(world, 8, deadly, MINUTE);

    expect(states.at(-1)).toBe('caught-up');
    expect(world.census()).toMatchObject({ missing: [], invented: [] });
  });

  it('the smallest window is given up after three deaths of it, is told, and is not read again with the overlap', async () => {
    const world = worldOf({ stream: { overlap: 6 * HOUR } });
    const deadly = world.vendor.rows[30] as VendorRow;

    const states = await runTimes(world, 14, deadly);

    expect(states.slice(-3)).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect(world.count('Unreadable')).toBe(1);
    const told = world.delivered().filter(({ event }) => event.dataset === 'tidemark.unreadable');
    expect(told.map(({ error }) => error?.message)).toEqual([expect.stringContaining('3 runs have died')]);
    expect(world.checkpoint().watermark).toBeGreaterThan(at('11:55:00'));
    expect(world.census(world.vendor.rows.filter(({ time }) => time !== deadly.time))).toMatchObject({ missing: [] });
  });
});
