import { describe, expect, it } from 'vitest';
import { Deliveries, type Sent } from '../../../functions/core/delivery/deliveries.ts';
import type { Stream } from '../../../functions/core/model.ts';
import type { FeedCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { SELF, type SeenChunk, type SeenRange } from '../../../functions/core/stored/seen-chunk.ts';
import { MINUTE, SECOND } from '../../../functions/core/time.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, FEED } from '../set-up.ts';

const AT_ONCE = 2;

/** A flush whose steps end when the test says so. */
class Parcel {
  readonly name: string;
  readonly isFollowed: boolean;
  readonly #log: string[];
  readonly #sent = Promise.withResolvers<Sent>();
  readonly #followed = Promise.withResolvers<void>();

  constructor(log: string[], name: string, { isFollowed = false, waitsForNext = false } = {}) {
    this.#log = log;
    this.name = name;
    this.isFollowed = isFollowed;
    if (!waitsForNext) this.#followed.resolve();
  }

  send = (): Promise<Sent> => {
    this.#log.push(`send ${this.name}`);
    return this.#sent.promise;
  };

  next = (): Promise<void> => {
    this.#log.push(`next ${this.name}`);
    return this.#followed.promise;
  };

  /** All of it is accepted. */
  accept(): void {
    this.#sent.resolve({ chunks: [chunk(this.name)], done: this.#done });
  }

  /** Only a part of it is accepted. */
  refuse(thrown: unknown = new Error(`${this.name} was refused`)): void {
    this.#sent.resolve({ chunks: [chunk(`${this.name}-part`)], failure: { thrown }, done: this.#done });
  }

  endNext(): void {
    this.#followed.resolve();
  }

  failNext(): void {
    this.#followed.reject(new Error(`${this.name} was not committed`));
  }

  readonly #done = (): void => {
    this.#log.push(`done ${this.name}`);
  };
}

function chunk(id: string): SeenChunk {
  return { id, bucket: 'an hour', destinations: ['siem'], at: 0, keys: new Uint8Array(8), count: 1, digest: 0n };
}

/** Lets everything happen that does not wait for the test. */
async function rest(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** What was thrown, or that it has come to an end or has not. */
function watch(work: Promise<unknown>): { state: string } {
  const watched = { state: 'waits' };
  work.then(
    () => (watched.state = 'ended'),
    (thrown: Error) => (watched.state = thrown.message),
  );
  return watched;
}

/** Deliveries, and a log of what they do. What is remembered is held up until a test lets it through, if it says so. */
function createDeliveries() {
  const log: string[] = [];
  const table = { holds: undefined as Promise<void> | undefined, failure: undefined as Error | undefined };
  const deliveries = new Deliveries(async (chunks) => {
    const ids = chunks.map(({ id }) => id).join(' and ');
    log.push(`remember ${ids}`);
    await table.holds;
    if (table.failure) throw table.failure;
    log.push(`remembered ${ids}`);
  });
  const parcel = (name: string, options = {}) => new Parcel(log, name, options);
  return { deliveries, log, table, parcel };
}

describe('flushes on their way', () => {
  it('are sent at the same time, and remembered and followed up in their order', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two] = [parcel('one'), parcel('two')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    expect(log).toEqual(['send one', 'send two']);

    two.accept();
    await rest();
    expect(log).toHaveLength(2);
    one.accept();
    await deliveries.finish();

    expect(log.slice(2)).toEqual([
      'remember one',
      'remembered one',
      'done one',
      'next one',
      'remember two',
      'remembered two',
      'done two',
      'next two',
    ]);
  });

  it('are followed up only after what follows those before has ended', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two] = [parcel('one', { waitsForNext: true }), parcel('two')];
    for (const each of [one, two]) {
      await deliveries.begin(each, AT_ONCE);
      each.accept();
    }
    await rest();
    expect(log).toContain('next one');
    expect(log).not.toContain('next two');

    one.endNext();
    await deliveries.finish();

    expect(log.at(-1)).toBe('next two');
  });

  it('are two at most: a third one waits until the first one is remembered', async () => {
    const { deliveries, log, table, parcel } = createDeliveries();
    const [one, two, three] = [parcel('one'), parcel('two'), parcel('three')];
    const held = Promise.withResolvers<void>();
    table.holds = held.promise;
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    const third = watch(deliveries.begin(three, AT_ONCE));
    await rest();
    expect(third.state).toBe('waits');

    one.accept();
    await rest();
    expect(third.state).toBe('waits');
    held.resolve();
    await rest();

    expect(third.state).toBe('ended');
    expect(log.indexOf('send three')).toBeGreaterThan(log.indexOf('remembered one'));
    two.accept();
    three.accept();
    await deliveries.finish();
    expect(log.at(-1)).toBe('next three');
  });

  it('are remembered with one write where another one follows', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    for (const name of ['one', 'two', 'three', 'four']) {
      const each = parcel(name, { isFollowed: true });
      await deliveries.begin(each, AT_ONCE);
      each.accept();
    }
    await deliveries.finish();

    expect(log.filter((line) => line.startsWith('remember '))).toEqual([
      'remember one and two',
      'remember three and four',
    ]);
    expect(log.indexOf('send three')).toBeGreaterThan(log.indexOf('next two'));
    expect(log.filter((line) => line.startsWith('next'))).toEqual(['next one', 'next two', 'next three', 'next four']);
  });

  it('are remembered at the end although none has followed', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const one = parcel('one', { isFollowed: true });
    await deliveries.begin(one, AT_ONCE);
    one.accept();
    await rest();
    expect(log).toEqual(['send one']);

    await deliveries.finish();

    expect(log).toEqual(['send one', 'remember one', 'remembered one', 'done one', 'next one']);
  });

  it('make room without sending anything', async () => {
    const { deliveries, parcel } = createDeliveries();
    const [one, two] = [parcel('one'), parcel('two')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.room(AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    const room = watch(deliveries.room(AT_ONCE));
    await rest();
    expect(room.state).toBe('waits');

    one.accept();
    await rest();
    expect(room.state).toBe('ended');
    two.accept();
    await deliveries.finish();
  });

  it('of which there are none end at once', async () => {
    const { deliveries, log } = createDeliveries();

    await deliveries.room(1);
    await deliveries.finish();

    expect(log).toEqual([]);
  });
});

describe('a flush that fails', () => {
  it('is remembered as far as it was accepted, and so is the one after it; nothing follows either of them', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two] = [parcel('one'), parcel('two')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    one.refuse();
    two.accept();

    await expect(deliveries.finish()).rejects.toThrow('one was refused');

    expect(log.filter((line) => line.startsWith('remembered'))).toEqual(['remembered one-part', 'remembered two']);
    expect(log.filter((line) => line.startsWith('next'))).toEqual([]);
    expect(deliveries.hasFailed).toBe(true);
  });

  it('keeps nothing from following those before it', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two] = [parcel('one'), parcel('two')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    two.refuse();
    one.accept();

    await expect(deliveries.finish()).rejects.toThrow('two was refused');

    expect(log.filter((line) => line.startsWith('next'))).toEqual(['next one']);
  });

  it.each(['one', 'two'])('keeps anything from following a pair of which it is flush %s', async (name) => {
    const { deliveries, log, parcel } = createDeliveries();
    const pair = [parcel('one', { isFollowed: true }), parcel('two', { isFollowed: true })];
    for (const each of pair) {
      await deliveries.begin(each, AT_ONCE);
      if (each.name === name) each.refuse();
      else each.accept();
    }

    await expect(deliveries.finish()).rejects.toThrow(`${name} was refused`);

    const other = name === 'one' ? 'one-part and two' : 'one and two-part';
    expect(log).toContain(`remembered ${other}`);
    expect(log.filter((line) => line.startsWith('next'))).toEqual([]);
  });

  /** Ways of waiting in which a run learns of a failure. */
  const WAYS = {
    begin: ({ deliveries, parcel }) => deliveries.begin(parcel('three'), AT_ONCE),
    room: ({ deliveries }) => deliveries.room(AT_ONCE),
    finish: ({ deliveries }) => deliveries.finish(),
  } satisfies Record<string, (all: ReturnType<typeof createDeliveries>) => Promise<void>>;

  it.each(Object.entries(WAYS))('is thrown by %s when nothing is on its way any more', async (_, wait) => {
    const all = createDeliveries();
    const { deliveries, log, parcel } = all;
    const [one, two] = [parcel('one'), parcel('two')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    const waiting = watch(wait(all));
    one.refuse();
    await rest();
    expect(waiting.state).toBe('waits');

    two.accept();
    await rest();

    expect(waiting.state).toBe('one was refused');
    expect(log).toContain('remembered two');
    expect(log).not.toContain('send three');
  });

  it('is thrown by the next begin, also if it failed long before: then, too, nothing is on its way', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two, three] = [parcel('one'), parcel('two'), parcel('three')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    one.refuse();
    await rest();
    expect(deliveries.hasFailed).toBe(true);

    const third = watch(deliveries.begin(three, AT_ONCE));
    await rest();
    expect(third.state).toBe('waits');
    two.accept();
    await rest();

    expect(third.state).toBe('one was refused');
    expect(log).toContain('remembered two');
    expect(log).not.toContain('send three');
  });

  it('is remembered together with one that waits for another one to follow', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two] = [parcel('one'), parcel('two', { isFollowed: true })];
    await deliveries.begin(one, 3);
    await deliveries.begin(two, 3);
    two.accept();
    one.refuse();
    await rest();
    expect(log).not.toContain('remembered two');

    await expect(deliveries.begin(parcel('three'), 3)).rejects.toThrow('one was refused');

    expect(log).toContain('remembered two');
  });

  it('may be one whose keys could not be written: nothing follows it, and it is not done', async () => {
    const { deliveries, log, table, parcel } = createDeliveries();
    table.failure = new Error('no table');
    const one = parcel('one');
    await deliveries.begin(one, AT_ONCE);
    one.accept();

    await expect(deliveries.finish()).rejects.toThrow('no table');
    await expect(deliveries.begin(parcel('two'), AT_ONCE)).rejects.toThrow('no table');

    expect(log).toEqual(['send one', 'remember one']);
  });

  it('may be one whose commit has failed: nothing follows the next one', async () => {
    const { deliveries, log, parcel } = createDeliveries();
    const [one, two] = [parcel('one', { waitsForNext: true }), parcel('two')];
    await deliveries.begin(one, AT_ONCE);
    await deliveries.begin(two, AT_ONCE);
    one.accept();
    two.accept();
    one.failNext();

    await expect(deliveries.finish()).rejects.toThrow('one was not committed');

    expect(log).toContain('remembered two');
    expect(log).not.toContain('next two');
    expect(deliveries.hasFailed).toBe(true);
  });
});

/** A vendor with long records, so that each page is a flush. */
function longRecords(count: number, options: WorldOptions = {}): World {
  const world = createWorld({ startFrom: at('11:00:00'), ...options, vendor: { pageSize: 5, ...options.vendor } });
  for (let row = 0; row < count; row++) {
    world.vendor.add({ time: at('11:00:00') + row * MINUTE, name: `row ${row}`.padEnd(400_000, 'x') });
  }
  return world;
}

describe('what was learned from a flush', () => {
  it('about lateness counts when that flush is delivered, whatever was read meanwhile', async () => {
    const world = longRecords(40, { vendor: { latency: 6 * SECOND } });
    let commits = 0;

    await world.run({
      onEffect: ({ name, value }) => {
        if (name === 'put') return { latency: 8 * SECOND };
        if (name !== 'write') return undefined;
        const counted = (value as FeedCheckpoint).lateness?.onTime ?? 0;
        expect(counted).toBeLessThanOrEqual(world.ids().length);
        if (counted > 0) commits++;
        return undefined;
      },
    });

    expect(commits).toBeGreaterThan(1);
    expect(world.checkpoint().lateness?.onTime).toBe(40);
  });

  it('about what goes on is stored when that flush is delivered: a flush that fails ends nothing', async () => {
    const ongoing: Stream['ongoing'] = ({ value }) => {
      const { name, ended } = value as { name: string; ended: boolean };
      return { key: name, since: at('11:00:00'), ended };
    };
    const world = createWorld({ startFrom: at('11:00:00'), stream: { ongoing } });
    world.vendor.add({ time: at('11:00:00'), name: 'session', fields: { ended: false } });
    await world.run();
    expect(world.table.loadOngoing(FEED)).toHaveLength(1);
    world.vendor.add({ time: at('12:00:00'), name: 'session', fields: { ended: true } });
    world.clock.advance(10 * MINUTE);

    await world.run({ onEffect: ({ name }) => (name === 'put' ? { refused: () => 'ServiceUnavailable' } : undefined) });
    expect(world.table.loadOngoing(FEED)).toHaveLength(1);
    world.clock.advance(10 * MINUTE);
    await world.run();

    expect(world.table.loadOngoing(FEED)).toEqual([]);
    expect(world.census()).toEqual(EXACT);
  });
});

describe('a run that fails while a flush is on its way', () => {
  it('gives its lease back only when that is remembered', async () => {
    const world = longRecords(9, { vendor: { latency: SECOND } });
    world.vendor.add({ time: at('11:30:00'), name: 'too large'.padEnd(1_100_000, 'x') });
    const effects: string[] = [];
    const [report] = await world.run({
      onEffect: ({ name, nth, value }) => {
        effects.push(name);
        if (name === 'put' && nth === 1) return { latency: 14 * SECOND };
        // The event about the quarantined record cannot be compared with those that were delivered.
        return name === 'loadSeen' && (value as SeenRange).from === SELF ? 'lost-before' : undefined;
      },
    });

    expect(report?.state).toBe('failed');
    expect(effects.filter((name) => name === 'remember')).toHaveLength(1);
    expect(effects.lastIndexOf('remember')).toBeGreaterThan(effects.lastIndexOf('put'));
    expect(effects.at(-1)).toBe('write');
    await world.runUntilCaughtUp();
    // Ten records, and one event about that in quarantine.
    expect(world.ids()).toHaveLength(11);
    expect(new Set(world.ids()).size).toBe(11);
  });
});
