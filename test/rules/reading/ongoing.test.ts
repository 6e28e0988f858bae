import { describe, expect, it } from 'vitest';
import type { Identity, RecordKey, Row, Stream } from '../../../functions/core/model.ts';
import type { Checkpoint } from '../../../functions/core/stored/checkpoint.ts';
import type { Ongoing } from '../../../functions/core/stored/ongoing.ts';
import type { SeenChunk } from '../../../functions/core/stored/seen-chunk.ts';
import { DAY, type Duration, formatInstant, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { type Column, type Session, SessionLog, sessionStream } from '../../memory/sessions.ts';
import type { Reply, VendorRequest } from '../../memory/vendor.ts';
import {
  Crash,
  createWorld,
  type EffectCall,
  ecsDestination,
  type World,
  type WorldOptions,
} from '../../memory/world.ts';
import { playSessionDays, UNKNOWNS } from '../../simulation/scenario/session-days.ts';
import { FEED } from '../set-up.ts';

const SEEDS = [1, 2];

/** A vendor of sessions; its feed begins an hour ago, and the first run is still to come. */
function sessionWorld(column: Column = 'start', { stream, vendor, ...options }: WorldOptions = {}) {
  const own: Partial<Stream> = sessionStream(stream);
  const world = createWorld({
    startFrom: createWorld().now - HOUR,
    ...options,
    vendor: { precision: 1, paging: 'offset', dates: false, ...vendor },
    stream: own,
  });
  return { world, sessions: new SessionLog(world, column) };
}

/** A session that is shown and told at once. */
function session(name: string, start: Instant, lasts: Duration, shown = true): Session {
  return { name, start, end: start + lasts, toldAt: start + lasts, shownAt: shown ? start : undefined };
}

/** Runs until a time, every so often. */
async function runUntil(world: World, until: Instant, every: Duration = 10 * MINUTE): Promise<void> {
  for (; world.now < until; world.clock.advance(every)) await world.run();
}

/** Beginnings that were asked for by themselves, in order; each takes a page, and an empty one. */
function askedAlone(world: World, since = 0): Instant[] {
  const alone = world.vendor.requests
    .slice(since)
    .filter(({ from, to, offset }) => to - from < 2 * MINUTE && offset === 0);
  return alone.map(({ from }) => from + 1);
}

function ongoing(world: World): readonly Ongoing[] {
  return world.table.loadOngoing(FEED);
}

describe('rule 24: whatever the vendor’s range is about, and whether it shows what goes on or not', () => {
  const cases = UNKNOWNS.flatMap((unknowns) => SEEDS.map((seed) => ({ ...unknowns, seed })));

  it.each(cases)(
    'every session is told to start and to end: range of $column, shown $shown, seed $seed',
    async (drawn) => {
      expect(await playSessionDays(drawn.seed, drawn)).toEqual([]);
    },
  );
});

describe('rule 24: a session that goes on', () => {
  it('is told to start when it is seen and to end when it has, and is asked for at its own start only', async () => {
    const { world, sessions } = sessionWorld();
    const start = world.now - 30 * MINUTE;
    sessions.add(session('long', start, 3 * DAY));

    await runUntil(world, start + 2 * DAY);
    expect(sessions.told().get('long')).toEqual(['started']);
    expect(ongoing(world)).toEqual([{ key: expect.stringMatching(/^\w{32}$/), since: start, until: start + 60 * DAY }]);
    const asked = world.vendor.requests.length;
    await world.run();
    expect(
      world.vendor.requests
        .slice(asked)
        .map(({ from }) => from)
        .slice(-2),
    ).toEqual([start - 1, start - 1]);
    expect(askedAlone(world, asked)).toEqual([start]);
    await runUntil(world, start + 3 * DAY + 20 * MINUTE);

    expect(sessions.told().get('long')).toEqual(['started', 'ended']);
    expect(ongoing(world)).toEqual([]);
    const done = world.vendor.requests.length;
    await world.run();
    expect(askedAlone(world, done)).toEqual([]);
  });

  it('is not asked for by itself as long as each run reads its start anyway', async () => {
    const { world, sessions } = sessionWorld();
    sessions.add(session('short', world.now - 20 * MINUTE, DAY));

    await runUntil(world, world.now + 35 * MINUTE);

    expect(ongoing(world).length).toBe(1);
    expect(askedAlone(world)).toEqual([]);
  });

  it('is asked for when the plan is done, not each time that a part of it is', async () => {
    const { world, sessions } = sessionWorld('start', {
      stream: { rereads: [], longestWindow: 40 * MINUTE },
      vendor: { dates: true, clockOffset: -90 * MINUTE },
    });
    const start = world.now - 30 * MINUTE;
    sessions.add(session('long', start, 3 * DAY));
    await runUntil(world, world.now + 6 * HOUR);
    world.clock.advance(3 * HOUR);

    const asked = world.vendor.requests.length;
    await world.run();

    expect(askedAlone(world, asked)).toEqual([start]);
  });

  it('is over when it has ended, though an older copy of the row comes after that', async () => {
    const { world, sessions } = sessionWorld('start', { vendor: { order: 'newest-first' } });
    sessions.add(session('stale', world.now - 30 * MINUTE, 5 * MINUTE));
    for (const row of world.vendor.rows) row.goneAt = Number.POSITIVE_INFINITY;

    await world.run();
    expect(sessions.told().get('stale')).toEqual(['started', 'ended']);
    expect(ongoing(world)).toEqual([]);
    world.vendor.options.order = 'ascending';
    await world.run();

    expect(sessions.told().get('stale')).toEqual(['started', 'ended']);
    expect(ongoing(world)).toEqual([]);
  });

  it('is written down once when it is seen and once when it has ended, and others not at all', async () => {
    const { world, sessions } = sessionWorld('overlap', {
      startFrom: createWorld().now - 6 * HOUR,
      stream: { longestWindow: HOUR, rereads: [] },
      vendor: { latency: 5 * SECOND },
    });
    const start = world.now - 5.5 * HOUR;
    // It ends while the first run reads, so that a later window shows that.
    sessions.add({ name: 'long', start, end: world.now, shownAt: start, toldAt: world.now + 45 * SECOND });
    for (let at = 0; at < 20; at++) sessions.add(session(`s${at}`, start + at * MINUTE, MINUTE));
    const notes: { begun: Ongoing[]; ended: Ongoing[] }[] = [];
    world.onEffect = ({ name, value }) => {
      if (name === 'noteOngoing') notes.push(value as (typeof notes)[0]);
    };

    await world.run();
    await runUntil(world, world.now + HOUR);

    expect(sessions.told().get('long')).toEqual(['started', 'ended']);
    expect(notes.map(({ begun, ended }) => [begun.length, ended.length])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(ongoing(world)).toEqual([]);
  });

  it('is not written down again in the runs that see it go on', async () => {
    const { world, sessions } = sessionWorld('overlap');
    sessions.add(session('long', world.now - HOUR / 2, DAY));
    let notes = 0;
    world.onEffect = ({ name }) => {
      if (name === 'noteOngoing') notes++;
    };

    await runUntil(world, world.now + 2 * HOUR);

    expect(notes).toBe(1);
  });

  it('gives only its end to what began in the middle of it', async () => {
    const { world, sessions } = sessionWorld('end', { startFrom: createWorld().now });
    sessions.add(session('from before', world.now - HOUR, 3 * HOUR));
    sessions.add(session('later', world.now + 3 * HOUR, 3 * HOUR));

    await runUntil(world, world.now + 4 * HOUR);
    world.destinations.push(ecsDestination('lake'));
    await runUntil(world, world.now + 4 * HOUR);

    expect(world.names()).toEqual(['from before ended', 'later started', 'later ended']);
    expect(world.names('lake')).toEqual(['later ended']);
  });

  it('is forgotten when the vendor has deleted it', async () => {
    const { world, sessions } = sessionWorld('start', { stream: { retention: 3 * DAY }, vendor: { keeps: 3 * DAY } });
    sessions.add(session('endless', world.now - 30 * MINUTE, 90 * DAY));
    await runUntil(world, world.now + DAY, HOUR);
    expect(ongoing(world).length).toBe(1);

    const asked = world.vendor.requests.length;
    await runUntil(world, world.now + 2 * DAY - HOUR, HOUR);
    expect(askedAlone(world, asked).length).toBeGreaterThan(20);
    const later = world.vendor.requests.length;
    await runUntil(world, world.now + 5 * HOUR, HOUR);

    expect(askedAlone(world, later).filter((time) => time < world.now - 3 * DAY - 5 * HOUR)).toEqual([]);
    expect(askedAlone(world, world.vendor.requests.length - 6)).toEqual([]);
  });

  it('keeps nothing for longer, and under no other key, for what a record may claim', async () => {
    const { world, sessions } = sessionWorld();
    const start = Date.UTC(2199, 11, 15) * 1_000;
    const name = `${'x'.repeat(500_000)}\ud800`;
    sessions.add({ ...session(name, start, DAY), shownAt: 0 });
    // A start in the future is in no range: it is shown where it is not asked for.
    world.vendor.options.span = () => ({ from: 0, to: Number.POSITIVE_INFINITY });

    await world.run();

    const [one] = ongoing(world);
    expect(one).toEqual({ key: expect.stringMatching(/^[\da-f]{32}$/), since: start, until: expect.any(Number) });
    expect(one?.until).toBeLessThanOrEqual(world.now + 60 * DAY);
  });
});

describe('rules 4 and 5: a half-read range that is about another time than the rows’ own', () => {
  const orders = ['ascending', 'newest-first', 'shuffled'] as const;
  const columns = ['start', 'end', 'overlap'] as const;

  it.each(columns.flatMap((column) => orders.map((order) => ({ column, order }))))(
    'loses nothing where it is cut, nor where a run ends: range of $column, $order',
    async ({ column, order }) => {
      for (const slow of [false, true]) {
        const { world, sessions } = sessionWorld(column, {
          startFrom: createWorld().now - 20 * HOUR,
          stream: { rereads: [], overlap: MINUTE, cutAfterPages: slow ? 100 : 2 },
          vendor: { order, pageSize: 10, latency: slow ? 8 * SECOND : SECOND },
        });
        // Every third one lasts for hours: those that began early end late.
        for (let at = 0; at < 120; at++) {
          const start = world.now - 19 * HOUR + at * 7 * MINUTE;
          sessions.add(session(`s${at}`, start, at % 3 === 0 ? 4 * HOUR : MINUTE, false));
        }

        const runs = await world.runUntilCaughtUp(slow ? { budget: MINUTE } : {});

        if (slow) expect(runs.length).toBeGreaterThan(2);
        expect([...sessions.told()].filter(([, told]) => told.join() !== 'started,ended')).toEqual([]);
        if (order !== 'ascending' || slow) continue;
        // It was cut: no read went deep.
        expect(Math.max(...world.vendor.requests.map(({ offset }) => offset))).toBeLessThan(80);
      }
    },
  );

  it('goes on where it was also after a run that got nothing', async () => {
    const { world, sessions } = sessionWorld('start', {
      startFrom: createWorld().now - 20 * HOUR,
      stream: { rereads: [] },
      vendor: { latency: 8 * SECOND },
    });
    for (let at = 0; at < 90; at++) sessions.add(session(`s${at}`, world.now - 19 * HOUR + at * 7 * MINUTE, MINUTE));
    await world.run({ budget: MINUTE });
    const { left } = world.checkpoint().plan ?? {};
    expect(left?.from).toBeGreaterThan(world.now - 16 * HOUR);

    world.vendor.onRequest = () => ({ status: 500 });
    await world.run({ budget: MINUTE });

    expect(world.checkpoint().plan?.left).toEqual(left);
  });

  it('does not go on at a time beyond it, which a record may claim', async () => {
    const { world, sessions } = sessionWorld('end', {
      startFrom: createWorld().now - 20 * HOUR,
      stream: { rereads: [], cutAfterPages: 1 },
    });
    for (let at = 0; at < 40; at++) sessions.add(session(`s${at}`, world.now + at * MINUTE, -DAY / 2, false));
    world.vendor.onRequest = ({ from, to }) => (from > to ? { status: 400 } : undefined);

    await world.runUntilCaughtUp();

    expect([...sessions.told().values()].filter((told) => told.length !== 2)).toEqual([]);
  });
});

describe('rule 24: what goes on is asked for in turns', () => {
  /** Sessions that began three minutes apart and go on for days; ten hours later. */
  async function manyWorld(count: number) {
    const { world, sessions } = sessionWorld('start', { vendor: { pageSize: 50 }, stream: { rereads: [] } });
    const starts = Array.from({ length: count }, (_, at) => world.now + at * 3 * MINUTE);
    for (const [at, start] of starts.entries()) sessions.add(session(`s${at}`, start, 3 * DAY));
    await runUntil(world, world.now + count * 3 * MINUTE + 2 * HOUR, 20 * MINUTE);
    return { world, sessions, starts };
  }

  it('with twenty requests a run, each in its turn', async () => {
    const { world, starts } = await manyWorld(45);

    const runs: Instant[][] = [];
    for (let run = 0; run < 9; run++, world.clock.advance(5 * MINUTE)) {
      const asked = world.vendor.requests.length;
      await world.run();
      runs.push(askedAlone(world, asked));
      expect(world.vendor.requests.length - asked).toBeLessThanOrEqual(20 + 2);
    }

    const times = starts.map((start) => runs.flat().filter((time) => time === start).length);
    expect(times).toEqual(starts.map(() => 2));
    for (const run of runs) expect(new Set(run).size).toBe(run.length);
  });

  it('those of one minute at once', async () => {
    const { world, sessions } = sessionWorld('start', { stream: { rereads: [] } });
    const begin = world.now;
    for (let at = 0; at < 30; at++) sessions.add(session(`s${at}`, begin + at * 10 * SECOND, DAY));
    await runUntil(world, begin + 3 * HOUR);

    const asked = world.vendor.requests.length;
    await world.run();

    const alone = world.vendor.requests
      .slice(asked)
      .filter(({ to, offset }) => to < begin + 10 * MINUTE && offset === 0);
    expect(alone.map(({ from, to }) => [from - begin, to - begin])).toEqual(
      [0, 1, 2, 3, 4].map((minute) => [minute * MINUTE - 1, minute * MINUTE + 50 * SECOND + 2]),
    );
  });

  it('all of an instant, though its rows change places at a page edge', async () => {
    const { world, sessions } = sessionWorld('start', { stream: { rereads: [] } });
    const begin = world.now - 30 * MINUTE;
    // A page of ten has the first six seconds and four of the last six sessions.
    const seconds = [0, 1, 2, 3, 4, 5, 9, 9, 9, 9, 9, 9];
    for (const [at, second] of seconds.entries()) sessions.add(session(`s${at}`, begin + second * SECOND, DAY));
    await runUntil(world, begin + DAY - HOUR);
    world.clock.advance(2 * HOUR);
    const [, , , , , , , , , fourth, fifth] = world.vendor.visible.toSorted((one, other) => one.time - other.time);
    world.vendor.onRequest = ({ offset, to }) =>
      offset === 10 && to < world.now - 20 * HOUR ? { text: `{"rows":[${fourth?.text},${fifth?.text}]}` } : undefined;

    await world.run();

    expect([...sessions.told().values()]).toEqual(seconds.map(() => ['started', 'ended']));
    expect(ongoing(world)).toEqual([]);
  });

  it('none left out because another of its minute has ended', async () => {
    const { world } = sessionWorld('start', { stream: { rereads: [] } });
    const begin = world.now - 10 * DAY;
    const notes = (starts: readonly Duration[]): Ongoing[] =>
      starts.map((start) => ({ key: `s${start}`, since: begin + start, until: world.now + DAY }));
    const hours = Array.from({ length: 19 }, (_, at) => at * HOUR);
    const [first, second, third] = [0, 50, 100].map((at) => 19 * HOUR + at * SECOND) as [Instant, Instant, Instant];
    world.table.noteOngoing(FEED, notes([third, ...hours.toReversed(), second, first]), []);

    await world.run();
    expect(askedAlone(world)).toEqual([...hours, first].map((start) => begin + start));
    world.table.noteOngoing(FEED, [], notes([first]));
    world.clock.advance(5 * MINUTE);
    const asked = world.vendor.requests.length;
    await world.run();

    // Of what follows the last turn, the next; the minute that it shares with the second has been asked for.
    expect(askedAlone(world, asked).slice(0, 2)).toEqual([begin + third, begin]);
  });
});

describe('rule 24: a crash between any two effects never forgets what goes on', () => {
  it.each(['first seen', 'ended'] as const)('in the run in which it was %s', async (when) => {
    let crashes = 0;
    for (let number = 1; ; number++) {
      for (const fault of ['crash-before', 'crash-after'] as const) {
        const { world, sessions } = sessionWorld('start', { stream: { rereads: [] } });
        sessions.add(session('long', world.now - 30 * MINUTE, 5 * HOUR));
        if (when === 'ended') await runUntil(world, world.now + 4 * HOUR + 20 * MINUTE);
        if (when === 'ended') world.clock.advance(15 * MINUTE);

        const died = await world.run({ onEffect: (call) => (call.number === number ? fault : undefined) }).then(
          () => false,
          (thrown) => thrown instanceof Crash,
        );
        world.clock.advance(10 * MINUTE);
        await runUntil(world, world.now + 6 * HOUR);

        const told = sessions.told().get('long') ?? [];
        expect({ number, fault, told: [...new Set(told)] }).toEqual({ number, fault, told: ['started', 'ended'] });
        expect(told.length).toBeLessThanOrEqual(died ? 3 : 2);
        expect(ongoing(world)).toEqual([]);
        if (died) crashes++;
        else return expect(crashes).toBeGreaterThan(20);
      }
    }
  });

  it('in a run that dies in the middle of a window, which the next goes on with', async () => {
    for (let nth = 2; nth <= 4; nth++) {
      const { world, sessions } = sessionWorld('start', {
        startFrom: createWorld().now - 20 * HOUR,
        stream: { rereads: [], cutAfterPages: 1 },
        // So slow that each position is committed.
        vendor: { latency: 6 * SECOND },
      });
      for (let at = 0; at < 60; at++) {
        const start = world.now - 19 * HOUR + at * 10 * MINUTE;
        sessions.add(session(`s${at}`, start, at % 10 === 5 ? DAY : MINUTE));
      }

      const onEffect = (call: EffectCall) => (call.name === 'write' && call.nth === nth ? 'crash-after' : undefined);
      await expect(world.run({ onEffect })).rejects.toThrow(Crash);
      world.clock.advance(10 * MINUTE);
      await runUntil(world, world.now + DAY, HOUR);

      expect([...sessions.told()].filter(([, told]) => told.join() !== 'started,ended')).toEqual([]);
    }
  });

  it('in a run that ended when the note of it could not be written', async () => {
    const { world, sessions } = sessionWorld('start', { stream: { rereads: [] } });
    sessions.add(session('long', world.now - 30 * MINUTE, 5 * HOUR));

    const [report] = await world.run({ onEffect: ({ name }) => (name === 'noteOngoing' ? 'lost-before' : undefined) });
    expect(report).toMatchObject({ state: 'failed', error: { code: 'state' } });
    expect(world.checkpoint().watermark).toBe(world.checkpoint().floor);
    world.clock.advance(10 * MINUTE);
    await runUntil(world, world.now + 6 * HOUR);

    expect(sessions.told().get('long')).toEqual(['started', 'ended']);
  });

  it('in a run that dies after it has given up a window next to it', async () => {
    const { world, sessions } = sessionWorld('start', {
      stream: { rereads: [], precision: SECOND, overlap: 2 * SECOND, settle: SECOND },
      vendor: { bounds: 'half-open-end', pageSize: 50 },
    });
    const start = world.now - 30 * MINUTE;
    sessions.add(session('readable', start - 10 * MINUTE, MINUTE, false));
    sessions.add(session('broken', start + SECOND, MINUTE, false));
    const poison = world.vendor.rows.at(-1);
    // It appears as late as can be: what is readable of the last second is asked for twice.
    let asked = 0;
    world.vendor.onRequest = ({ from, to }) => {
      if (from === start - SECOND && to === start && ++asked === 2) sessions.add(session('long', start, 5 * HOUR));
      return undefined;
    };
    world.vendor.spoil = (text, _, shown) => (poison && shown.includes(poison) ? text.slice(0, -40) : text);
    const onEffect = ({ name, value }: EffectCall) =>
      name === 'write' && (value as Checkpoint).watermark === start + SECOND ? 'crash-after' : undefined;

    await world.run();
    await world.run();
    await expect(world.run({ onEffect })).rejects.toThrow(Crash);
    world.vendor.spoil = undefined;
    world.clock.advance(10 * MINUTE);
    await runUntil(world, world.now + 6 * HOUR);

    expect(sessions.told().get('long')).toEqual(['started', 'ended']);
  });
});

describe('rule 24: while nothing goes on', () => {
  /** Runs at an interval, and returns how often the table was asked for what goes on. */
  async function asksWithin(world: World, time: Duration, every = 10 * MINUTE): Promise<number> {
    let asked = 0;
    world.onEffect = ({ name }) => {
      if (name === 'loadOngoing') asked++;
    };
    await runUntil(world, world.now + time, every);
    world.onEffect = undefined;
    return asked;
  }

  it('the table is asked for it once an hour', async () => {
    const { world } = sessionWorld();
    await world.run();

    expect(await asksWithin(world, 3 * HOUR)).toBe(2);
  });

  it('it is asked at every run again as soon as something has begun, and until that has ended', async () => {
    const { world, sessions } = sessionWorld();
    await world.run();
    sessions.add(session('long', world.now + MINUTE, 5 * HOUR));
    world.clock.advance(20 * MINUTE);

    expect(await asksWithin(world, 4 * HOUR)).toBe(23);
    expect(ongoing(world)).toHaveLength(1);
    await runUntil(world, world.now + 3 * HOUR);
    expect(sessions.told().get('long')).toEqual(['started', 'ended']);
    expect(await asksWithin(world, 3 * HOUR)).toBe(3);
  });

  it.each(['crash-before', 'crash-after'] as const)(
    'a beginning is not overlooked if the process dies around noting it: %s',
    async (fault) => {
      for (const name of ['noteOngoing', 'write'] as const) {
        const { world, sessions } = sessionWorld();
        await world.run();
        sessions.add(session('long', world.now + MINUTE, 8 * HOUR));
        world.clock.advance(20 * MINUTE);
        const onEffect = (call: EffectCall) =>
          call.name === name && call.nth === (name === 'write' ? 2 : 1) ? fault : undefined;
        await expect(world.run({ onEffect })).rejects.toThrow(Crash);
        world.clock.advance(10 * MINUTE);

        await runUntil(world, world.now + 10 * HOUR);

        expect(sessions.told().get('long')).toEqual(['started', 'ended']);
      }
    },
  );

  it('what a backfill has found beside the feed is known to it within the hour', async () => {
    const { world, sessions } = sessionWorld();
    const start = world.now - 5 * HOUR;
    await world.run();
    sessions.add(session('old', start, 20 * HOUR));
    await world.run({ act: { act: 'backfill', id: 'past', range: { from: start - HOUR, to: start + HOUR } } });
    expect(ongoing(world)).toHaveLength(1);

    await runUntil(world, world.now + 70 * MINUTE);
    world.vendor.requests.length = 0;
    await world.run();

    expect(askedAlone(world)).toContain(start);
  });
});

describe('rule 24: asking for what goes on may fail', () => {
  const CURE = { '410': 'expired' } as const;

  /** Three sessions began ten minutes apart a day ago, and have ended since the last run. */
  async function threeWorld(options: WorldOptions = {}) {
    const { world, sessions } = sessionWorld('start', {
      ...options,
      vendor: { paging: 'cursor', ...options.vendor },
      stream: { rereads: [], recordKey: keyOrNone, events: eventsOrFlood, ...options.stream },
      source: {
        judge: ({ status }) => (status in CURE ? { kind: 'expired', reason: 'the token has run out' } : undefined),
      },
    });
    const starts = [1, 2, 3].map((at) => world.now - HOUR + at * 10 * MINUTE) as [Instant, Instant, Instant];
    for (const [at, start] of starts.entries()) sessions.add(session(`s${at}`, start, DAY));
    await runUntil(world, world.now + 22 * HOUR);
    world.clock.advance(3 * HOUR);
    world.table.overwrite(FEED, { ongoingFrom: 0 });
    const { watermark } = world.checkpoint();
    return { world, sessions, starts, watermark };
  }

  /** The vendor answers like that what is asked about one instant. */
  function answerAt(world: World, time: Instant, reply: (request: VendorRequest) => Reply | undefined): void {
    world.vendor.onRequest = (request) =>
      request.from < time && time < request.to && request.to - request.from < MINUTE ? reply(request) : undefined;
  }

  it.each([
    ['a broken answer', () => ({ text: '{"rows":[{' })],
    ['a question that the vendor finds wrong', () => ({ status: 400 })],
    [
      'a paging that has run out',
      ({ cursor }) => (cursor === undefined ? { text: '{"rows":[],"next":1}' } : { status: 410 }),
    ],
    ['a paging that goes in circles', ({ cursor }) => ({ text: `{"rows":[],"next":${cursor === 1 ? 2 : 1}}` })],
    ['more rows than can be counted', () => ({ text: `{"rows":[${FLOOD}],"next":null}` })],
  ] satisfies [string, (request: VendorRequest) => Reply][])(
    'by %s: the others are asked for, and the run counts',
    async (_, reply) => {
      const { world, sessions, starts, watermark } = await threeWorld();
      answerAt(world, starts[1], reply);

      const [report] = await world.run();

      expect(report?.state).toBe('caught-up');
      expect(world.checkpoint().watermark).toBeGreaterThan(watermark);
      expect(world.count('Incomplete')).toBe(1);
      expect(world.logs).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          message: expect.stringContaining('What is ongoing since 2026-03-02T11:20:00Z could not be read again: '),
        }),
      );
      expect([...sessions.told().values()]).toEqual([['started', 'ended'], ['started'], ['started', 'ended']]);
      world.vendor.onRequest = undefined;
      world.clock.advance(5 * MINUTE);
      await world.run();
      expect(sessions.told().get('s1')).toEqual(['started', 'ended']);
      expect(ongoing(world)).toEqual([]);
    },
  );

  it.each([
    ['failed', { status: 500 }],
    ['paused', { status: 429, headers: { 'retry-after': '600' } }],
  ] satisfies [string, Reply][])(
    'as the vendor does, and the run has %s: what was read counts',
    async (state, reply) => {
      const { world, sessions, starts, watermark } = await threeWorld();
      answerAt(world, starts[1], () => reply);

      const [report] = await world.run();

      expect(report?.state).toBe(state);
      expect(world.checkpoint().watermark).toBeGreaterThan(watermark + 2 * HOUR);
      expect(world.checkpoint().plan).toBeUndefined();
      expect([...sessions.told().values()]).toEqual([['started', 'ended'], ['started'], ['started']]);
      // In the next run it is the turn of the third.
      world.clock.advance(15 * MINUTE);
      const asked = world.vendor.requests.length;
      await world.run();
      expect(askedAlone(world, asked)[0]).toBe(starts[2]);
      expect([...sessions.told().values()]).toEqual([['started', 'ended'], ['started'], ['started', 'ended']]);
    },
  );

  it('after a page of several: what that showed is delivered', async () => {
    const { world, sessions, starts } = await threeWorld();
    world.vendor.spoil = (text, { from }) => (from === starts[1] - 1 ? text.replace('"next":null', '"next":1') : text);
    answerAt(world, starts[1], ({ cursor }) => (cursor === undefined ? undefined : { status: 500 }));

    const [report] = await world.run();

    expect(report?.state).toBe('failed');
    expect([...sessions.told().values()]).toEqual([['started', 'ended'], ['started', 'ended'], ['started']]);
    expect(ongoing(world).map(({ since }) => since)).toEqual([starts[2]]);
  });

  it('by a crash, and the plan’s progress is saved already', async () => {
    const { world, starts, watermark } = await threeWorld();
    const onEffect = ({ name, about }: EffectCall) =>
      name === 'fetch' && about.includes(`from=${starts[0] - 1}`) ? 'crash-before' : undefined;

    await expect(world.run({ onEffect })).rejects.toThrow(Crash);

    expect(world.checkpoint().watermark).toBeGreaterThan(watermark + 2 * HOUR);
    expect(world.checkpoint().plan).toBeUndefined();
  });

  it('for want of time: the plan is done, and the others have their turn in the next runs', async () => {
    const { world, sessions } = await threeWorld();
    world.vendor.options.latency = 7 * SECOND;

    const states: unknown[] = [];
    for (let run = 0; run < 3; run++, world.clock.advance(5 * MINUTE)) {
      const [report] = await world.run({ budget: 25 * SECOND });
      states.push(report?.state);
    }

    expect(states).toEqual(['caught-up', 'caught-up', 'caught-up']);
    expect([...sessions.told().values()]).toEqual([1, 2, 3].map(() => ['started', 'ended']));
  });

  it('by a destination that refuses: the other one gets nothing twice', async () => {
    const { world, starts } = await threeWorld({ destinations: ['siem', 'archive'] });
    const rows = Array.from({ length: 3_000 }, (_, at) => JSON.stringify(shownAt(starts[1], at)));
    answerAt(world, starts[1], () => ({ text: `{"rows":[${rows}],"next":null}` }));
    world.onEffect = ({ name, about }) =>
      name === 'put' && about === 'tidemark-archive' ? { refused: () => 'ServiceUnavailable' } : undefined;

    const [report] = await world.run();
    expect(report).toMatchObject({ state: 'failed', error: { code: 'delivery' } });
    world.onEffect = undefined;
    world.clock.advance(10 * MINUTE);
    await runUntil(world, world.now + 30 * MINUTE);

    expect(new Set(world.ids('siem')).size).toBe(world.ids('siem').length);
    expect(world.ids('archive').toSorted()).toEqual(world.ids('siem').toSorted());
  });

  it('not: then what it shows beside what was asked for is delivered in flushes, too', async () => {
    const { world, starts } = await threeWorld();
    const rows = Array.from({ length: 9_000 }, (_, at) => JSON.stringify(shownAt(starts[1], at)));
    const pages = [0, 3_000, 6_000].map((from) => rows.slice(from, from + 3_000));
    answerAt(world, starts[1], ({ cursor = 0 }) => ({
      text: `{"rows":[${pages[cursor]}],"next":${cursor < 2 ? cursor + 1 : null}}`,
    }));
    const remembered: number[] = [];

    await world.run({
      onEffect: ({ name, value }) => {
        if (name === 'remember') remembered.push((value as SeenChunk[]).reduce((sum, { count }) => sum + count, 0));
      },
    });

    expect(remembered).toEqual([1, 6_000, 3_000, 1]);
  });
});

/** Rows without an id or a time, more than can be told apart. */
const FLOOD = Array.from({ length: 20_001 }, (_, flood) => JSON.stringify({ flood }));

/** A session that goes on, and is nobody's business here. */
function shownAt(start: Instant, number: number) {
  return { id: `x${number}`, start: formatInstant(start, 'us'), end: null };
}

function keyOrNone(row: Row): RecordKey | undefined {
  return isFlood(row) ? undefined : sessionStream().recordKey?.(row);
}

function isFlood({ value }: Row): boolean {
  return (value as { flood?: unknown }).flood !== undefined;
}

function eventsOrFlood(row: Row): readonly Identity[] {
  if (isFlood(row)) return [{}];
  return (sessionStream().events as Stream['events'])(row);
}
