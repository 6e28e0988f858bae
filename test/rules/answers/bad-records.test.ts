import { describe, expect, it } from 'vitest';
import type { Destination, Row, Stream } from '../../../functions/core/model.ts';
import { HOUR, MINUTE } from '../../../functions/core/time.ts';
import type { VendorRow } from '../../memory/vendor.ts';
import { createWorld, ecsDestination, type World, type WorldOptions } from '../../memory/world.ts';

/** Throws at one record, as code does that comes to the end of its stack in it. */
function breakAt<T>(otherwise: (row: Row) => T) {
  return (row: Row): T => {
    if ((row.value as { name?: unknown }).name === 'evil') throw new RangeError('Maximum call stack size exceeded');
    return otherwise(row);
  };
}

const hooks: Readonly<Record<string, Partial<Stream>>> = {
  events: {},
  map: {},
  stableFields: { stableFields: breakAt((row) => row.text) },
  actor: { actor: breakAt(() => 'somebody') },
  ongoing: { ongoing: breakAt(() => undefined) },
};
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** A world with a record in the middle at which the code of this name throws. */
function brokenWorld(hook: string, options: WorldOptions = {}): { world: World; evil: VendorRow } {
  const { stream } = createWorld().feeds[0] as { stream: Stream };
  const own = {
    ...hooks[hook],
    ...(hook === 'events' && { events: breakAt(stream.events) }),
    ...(hook === 'map' && {
      map: (...[row, identity, connection]: Parameters<Stream['map']>) =>
        breakAt(() => stream.map(row, identity, connection))(row),
    }),
  };
  const signIn = breakAt(() => undefined);
  const ownSignIns = { account: () => 'us', leaveOut: () => false, signIn };
  const world = createWorld({
    vendor: { pageSize: 4 },
    ...options,
    stream: own,
    ...(hook === 'signIn' && { source: { ownSignIns } }),
  });
  world.vendor.addMany(20, world.now - 3 * HOUR, MINUTE);
  const evil = world.vendor.add({ time: world.now - 2 * HOUR, name: 'evil' });
  world.vendor.addMany(20, world.now - HOUR, MINUTE, { name: 'later' });
  return { world, evil };
}

/** A record of an hour ago with this text. */
function addText(world: World, text: string): void {
  Object.assign(world.vendor.add({ time: world.now - HOUR }), { text });
}

describe('rule 10: what a stream’s code throws at one record concerns that record alone', () => {
  it.each([...Object.keys(hooks), 'signIn'])('%s', async (hook) => {
    const { world, evil } = brokenWorld(hook);

    await world.runUntilCaughtUp();

    expect(world.checkpoint().watermark).toBeGreaterThan(world.now - 10 * MINUTE);
    expect(world.census()).toEqual({ missing: [], invented: [], repeated: [] });
    const [error, ...others] = world.delivered().filter(({ event }) => event.kind === 'pipeline_error');
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      event: { original: evil.text },
      error: { type: 'unmapped', message: expect.stringContaining('Maximum call stack size exceeded') },
      tags: expect.arrayContaining(['tidemark-unmapped']),
    });
    expect(world.count('Unmapped')).toBe(1);
  });

  it.each([...Object.keys(hooks), 'signIn'])(
    '%s: read again, verified and filled in, it is the same event',
    async (hook) => {
      const { world } = brokenWorld(hook);
      await world.runUntilCaughtUp();
      const before = world.ids();
      world.clock.advance(20 * MINUTE);
      await world.runUntilCaughtUp();
      const range = { from: world.now - 10 * HOUR, to: world.now - 2 * HOUR };

      const [verified] = await world.run({ act: { act: 'verify', range } });
      const [filled] = await world.run({ act: { act: 'backfill', range: { from: range.from, to: world.now } } });

      expect(verified?.job?.steps?.length).toBeGreaterThan(0);
      for (const step of verified?.job?.steps ?? []) expect(step).toMatchObject({ missing: 0, changed: 0 });
      expect(filled?.state).toBe('caught-up');
      expect(world.ids().filter((id) => before.includes(id))).toEqual(before);
      expect(world.census()).toMatchObject({ missing: [], repeated: [] });
    },
  );
});

describe('rule 10: a record that is nested deeper than the stack', () => {
  it('keeps its time, and no code of the stream that makes its events sees how deep it is', async () => {
    const seen: string[] = [];
    const stableFields = ({ value }: Row) => {
      seen.push(JSON.stringify(value));
      return '';
    };
    const world = createWorld({ stream: { stableFields } });
    const text = `{"id":"deep-1","date":"2026-03-02T11:00:00Z","name":"deep","deep":${DEEP}}`;
    addText(world, text);

    await world.runUntilCaughtUp();

    const [event] = world.delivered();
    expect(event).toMatchObject({
      '@timestamp': '2026-03-02T11:00:00.000Z',
      event: { kind: 'pipeline_error', original: text },
      error: { message: 'memory/events/acme: the record is nested more than 100 levels deep' },
    });
    expect(seen).toEqual([expect.stringContaining('nested more than 100 levels deep')]);
  });

  it('is no reason to doubt one that is a hundred levels deep', async () => {
    const world = createWorld();
    const nested = `${'['.repeat(99)}${']'.repeat(99)}`;
    addText(world, `{"date":"2026-03-02T11:00:00Z","name":"a","b":${nested}}`);

    await world.runUntilCaughtUp();

    expect(world.delivered()[0]?.event.kind).toBe('event');
  });

  it('too large for a destination, it is shortened there, kept whole, and redriven in parts', async () => {
    const world = createWorld();
    const text = `{"date":"2026-03-02T11:00:00Z","name":"deep","deep":${'['.repeat(600_000)}${']'.repeat(600_000)}}`;
    addText(world, text);
    await world.runUntilCaughtUp();
    expect(world.delivered()[0]).toMatchObject({ event: { kind: 'pipeline_error' }, tidemark: { shortened: true } });

    await world.run({ act: { act: 'redrive' } });

    const parts = world.delivered().filter(({ tidemark }) => tidemark.part !== undefined);
    expect(parts.map(({ event }) => event.original).join('')).toBe(text);
    expect(world.table.quarantine.size).toBe(0);
  });
});

describe('rule 10: a mapping that makes what cannot be written', () => {
  const cef: Destination = { id: 'cef', deliveryStream: 'tidemark-cef', heldFor: 0, shape: { format: 'cef' } };

  it('nested too deep, it is a pipeline_error', async () => {
    const map = () => ({ event: {}, memory: { deep: JSON.parse(DEEP) as unknown } });
    const world = createWorld({ stream: { map } });
    const row = world.vendor.add({ time: world.now - HOUR, name: 'a' });

    await world.runUntilCaughtUp();

    expect(world.delivered()[0]).toMatchObject({
      event: { kind: 'pipeline_error', original: row.text },
      error: { message: expect.stringContaining('its fields are nested more than 100 levels deep') },
    });
  });

  it('as no JSON at all, it leaves a note, and lies whole in quarantine', async () => {
    const map = ({ value }: Row) => ({
      event: {},
      memory: { number: (value as { name: string }).name === 'a' ? 1n : 1 },
    });
    const world = createWorld({ stream: { map }, destinations: [ecsDestination('siem'), cef] });
    const row = world.vendor.add({ time: world.now - HOUR, name: 'a' });
    world.vendor.add({ time: world.now - HOUR + MINUTE, name: 'b' });

    await world.runUntilCaughtUp();
    world.clock.advance(HOUR);
    await world.runUntilCaughtUp();

    const [note, other] = world.delivered();
    expect(note).toMatchObject({ event: { kind: 'pipeline_error' }, error: { type: 'inexpressible' } });
    expect(other?.event.original).toContain('"b"');
    const [kept] = [...world.table.quarantine.values()];
    const whole = JSON.parse(kept?.text ?? '') as { event: { id: string; original: string } };
    expect(whole.event).toMatchObject({ id: kept?.id, original: row.text });

    await world.run({ act: { act: 'redrive' } });

    const redriven = world.delivered().find(({ tags = [] }) => tags.includes('tidemark-redriven'));
    expect(redriven?.event).toMatchObject({ id: kept?.id, original: row.text });
    expect(world.table.quarantine.size).toBe(0);
    expect(world.firehose.lines('tidemark-cef').length).toBeGreaterThan(0);
  });
});
