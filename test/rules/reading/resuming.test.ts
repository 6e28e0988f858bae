import { describe, expect, it } from 'vitest';
import { IncompleteError, Paging } from '../../../functions/core/requests/paging.ts';
import { HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../../functions/core/time.ts';
import { Crash, createWorld, type Fault, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

const ORDERS = ['ascending', 'newest-first', 'shuffled'] as const;
const PAGINGS = ['cursor', 'offset'] as const;

/** A vendor so slow that a run of a minute gets through five pages. */
function slowWorld(options: WorldOptions = {}): World {
  const { vendor, stream } = options;
  return createWorld({
    startFrom: at('06:00:00'),
    ...options,
    vendor: { latency: 10 * SECOND, ...vendor },
    stream: { overlap: 5 * MINUTE, ...stream },
  });
}

describe('rule 4: a resume position is a time', () => {
  const kinds = ORDERS.flatMap((order) => PAGINGS.map((paging) => [order, paging] as const));

  it.each(kinds)('goes on after its time was up: %s, %s', async (order, paging) => {
    const world = slowWorld({ vendor: { order, paging } });
    world.vendor.addMany(150, at('06:00:00'), 2 * MINUTE);

    const runs = await world.runUntilCaughtUp({ budget: MINUTE });

    expect(runs.length).toBeGreaterThan(3);
    expect(world.census()).toEqual(EXACT);
  });

  it.each(kinds)('goes on after the host wanted it to end: %s, %s', async (order, paging) => {
    const world = slowWorld({ vendor: { order, paging } });
    world.vendor.addMany(100, at('06:00:00'), 3 * MINUTE);

    const [report] = await world.run({ stopAt: world.now + 25 * SECOND });
    await world.runUntilCaughtUp();

    expect(report?.state).toBe('stopped');
    expect(world.census()).toEqual(EXACT);
  });

  it.each(kinds)('goes on after a crash anywhere, repeating one flush at most: %s, %s', async (order, paging) => {
    for (const name of ['fetch', 'put', 'remember', 'write'] as const) {
      for (const fault of ['crash-before', 'crash-midway', 'crash-after'] satisfies Fault[]) {
        for (const nth of [1, 2, 3, 4]) {
          const world = slowWorld({ vendor: { order, paging } });
          world.vendor.addMany(60, at('06:00:00'), 5 * MINUTE);

          await world
            .run({ onEffect: (call) => (call.name === name && call.nth === nth ? fault : undefined) })
            .catch((thrown) => expect(thrown).toBeInstanceOf(Crash));
          const delivered = world.delivered().length;
          world.clock.advance(10 * MINUTE);
          await world.runUntilCaughtUp({ budget: MINUTE });

          const census = world.census();
          expect({ name, fault, nth, missing: census.missing, invented: census.invented }).toEqual({
            name,
            fault,
            nth,
            missing: [],
            invented: [],
          });
          const lastCall = world.firehose.lines('tidemark-siem').slice(0, delivered).at(-1)?.call;
          const inFlight = world.firehose.lines('tidemark-siem').filter(({ call }) => call === lastCall);
          expect(census.repeated.length).toBeLessThanOrEqual(inFlight.length);
        }
      }
    }
  });

  it.each([
    ['ascending', (last: Instant) => ({ from: last - SECOND, to: at('11:58:01') })],
    ['newest-first', (last: Instant) => ({ from: at('05:59:59'), to: last + 2 * SECOND })],
  ] as const)('reads the last row’s instant whole again, and what lies beyond: %s', async (order, wanted) => {
    const world = slowWorld({ vendor: { order } });
    world.vendor.addMany(150, at('06:00:00'), 2 * MINUTE);

    await world.run({ budget: MINUTE });
    const last = parseInstant(world.delivered().at(-1)?.['@timestamp']) as Instant;
    const asked = world.vendor.requests.length;
    await world.run({ budget: MINUTE });

    expect(world.vendor.requests[asked]).toMatchObject({ ...wanted(last), cursor: undefined, offset: 0 });
  });

  it('restarts a window whose rows come in no order, and halves it until a run can finish it', async () => {
    const world = slowWorld({ vendor: { order: 'shuffled' } });
    world.vendor.addMany(150, at('06:00:00'), 2 * MINUTE);

    await world.run({ budget: MINUTE });
    const asked = world.vendor.requests.length;
    await world.run({ budget: MINUTE });

    expect(world.checkpoint().plan?.left).toBeUndefined();
    expect(world.vendor.requests[0]).toMatchObject({ from: at('05:59:59'), to: at('11:58:01') });
    expect(world.vendor.requests[asked]).toMatchObject({ from: at('05:59:59'), to: at('08:59:01') });
  });

  it('reads a window again whose first rows came in order and whose later ones do not', async () => {
    const world = slowWorld({ vendor: { order: 'as-added' } });
    world.vendor.addMany(60, at('06:00:00'), 2 * MINUTE);
    world.vendor.add({ time: at('06:00:30'), name: 'shown late' });
    world.vendor.addMany(40, at('11:00:00'), -2 * MINUTE);

    await world.run({ budget: MINUTE });
    expect(world.checkpoint().plan?.left).toBeDefined();
    expect(world.names()).not.toContain('shown late');
    await world.runUntilCaughtUp({ budget: 10 * MINUTE });

    expect(world.census().missing).toEqual([]);
    expect(world.census().repeated).toEqual([]);
  });

  it.each(['ascending', 'newest-first'] as const)(
    'takes pages of a single instant for no order at all: %s',
    async (order) => {
      const world = slowWorld({ vendor: { order } });
      const [first, last] = order === 'ascending' ? ['06:00:00', '10:00:00'] : ['10:00:00', '06:00:00'];
      for (let row = 0; row < 60; row++) world.vendor.add({ time: at(first), name: `bulk ${row}` });
      world.vendor.addMany(30, at(last), MINUTE);

      await world.run({ budget: MINUTE });
      expect(world.checkpoint().plan?.left).toBeUndefined();
      await world.runUntilCaughtUp({ budget: 10 * MINUTE });

      expect(world.census()).toEqual(EXACT);
    },
  );

  it.each(['ascending', 'newest-first'] as const)(
    'needs neither a cursor that has expired nor an offset that has shifted: %s',
    async (order) => {
      const world = slowWorld({ vendor: { order, paging: 'offset' } });
      const rows = world.vendor.addMany(150, at('06:00:00'), 2 * MINUTE);

      await world.run({ budget: MINUTE });
      const done = new Set(world.names());
      // The vendor deletes from the oldest end.
      rows.slice(0, 15).forEach((row) => {
        row.goneAt = world.now;
      });
      await world.runUntilCaughtUp({ budget: MINUTE });

      const kept = rows.filter((_, number) => number >= 15 || done.has(`event ${number}`));
      expect(world.census(kept)).toEqual(EXACT);
    },
  );

  it.each(
    (['ascending', 'newest-first'] as const).flatMap((order) => PAGINGS.map((paging) => [order, paging] as const)),
  )('counts equal rows on both sides of the resume point right: %s, %s', async (order, paging) => {
    const world = slowWorld({ vendor: { order, paging } });
    // A run gets through 50 rows: five pages.
    world.vendor.addMany(46, at('06:00:00'), SECOND);
    world.vendor.addMany(8, at('06:01:00'), 0, { name: 'equal' });
    world.vendor.addMany(46, at('06:02:00'), SECOND);

    const runs = await world.runUntilCaughtUp({ budget: MINUTE });

    expect(runs.length).toBeGreaterThan(1);
    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 5: deep reads are cut', () => {
  it.each(['ascending', 'newest-first'] as const)('keeps offsets small in a backlog: %s', async (order) => {
    const world = createWorld({
      startFrom: at('06:00:00'),
      stream: { cutAfterPages: 10 },
      vendor: { order, paging: 'offset', deepestOffset: 100 },
    });
    world.vendor.addMany(1_500, at('06:00:00'), 10 * SECOND);

    await world.runUntilCaughtUp();

    expect(Math.max(...world.vendor.requests.map(({ offset }) => offset))).toBeLessThan(100);
    expect(world.census()).toEqual(EXACT);
  });

  it('goes deeper where cutting would bring it no further: one instant with more rows than ten pages', async () => {
    const world = createWorld({
      startFrom: at('06:00:00'),
      stream: { cutAfterPages: 10 },
      vendor: { paging: 'offset' },
    });
    world.vendor.addMany(20, at('06:00:00'), SECOND);
    for (let row = 0; row < 250; row++) world.vendor.add({ time: at('07:00:00'), name: `bulk ${row}` });
    world.vendor.addMany(40, at('07:00:01'), 0, { name: 'equal' });

    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });

  it('loses nothing where the rows of the cut window come in no order', async () => {
    const world = createWorld({
      startFrom: at('06:00:00'),
      stream: { cutAfterPages: 10 },
      vendor: { paging: 'offset', order: 'shuffled' },
    });
    world.vendor.addMany(300, at('06:00:00'), MINUTE);

    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 6: the end of paging is earned', () => {
  it('takes a last page that links to itself for the end', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(25, at('11:00:00'), MINUTE);
    world.vendor.spoil = (text, { cursor }) => text.replace('"next":null', `"next":${cursor}`);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 25, pages: 4 });
    expect(world.checkpoint().watermark).toBe(at('11:58:00'));
    expect(world.census()).toEqual(EXACT);
  });

  it('follows a link to itself as long as it brings something new', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(10, at('11:00:00'), MINUTE);
    const batches = [5, 5, 3].map((count, batch) =>
      world.vendor.addMany(count, at('11:30:00') + batch * MINUTE, SECOND, { name: `batch ${batch}` }),
    );
    // A queue: the same link hands out what comes next.
    world.vendor.onRequest = ({ cursor }) => {
      if (cursor === undefined) return undefined;
      const rows = (batches.shift() ?? []).map(({ text }) => text);
      return { text: `{"rows":[${rows}],"next":${cursor}}` };
    };

    const [report] = await world.run();

    expect(report?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
  });

  it('does not believe a paging that goes A, B, A, B: reports, narrows, holds the watermark', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(25, at('11:00:00'), MINUTE);
    const before = at('11:00:00');
    world.vendor.spoil = (text, { cursor }) =>
      text.replace(/"next":\w+/, `"next":${cursor === undefined ? 9 : cursor === 9 ? 19 : 9}`);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'failed', error: { code: 'incomplete' } });
    expect(world.count('Incomplete')).toBeGreaterThan(1);
    expect(world.checkpoint().watermark).toBe(before);
    expect(world.names()).toContain('event 0');
    expect(world.vendor.requests.at(-1)?.to).toBeLessThan(world.vendor.requests[0]?.to as number);

    world.vendor.spoil = undefined;
    world.clock.advance(5 * MINUTE);
    await world.runUntilCaughtUp();
    expect(world.census()).toEqual(EXACT);
  });

  it('does not believe a paging without an end', () => {
    const paging = new Paging({ url: '/0' }, 'https://api.example.com', 5);
    const turn = (page: number) =>
      paging.turn({ rows: [`row ${page}`], next: { url: `/${page}` }, spansInstants: () => false });

    for (let page = 1; page < 5; page++) turn(page);

    expect(() => turn(5)).toThrow(IncompleteError);
  });

  it('lets a window end at the page cap when that page has no next link', () => {
    const paging = new Paging({ url: '/0' }, 'https://api.example.com', 2);
    const spansInstants = () => false;
    paging.turn({ rows: ['row'], next: { url: '/1' }, spansInstants });

    expect(paging.turn({ rows: ['row'], spansInstants })).toEqual({ again: false });
  });

  it('knows a link to itself by its whole URL too', () => {
    const paging = new Paging({ url: '/log?from=1' }, 'https://api.example.com/v7');
    const self = { rows: ['row'], next: { url: 'https://api.example.com/v7/log?from=1' }, spansInstants: () => false };
    paging.turn(self);

    expect(paging.turn(self)).toEqual({ again: true });
  });

  it('takes a page that links to itself by another name first for the same page, if it is of several instants', () => {
    const turnTwice = (second: string, spans: boolean) => {
      const paging = new Paging({ url: '/log' });
      const page = (next: string) => ({ rows: ['a', 'b'], next: { url: next }, spansInstants: () => spans });
      paging.turn(page('/log?cursor=1'));
      return paging.turn(page(second));
    };

    expect(turnTwice('/log?cursor=1', true)).toMatchObject({ again: true });
    expect(turnTwice('/log?cursor=1', false)).toMatchObject({ again: false });
    expect(turnTwice('/log?cursor=2', true)).toMatchObject({ again: false });
  });

  it('follows the next link of an empty page', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(25, at('11:00:00'), MINUTE);
    world.vendor.onRequest = ({ cursor }) => (cursor === undefined ? { text: '{"rows":[],"next":-1}' } : undefined);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'caught-up', delivered: 25 });
    expect(world.census()).toEqual(EXACT);
  });

  it('asks offset pages up to an empty one, also where the server shows fewer rows than were asked for', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { paging: 'offset', pageSize: 10, mostRows: 4 } });
    world.vendor.addMany(25, at('11:00:00'), MINUTE);

    await world.run();

    expect(world.vendor.requests.at(-1)?.rows).toBe(0);
    expect(world.census()).toEqual(EXACT);
  });

  it.each(ORDERS)('gets on by a page a run under a starved quota: %s', async (order) => {
    const world = createWorld({
      startFrom: at('09:00:00'),
      stream: { overlap: 30 * MINUTE },
      vendor: { order, pageSize: 10 },
    });
    world.vendor.addMany(100, at('09:00:00'), MINUTE);
    world.vendor.quota.limit = 1;

    const runs = await world.runUntilCaughtUp({ mostRuns: 400 });

    expect(runs.length).toBeGreaterThan(3);
    expect(world.census()).toEqual(EXACT);
  });

  it('gets on under a starved quota where one instant has more rows than a page', async () => {
    const world = createWorld({ startFrom: at('09:00:00'), vendor: { pageSize: 10 } });
    world.vendor.addMany(15, at('09:00:00'), MINUTE);
    for (let row = 0; row < 25; row++) world.vendor.add({ time: at('10:00:00'), name: `bulk ${row}` });
    world.vendor.quota.limit = 1;

    await world.runUntilCaughtUp({ mostRuns: 60 });

    expect(world.census()).toEqual(EXACT);
  });

  it('makes progress in every run whose vendor answers one request only, then fails', async () => {
    const world = createWorld({ startFrom: at('09:00:00'), vendor: { pageSize: 10 } });
    world.vendor.addMany(100, at('09:00:00'), MINUTE);
    let mayAnswer = 0;
    world.vendor.onRequest = () => (mayAnswer-- > 0 ? undefined : { status: 500 });

    let before = 0;
    for (let run = 0; run < 9; run++) {
      mayAnswer = 1;
      await world.run();
      expect(world.delivered().length).toBeGreaterThan(before);
      before = world.delivered().length;
      world.clock.advance(HOUR / 12);
    }
  });
});
