import { describe, expect, it } from 'vitest';
import type { SnapshotCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { inventoryStream, inventoryWorld, MemoryInventory, toldBy } from '../../memory/inventory.ts';
import { Crash } from '../../memory/world.ts';
import { runLater, settledWorld } from './settled.ts';

const FEED = 'memory/keys/acme';

describe('rule 26: the first run', () => {
  it('tells how things are in one event of kind state, and no creations', async () => {
    const { world, keys } = inventoryWorld();
    keys.add(25);

    const report = await runLater(world);

    expect(report).toMatchObject({
      state: 'caught-up',
      pages: 3,
      fetched: 1,
      suppressed: 0,
      delivered: 1,
      unmapped: 0,
    });
    expect(report).toMatchObject({ warnings: [], lagSeconds: 0, watermark: world.delivered()[0]?.['@timestamp'] });
    expect(world.names()).toEqual(['25 keys']);
    expect(world.delivered()[0]).toMatchObject({
      '@timestamp': expect.stringMatching(/^2026-03-02T13:00:00/),
      event: { kind: 'state', dataset: 'memory.keys' },
      tidemark: { feed: FEED },
    });
    expect(toldBy(world.delivered())).toEqual(keys.state);
    expect(world.count('Changes')).toBe(0);
    expect([world.count('Fetched'), world.count('Delivered'), world.count('Pages')]).toEqual([1, 1, 3]);
  });

  it('tells an empty list, too, and that it is no longer empty as changes', async () => {
    const { world, keys } = await settledWorld(0);
    keys.add(2);
    await runLater(world);

    expect(world.names()).toEqual(['0 keys', 'thing 0 created', 'thing 1 created']);
    expect(toldBy(world.delivered())).toEqual(keys.state);
  });
});

describe('rule 26: a feed that has never been read', () => {
  it('is behind by as long as it has tried', async () => {
    const { world, keys } = inventoryWorld();
    keys.onRequest = () => ({ status: 400 });

    const first = await runLater(world);
    const second = await runLater(world);

    expect([first?.lagSeconds, second?.lagSeconds]).toEqual([0, 3_600]);
  });
});

describe('rule 26: a later run', () => {
  it('tells what was created, changed and deleted since, each once, with before and after', async () => {
    const { world, keys } = await settledWorld();
    keys.things.delete('thing 3');
    keys.things.set('thing 12', { level: 2 });
    keys.things.set('new', { level: 9 });

    const report = await runLater(world);

    expect(report).toMatchObject({
      state: 'caught-up',
      pages: 2,
      fetched: 3,
      suppressed: 0,
      delivered: 3,
      warnings: [],
    });
    expect(world.names()).toEqual(['20 keys', 'new created', 'thing 12 changed', 'thing 3 deleted']);
    expect(world.delivered().slice(1)).toEqual(
      Array(3).fill(expect.objectContaining({ '@timestamp': report?.watermark })),
    );
    expect(world.delivered()[2]?.event.original).toBe('{"before":{"level":1},"after":{"level":2}}');
    expect(toldBy(world.delivered())).toEqual(keys.state);
    expect([world.count('Changes'), world.count('Fetched'), world.count('Delivered')]).toEqual([3, 4, 4]);
  });

  it('that finds nothing new stores nothing and moves the watermark: it was a good read', async () => {
    const { world } = await settledWorld();
    const { snapshot, watermark } = world.snapshotCheckpoint('keys');
    const stored = [...world.table.snapshots.keys()];
    const saved: string[] = [];

    world.clock.advance(HOUR);
    const [report] = await world.run({
      streams: ['keys'],
      onEffect: ({ name }) => void (name === 'saveSnapshot' && saved.push(name)),
    });

    expect(report).toMatchObject({ state: 'caught-up', fetched: 0, delivered: 0, lagSeconds: 0 });
    expect(world.snapshotCheckpoint('keys').watermark - watermark).toBeGreaterThanOrEqual(HOUR);
    expect(world.snapshotCheckpoint('keys').snapshot).toEqual(snapshot);
    expect([...world.table.snapshots.keys()]).toEqual(stored);
    expect(saved).toEqual([]);
    expect(world.names()).toEqual(['20 keys']);
  });

  it('has the time of its beginning for a watermark: what changed while it read is the next one’s', async () => {
    const { world, keys } = await settledWorld();
    keys.latency = 5 * SECOND;
    world.clock.advance(HOUR);
    const start = world.now;
    keys.things.set('new', {});

    await world.run({ streams: ['keys'] });

    const { watermark, snapshot, lastSuccess } = world.snapshotCheckpoint('keys');
    expect(watermark - start).toBeLessThan(20 * MILLISECOND);
    expect(snapshot?.at).toBe(watermark);
    expect(lastSuccess).toBeGreaterThan(start + 10 * SECOND);
  });

  it('keeps one snapshot, the last', async () => {
    const { world, keys } = await settledWorld();
    for (let level = 2; level < 6; level++) {
      keys.things.set('thing 0', { level });
      await runLater(world);
    }

    const { snapshot } = world.snapshotCheckpoint('keys');
    expect([...world.table.snapshots.keys()]).toEqual([`${FEED}#${snapshot?.id}`]);
    expect(world.snapshotCheckpoint('keys')).not.toHaveProperty('pending');
  });

  it('gives each change an id of its own, though a thing changes to and fro', async () => {
    const { world, keys } = await settledWorld(1);
    for (let turn = 0; turn < 6; turn++) {
      keys.things.set('thing 0', { level: turn % 2 });
      await runLater(world);
    }

    expect(world.names()).toHaveLength(1 + 6);
    expect(new Set(world.ids()).size).toBe(world.ids().length);
    expect(toldBy(world.delivered())).toEqual(keys.state);
  });

  it('also when a clock that was hours ahead has been set right: what is stored keeps its order', async () => {
    const { world, keys } = inventoryWorld();
    keys.add(1);
    await world.run({ streams: ['keys'], clockOffset: 3 * HOUR });
    for (let turn = 0; turn < 3; turn++) {
      world.clock.advance(MINUTE);
      keys.things.set('thing 0', { turn });
      expect((await world.run({ streams: ['keys'] }))[0]).toMatchObject({ state: 'caught-up', suppressed: 0 });
    }

    expect(new Set(world.ids()).size).toBe(4);
    expect(toldBy(world.delivered())).toEqual(keys.state);
    expect([...world.table.snapshots.keys()]).toEqual([`${FEED}#${world.snapshotCheckpoint('keys').snapshot?.id}`]);
  });

  it('gives another feed of the connection other ids for the same changes', async () => {
    const { world, keys } = inventoryWorld({ source: { snapshots: [inventoryStream('locks')] } });
    const locks = new MemoryInventory(world, 'locks');
    for (const list of [keys, locks]) list.add(3);
    await world.run({ streams: ['keys', 'locks'] });
    for (const list of [keys, locks]) list.things.set('thing 0', { level: 2 });
    world.clock.advance(HOUR);
    await world.run({ streams: ['keys', 'locks'] });

    expect(world.ids()).toHaveLength(4);
    expect(new Set(world.ids()).size).toBe(4);
  });

  it('delivers what cannot be mapped as a pipeline_error, and takes it for told', async () => {
    const { world, keys } = await settledWorld(20, {
      stream: {
        mapChange: ({ key, kind }) => {
          if (key === 'odd') throw new Error('a name that cannot be');
          return { message: `${key} ${kind}`, event: { action: kind }, memory: { key } };
        },
      },
    });
    keys.things.set('odd', { level: 5 });
    keys.things.set('even', { level: 5 });

    const report = await runLater(world);
    const next = await runLater(world);

    expect(report).toMatchObject({ state: 'caught-up', delivered: 2, unmapped: 1 });
    expect(world.count('Unmapped')).toBe(1);
    const error = world.delivered().find(({ event }) => event.kind === 'pipeline_error');
    expect(error?.event.original).toBe('{"before":null,"after":{"level":5}}');
    expect(error?.error?.message).toContain('a name that cannot be');
    expect(next).toMatchObject({ fetched: 0 });
  });

  it('takes things that bear the names of an object’s own for things', async () => {
    const { world, keys } = await settledWorld();
    for (const key of ['__proto__', 'constructor', '', 'a#2', '\ud800', 'x'.repeat(5_000), '名前\n\u0000'])
      keys.things.set(key, { [key]: key });

    expect(await runLater(world)).toMatchObject({ state: 'caught-up', delivered: 7 });
    expect(await runLater(world)).toMatchObject({ state: 'caught-up', fetched: 0 });
    expect(new Set(world.ids()).size).toBe(8);
  });
});

describe('rule 26: what is compared belongs to one account', () => {
  it('another customer begins with a new baseline and a warning', async () => {
    const { world, keys } = await settledWorld(20, { settings: { customer: 'a' } });
    world.settings = { customer: 'b' };
    keys.things.clear();
    keys.add(3, 'theirs');

    const report = await runLater(world);
    const next = await runLater(world);

    expect(report).toMatchObject({ state: 'caught-up', delivered: 1 });
    expect(report?.warnings).toEqual([
      'What this feed reads has changed from {"origin":"https://memory.example","customer":"a"} to {"origin":"https://memory.example","customer":"b"}: it begins with a new baseline.',
    ]);
    expect(next).toMatchObject({ warnings: [], fetched: 0 });
    expect(world.count('ScopeChanged')).toBe(1);
    expect(world.count('Changes')).toBe(0);
    expect(world.names()).toEqual(['20 keys', '3 keys']);
    expect(new Set(world.ids()).size).toBe(2);
    expect(toldBy(world.delivered())).toEqual(keys.state);
    expect([...world.table.snapshots.keys()]).toHaveLength(1);
  });

  it('the first run of all is no change of account', async () => {
    const { world } = await settledWorld();

    expect(world.count('ScopeChanged')).toBe(0);
    expect(world.snapshotCheckpoint('keys').scope).toBe('{"origin":"https://memory.example"}');
  });

  it('also when the first reads after the change fail, or their run dies, and says so until it has happened', async () => {
    const { world, keys } = await settledWorld(20, { settings: { customer: 'a' } });
    world.settings = { customer: 'b' };
    keys.replies.push({ status: 400 });
    const failed = await runLater(world);
    world.clock.advance(HOUR);
    await expect(
      world.run({ streams: ['keys'], onEffect: ({ name }) => (name === 'saveSnapshot' ? 'crash-after' : undefined) }),
    ).rejects.toThrow(Crash);
    const report = await runLater(world);

    for (const one of [failed, report])
      expect(one?.warnings).toEqual([expect.stringContaining('begins with a new baseline')]);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 1 });
    expect(world.names()).toEqual(['20 keys', '20 keys']);
  });

  it('within the hour, and there and back: each baseline is an event of its own', async () => {
    const { world, keys } = await settledWorld(2, { settings: { customer: 'a' } });
    for (const customer of ['b', 'a', 'b']) {
      world.clock.advance(MINUTE);
      world.settings = { customer };
      keys.things.set('thing 0', { customer });
      expect((await world.run({ streams: ['keys'] }))[0]).toMatchObject({ delivered: 1, suppressed: 0 });
    }

    expect(new Set(world.ids()).size).toBe(4);
    expect(toldBy(world.delivered())).toEqual(keys.state);
  });

  it('what was found out about the account before is told first', async () => {
    const { world, keys } = await settledWorld(20, { settings: { customer: 'a' } });
    keys.things.set('thing 1', { level: 7 });
    world.clock.advance(HOUR);
    await expect(
      world.run({ streams: ['keys'], onEffect: ({ name }) => (name === 'put' ? 'crash-before' : undefined) }),
    ).rejects.toThrow(Crash);
    world.settings = { customer: 'b' };
    keys.things.clear();

    expect(await runLater(world)).toMatchObject({ state: 'caught-up', delivered: 2 });
    expect(world.names()).toEqual(['20 keys', 'thing 1 changed', '0 keys']);
  });
});

describe('rule 26: a stored snapshot that is gone', () => {
  it('makes the next run begin with a new baseline, and a warning', async () => {
    const { world, keys } = await settledWorld();
    const { snapshot } = world.snapshotCheckpoint('keys');
    world.table.snapshots.clear();
    keys.things.set('new', {});

    const report = await runLater(world);

    expect(report?.warnings).toEqual([`The stored snapshot ${snapshot?.number} is gone: the comparison begins anew.`]);
    expect(world.names()).toEqual(['20 keys', '21 keys']);
    expect(new Set(world.ids()).size).toBe(2);
    expect(world.count('Changes')).toBe(0);
    expect(await runLater(world)).toMatchObject({ fetched: 0, warnings: [] });
  });

  it('also when the new baseline takes two runs: it is said once, and told once', async () => {
    const { world } = await settledWorld();
    world.table.snapshots.clear();
    world.clock.advance(HOUR);
    await expect(
      world.run({ streams: ['keys'], onEffect: ({ name }) => (name === 'put' ? 'crash-before' : undefined) }),
    ).rejects.toThrow(Crash);

    const report = await runLater(world);

    expect(report).toMatchObject({ state: 'caught-up', delivered: 1, warnings: [] });
    expect(world.names()).toEqual(['20 keys', '20 keys']);
  });

  it('with the old one gone under a pending one, that is the new baseline', async () => {
    const { world, keys } = await pendingWorld();
    const { snapshot } = world.snapshotCheckpoint('keys');
    world.table.snapshots.delete(`${FEED}#${snapshot?.id}`);

    const report = await runLater(world);

    expect(report?.warnings).toEqual([`The stored snapshot ${snapshot?.number} is gone: the comparison begins anew.`]);
    expect(world.names()).toEqual(['20 keys', '20 keys']);
    expect(toldBy(world.delivered())).toEqual(keys.state);
    expect(world.count('Changes')).toBe(0);
  });

  it('with the pending one gone, nobody knows how much of it was told: a new baseline', async () => {
    const { world, keys } = await pendingWorld('crash-after');
    const { pending } = world.snapshotCheckpoint('keys');
    world.table.snapshots.delete(`${FEED}#${pending?.id}`);
    keys.things.delete('thing 1');

    world.clock.advance(HOUR);
    // The hole is on record before the list is read: a read that fails changes nothing about it.
    keys.replies.push({ status: 400 });
    const [failed] = await world.run({ streams: ['keys'] });
    const report = await runLater(world);

    expect(failed?.warnings).toEqual([`The stored snapshot ${pending?.number} is gone: the comparison begins anew.`]);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 1, warnings: [] });
    expect(world.names()).toEqual(['20 keys', 'thing 1 changed', '19 keys']);
    expect(toldBy(world.delivered())).toEqual(keys.state);
    expect([...world.table.snapshots.keys()]).toHaveLength(1);
  });

  /** A run has died while it delivered one change. */
  async function pendingWorld(fault: 'crash-before' | 'crash-after' = 'crash-before') {
    const made = await settledWorld();
    made.keys.things.set('thing 1', { level: 7 });
    made.world.clock.advance(HOUR);
    const dying = made.world.run({ streams: ['keys'], onEffect: ({ name }) => (name === 'put' ? fault : undefined) });
    await expect(dying).rejects.toThrow(Crash);
    return made;
  }
});

describe('rule 26: a checkpoint that a person has removed', () => {
  it('begins with a new baseline, under ids of its own, and removes what the one before had stored', async () => {
    const { world, keys } = await settledWorld(3);
    for (let run = 0; run < 3; run++) await runLater(world);
    keys.things.set('thing 0', { level: 2 });
    await runLater(world);
    world.table.remove(FEED);
    world.clock.advance(MINUTE);
    await world.run({ streams: ['keys'] });
    keys.things.set('thing 0', { level: 3 });
    world.clock.advance(MINUTE);
    await world.run({ streams: ['keys'] });

    expect(world.names()).toEqual(['3 keys', 'thing 0 changed', '3 keys', 'thing 0 changed']);
    expect(new Set(world.ids()).size).toBe(4);
    expect([...world.table.snapshots.keys()]).toEqual([`${FEED}#${world.snapshotCheckpoint('keys').snapshot?.id}`]);
  });
});

describe('rule 26: snapshots of several MB', () => {
  it('are compared like small ones; a baseline that no destination takes is delivered shortened and kept whole', async () => {
    const { world, keys } = inventoryWorld();
    keys.add(300, 'thing', { padding: 'x'.repeat(10_000) });
    keys.pageSize = 100;
    const baseline = await runLater(world);
    keys.things.set('thing 7', { padding: 'y'.repeat(10_000) });
    const report = await runLater(world);

    expect(baseline).toMatchObject({ state: 'caught-up', delivered: 1, quarantined: 1 });
    expect(world.delivered()[0]?.tidemark.shortened).toBe(true);
    expect([...world.table.quarantine.values()][0]?.text.length).toBeGreaterThan(3_000_000);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 1, quarantined: 0 });
    expect(world.names().at(-1)).toBe('thing 7 changed');
  });

  it('whose changes are several flushes are put in place when the last has been delivered', async () => {
    const { world, keys } = await settledWorld(0);
    keys.pageSize = 20_000;
    keys.add(12_000);
    const number = world.snapshotCheckpoint('keys').snapshot?.number;
    const puts: number[] = [];
    world.clock.advance(HOUR);
    const [report] = await world.run({
      streams: ['keys'],
      onEffect: ({ name, value }) => {
        if (name === 'remember') puts.push(world.names().length);
        const { snapshot } = (name === 'write' ? value : {}) as Partial<SnapshotCheckpoint>;
        if (snapshot && snapshot.number !== number) expect(world.names()).toHaveLength(12_001);
      },
    });

    expect(puts).toEqual([5_001, 10_001, 12_001]);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 12_000 });
    expect(world.count('Changes')).toBe(12_000);
    expect(world.snapshotCheckpoint('keys').snapshot?.number).not.toBe(number);
  });
});
