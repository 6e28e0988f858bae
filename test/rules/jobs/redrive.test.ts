import { describe, expect, it } from 'vitest';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { UnreadableError } from '../../../functions/core/errors.ts';
import type { Destination, Stream } from '../../../functions/core/model.ts';
import { HOUR, type Instant, MINUTE, parseInstant } from '../../../functions/core/time.ts';
import { writeEvent } from '../../../functions/destinations/write-event.ts';
import { Crash, createWorld, ecsDestination, type World, type WorldOptions } from '../../memory/world.ts';

const FEED = 'memory/events/acme';
/** All that is hard to cut: pairs, halves of pairs, NUL, quotes, several scripts. */
const NASTY = '😀\u0000"\\é漢\n\ud800 ع';

function at(time: string): Instant {
  return parseInstant(`2026-03-02T${time}Z`) as Instant;
}

const RAW: Destination = { id: 'raw', heldFor: 0, shape: { format: 'raw' }, deliveryStream: 'tidemark-raw' };
const HEC: Destination = {
  id: 'splunk',
  heldFor: 0,
  shape: { format: 'ecs', hec: {} },
  deliveryStream: 'tidemark-splunk',
};

async function worldWith(note: string, options: WorldOptions = {}): Promise<World> {
  const world = createWorld({ startFrom: at('11:00:00'), ...options });
  world.vendor.add({ time: at('11:10:00'), name: 'large', fields: { note } });
  world.vendor.add({ time: at('11:20:00'), name: 'small' });
  await world.runUntilCaughtUp();
  return world;
}

async function redrive(world: World, ids?: readonly string[]) {
  const [report] = await world.run({ act: { act: 'redrive', ...(ids && { ids }) } });
  return report;
}

function acts(events: readonly EcsEvent[], act: string): EcsEvent[] {
  return events.filter(({ event }) => event.dataset === `tidemark.${act}`);
}

function partsOf(events: readonly EcsEvent[]): EcsEvent[] {
  const number = ({ tidemark }: EcsEvent) => (tidemark.part as { number: number }).number;
  return events.filter(({ tidemark }) => tidemark.part !== undefined).sort((one, other) => number(one) - number(other));
}

function originalOf(parts: readonly EcsEvent[]): string {
  return parts.map(({ event }) => event.original).join('');
}

/** The event inside each envelope of a HEC destination. */
function unwrapped(world: World): EcsEvent[] {
  return world.firehose.lines('tidemark-splunk').map(({ text }) => (JSON.parse(text) as { event: EcsEvent }).event);
}

describe('what is too large is delivered shortened, and whole by redrive', () => {
  it('sends it whole in parts, once, to exactly those who got it shortened', async () => {
    const note = NASTY.repeat(12_000);
    const world = await worldWith(note, { destinations: [ecsDestination('siem'), HEC] });
    const row = world.vendor.rows[0]?.text;
    const [entry] = world.table.quarantine.values();

    expect(entry).toMatchObject({ reason: 'oversized' });
    const affected = entry?.destinations ?? [];
    expect(affected).toContain('splunk');
    expect(acts(world.delivered(), 'quarantine')).toHaveLength(1);
    await redrive(world);

    expect(originalOf(partsOf(unwrapped(world)))).toBe(row);
    expect(partsOf(world.delivered('siem')).length > 0).toBe(affected.includes('siem'));
    expect(world.table.quarantine.size).toBe(0);
    expect(acts(world.delivered(), 'redrive')).toHaveLength(1);
    expect(world.count('Redriven')).toBe(1);
    expect(world.census([]).repeated).toEqual([]);
    await redrive(world);
    expect(acts(world.delivered(), 'redrive')).toHaveLength(1);
  });

  it('leaves out the destination that had it whole', async () => {
    const world = await worldWith('x'.repeat(400_000), { destinations: [ecsDestination('siem'), HEC] });

    await redrive(world);

    expect([...world.table.quarantine.values()]).toEqual([]);
    expect(partsOf(world.delivered('siem'))).toEqual([]);
    expect(world.delivered('siem').some(({ tags }) => tags?.includes('tidemark-shortened'))).toBe(false);
    expect(originalOf(partsOf(unwrapped(world)))).toBe(world.vendor.rows[0]?.text);
  });

  it('remembers who else is affected when another destination failed in between', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), destinations: [HEC, RAW] });
    world.vendor.add({ time: at('11:10:00'), name: 'large', fields: { note: 'x'.repeat(1_100_000) } });
    await world.run({
      budget: MINUTE,
      onEffect: ({ name, about }) =>
        name === 'put' && about === 'tidemark-raw' ? { refused: () => 'ServiceUnavailableException' } : undefined,
    });
    world.clock.advance(5 * MINUTE);

    await world.runUntilCaughtUp();

    expect([...world.table.quarantine.values()].map(({ destinations }) => destinations)).toEqual([['splunk', 'raw']]);
  });

  it('keeps what CEF has no place for, and sends it to the others', async () => {
    const cef: Destination = {
      id: 'cef',
      heldFor: 0,
      shape: { format: 'cef', hec: {} },
      deliveryStream: 'tidemark-cef',
    };
    const world = await worldWith('x'.repeat(1_100_000), { destinations: [ecsDestination('siem'), cef] });
    for (const [key, entry] of world.table.quarantine) {
      world.table.quarantine.set(key, { ...entry, destinations: ['siem', 'cef'] });
    }
    world.write = (shape, event) => ({
      ...writeEvent(shape, event),
      ...(shape.format === 'cef' && event.message === 'large' && { oversized: true }),
    });

    const report = await redrive(world);

    expect(report?.warnings).toEqual([expect.stringContaining('cef: CEF has no place for the whole of it')]);
    expect(originalOf(partsOf(world.delivered('siem')))).toBe(world.vendor.rows[0]?.text);
    expect(world.table.quarantine.size).toBe(1);
  });

  it('does not touch what tells live reading apart from it: failures, seen keys, the watermark', async () => {
    const world = await worldWith('x'.repeat(1_100_000));
    world.table.overwrite(FEED, { failures: 3, lastError: { code: 'forbidden', message: 'no', at: world.now } });
    const before = world.checkpoint();

    await redrive(world);

    const { watermark, failures, lastError, lastSuccess } = before;
    expect(world.checkpoint()).toMatchObject({ watermark, failures, lastError, lastSuccess });
    world.clock.advance(HOUR);
    await world.runUntilCaughtUp();
    expect(world.census([]).repeated).toEqual([]);
  });

  it('says of an id that it is not there, and leaves the others', async () => {
    const world = await worldWith('x'.repeat(1_100_000));

    const report = await redrive(world, ['nothing']);

    expect(report?.warnings).toEqual([`${FEED} has no nothing in quarantine.`]);
    expect(world.table.quarantine.size).toBe(1);
  });

  it('is one redrive when two are asked for at once', async () => {
    const world = await worldWith('x'.repeat(1_100_000));

    const reports = await Promise.all([redrive(world), redrive(world)]);

    expect(reports.map((report) => report?.state).sort()).toEqual(['busy', 'caught-up']);
    expect(world.census([]).repeated).toEqual([]);
  });

  it('goes on with those that a destination had refused, and repeats none', async () => {
    const world = await worldWith('x'.repeat(1_100_000), { destinations: ['siem', 'archive'] });
    const [report] = await world.run({
      act: { act: 'redrive' },
      budget: MINUTE,
      onEffect: ({ name, about }) =>
        name === 'put' && about === 'tidemark-archive' ? { refused: () => 'ServiceUnavailableException' } : undefined,
    });
    expect(report?.state).toBe('failed');
    expect(world.table.quarantine.size).toBe(1);

    await redrive(world);

    for (const id of ['siem', 'archive']) {
      expect(originalOf(partsOf(world.delivered(id)))).toBe(world.vendor.rows[0]?.text);
      expect(world.census([], id).repeated).toEqual([]);
    }
  });

  it.each(['crash-before', 'crash-midway', 'crash-after', 'lost-after'] as const)(
    'survives %s at every effect',
    async (fault) => {
      for (let nth = 1; nth < 60; nth++) {
        const world = await worldWith('x'.repeat(1_100_000));
        let reached = false;
        let inFlight = false;
        const run = world.run({
          act: { act: 'redrive' },
          onEffect: ({ number, name }) => {
            if (number !== nth) return undefined;
            reached = true;
            inFlight = name === 'put' || (name === 'remember' && fault !== 'crash-after');
            return fault;
          },
        });
        await run.catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
        if (!reached) break;
        world.clock.advance(HOUR);
        await redrive(world);

        const events = world.delivered();
        const once = new Map(partsOf(events).map((part) => [part.event.id, part]));
        expect(originalOf([...once.values()]), `effect ${nth}`).toBe(world.vendor.rows[0]?.text);
        expect(new Set(acts(events, 'redrive').map(({ event }) => event.id)).size, `effect ${nth}`).toBe(1);
        if (!inFlight) expect(world.census([]).repeated, `effect ${nth}`).toEqual([]);
        expect(world.table.quarantine.size).toBe(0);
      }
    },
  );
});

describe('what a format cannot say', () => {
  function breakWriter(world: World, breaks: (event: EcsEvent, format: string) => boolean): void {
    world.write = (shape, event) => {
      if (breaks(event, shape.format)) throw new Error('it cannot be said');
      return writeEvent(shape, event);
    };
  }

  it('does not stop the feed: a stand-in goes out, the others get it, and redrive sends it when it can', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), destinations: [RAW, ecsDestination('siem')] });
    world.vendor.addMany(3, at('11:10:00'), MINUTE);
    breakWriter(world, (event, format) => format === 'ecs' && event.message === 'event 1');
    await world.runUntilCaughtUp();

    const [entry] = world.table.quarantine.values();
    expect(entry).toMatchObject({ reason: 'inexpressible', destinations: ['siem'] });
    const standIns = world
      .delivered('siem')
      .filter(({ error }) => (error as { type?: string })?.type === 'inexpressible');
    expect(standIns.map(({ tidemark }) => tidemark.event)).toEqual([entry?.id]);
    expect(standIns[0]?.event.id).not.toBe(entry?.id);
    expect(acts(world.delivered('siem'), 'quarantine')).toHaveLength(1);

    const stays = await redrive(world);
    expect(stays?.warnings).toEqual([`${entry?.id} stays in quarantine: siem: it cannot be said`]);
    expect(world.count('Redriven')).toBe(0);

    world.write = writeEvent;
    await redrive(world);
    expect(world.delivered('siem').filter(({ event }) => event.id === entry?.id)).toHaveLength(1);
    expect(world.table.quarantine.size).toBe(0);
    expect(world.firehose.lines('tidemark-raw').filter(({ text }) => text.includes('"event 1"'))).toHaveLength(1);
  });

  it('goes on when not even a stand-in or an act of our own can be said, and loses none of them', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(3, at('11:10:00'), MINUTE);
    breakWriter(world, () => true);

    const runs = await world.runUntilCaughtUp({ mostRuns: 3 });
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(runs.at(-1)?.[0]?.state).toBe('caught-up');
    expect(world.delivered()).toEqual([]);
    world.write = writeEvent;
    await redrive(world);
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
    expect(acts(world.delivered(), 'quarantine')).toHaveLength(3);
  });
});

describe('an answer that could not be read', () => {
  const mended = createWorld().source.streams[0] as Stream;

  async function brokenWorld(): Promise<World> {
    const world = createWorld({
      startFrom: at('11:00:00'),
      stream: {
        read: (answer, asked) => {
          if (answer.text.includes('poison')) throw new UnreadableError('a word that is not known');
          return mended.read(answer, asked);
        },
      },
    });
    world.vendor.addMany(50, at('11:00:00'), MINUTE);
    for (const time of ['11:05:30', '11:05:31', '11:45:30']) world.vendor.add({ time: at(time), name: 'poison' });
    for (let run = 0; run < 12; run++) {
      await world.run();
      world.clock.advance(5 * MINUTE);
    }
    return world;
  }

  it('is read when it can be, and what had been delivered is not delivered again', async () => {
    const world = await brokenWorld();
    expect(world.table.quarantine.size).toBeGreaterThan(1);
    const late = world.count('Late');
    Object.assign(world.source.streams[0] as Stream, { read: mended.read });

    const report = await redrive(world);

    expect(report?.warnings).toEqual([]);
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
    expect(world.table.quarantine.size).toBe(0);
    expect(world.count('Late')).toBe(late);
    await world.runUntilCaughtUp();
    world.table.overwrite(FEED, { watermark: at('11:00:00') });
    await world.runUntilCaughtUp();
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
  });

  it('stays with the reason when it still cannot', async () => {
    const world = await brokenWorld();
    const { size } = world.table.quarantine;

    const report = await redrive(world);

    expect(report?.warnings).toHaveLength(size);
    expect(report?.warnings[0]).toContain('a word that is not known');
    expect(world.table.quarantine.size).toBe(size);
  });
});
