import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../functions/core/model.ts';
import type { Announced, Pages, ReadPage } from '../../../functions/core/reading/pages/pages.ts';
import { ReadAhead } from '../../../functions/core/reading/pages/read-ahead.ts';
import { Signal, WindowAhead } from '../../../functions/core/reading/pages/window-ahead.ts';
import { Progress } from '../../../functions/core/reading/progress.ts';
import { Pacer } from '../../../functions/core/requests/pacer.ts';
import { Endpoint } from '../../../functions/core/requests/pause.ts';
import { type Duration, HOUR, MINUTE, type Range, SECOND } from '../../../functions/core/time.ts';
import type { World } from '../../memory/world.ts';
import { at, IN_FLIGHT, mostInFlight, WINDOW, worldOfWindows } from '../set-up.ts';

/** Reading ahead in a world, from ten o'clock on. */
function readAhead(world: World, { to = at('11:20:00'), atOnce = IN_FLIGHT, pacer = new Pacer() } = {}) {
  const { effects } = world.invoke({ budget: HOUR });
  const { source, connection, now } = world;
  const feed = world.feeds[0] as Feed;
  const from = at('10:00:00');
  const plan = { from, to, window: { from, to: Math.min(to, from + feed.stream.longestWindow) } };
  const progress = new Progress(feed, {
    plan,
    checkpoint: { watermark: from },
    clocks: { agree: true, earliest: now },
  });
  const asker = {
    ...{ effects, source, connection, pacer, secretVersion: 'v1', stopAt: now + HOUR, endBy: now + HOUR },
    tally: { retries: 0 },
    life: { over: false },
    endpoint: new Endpoint(),
  };
  const ahead = new ReadAhead({ asker, feed, effects, progress }, atOnce);
  /** Waits until nothing happens any more. */
  const rest = () => world.clock.wait(10 * MINUTE);
  return { ahead, progress, pacer, rest };
}

/** The names of the rows of all pages. */
async function namesOf(pages: Pages): Promise<string[]> {
  const names: string[] = [];
  for (let step = await pages.next(); !step.done; step = await pages.next()) {
    for (const { value } of step.value.rows) names.push((value as { name: string }).name);
  }
  return names;
}

/** The ranges that were asked for, without their margins; each once. */
function askedRanges({ vendor }: World): Range[] {
  const ranges = vendor.requests.map(({ from, to }) => ({ from: from + SECOND, to: to - SECOND }));
  return [...new Map(ranges.map((range) => [`${range.from}-${range.to}`, range])).values()];
}

/** Windows of a length from a time on. */
function windows(from: number, length: Duration, count: number): Range[] {
  return Array.from({ length: count }, (_, n) => ({ from: from + n * length, to: from + (n + 1) * length }));
}

describe('a window that is read ahead', () => {
  /** A page of so many characters. */
  function page(number: number, hasNext = true): ReadPage {
    return { rows: [], keys: [], number, again: false, hasNext, size: 10 };
  }

  /** A window whose pages come when a test says so. */
  function window({ mayRead = () => true }: { mayRead?: (last: ReadPage) => boolean } = {}) {
    const asked: PromiseWithResolvers<IteratorResult<ReadPage, Announced | undefined>>[] = [];
    const pages: Pages = {
      next: () => {
        const answer = Promise.withResolvers<IteratorResult<ReadPage, Announced | undefined>>();
        asked.push(answer);
        return answer.promise;
      },
    };
    const signal = new Signal();
    const log = { ended: 0 };
    const host = { signal, mayRead, hasRoom: () => true, ended: () => log.ended++ };
    const requests = { inFlight: 0, sent: 0, hasEarly: false, maySendEarly: false, sendEarly: () => undefined };
    const ahead = new WindowAhead({ from: 0, to: 1 }, { pages, requests }, host);
    const rest = () => new Promise((resolve) => setImmediate(resolve));
    return { ahead, asked, signal, log, rest };
  }

  it('is read to its end before anyone asks for it, and keeps its pages in their order', async () => {
    const { ahead, asked, log, rest } = window();
    asked[0]?.resolve({ done: false, value: page(1) });
    await rest();
    asked[1]?.resolve({ done: false, value: page(2, false) });
    await rest();
    asked[2]?.resolve({ done: true, value: { total: 7, rows: 7 } });
    await rest();
    expect([ahead.isReading, ahead.size, log.ended]).toEqual([false, 20, 1]);

    expect(await ahead.next()).toMatchObject({ value: { number: 1 } });
    expect(ahead.size).toBe(10);
    expect(await ahead.next()).toMatchObject({ value: { number: 2 } });
    expect(await ahead.next()).toEqual({ done: true, value: { total: 7, rows: 7 } });
    expect(ahead.size).toBe(0);
  });

  it('is read on only when it may be, or when somebody waits for it', async () => {
    const may = { read: false };
    const { ahead, asked, signal, rest } = window({ mayRead: () => may.read });
    asked[0]?.resolve({ done: false, value: page(1) });
    await rest();
    expect(asked).toHaveLength(1);

    await ahead.next();
    const second = ahead.next();
    await rest();
    expect(asked).toHaveLength(2);
    asked[1]?.resolve({ done: false, value: page(2) });
    expect(await second).toMatchObject({ value: { number: 2 } });
    await rest();
    expect(asked).toHaveLength(2);
    may.read = true;
    signal.notify();
    await rest();
    expect(asked).toHaveLength(3);
  });

  it('shows its next page without taking it away', async () => {
    const { ahead, asked } = window();
    asked[0]?.resolve({ done: false, value: page(1) });

    expect(await ahead.peek()).toMatchObject({ number: 1 });
    expect(await ahead.peek()).toMatchObject({ number: 1 });
    expect(await ahead.next()).toMatchObject({ value: { number: 1 } });
  });

  it('fails where its failure is, after the pages before', async () => {
    const { ahead, asked, log, rest } = window();
    asked[0]?.resolve({ done: false, value: page(1) });
    await rest();
    asked[1]?.reject(new Error('no second page'));
    await rest();
    expect([ahead.isReading, log.ended]).toEqual([false, 1]);

    expect(await ahead.next()).toMatchObject({ value: { number: 1 } });
    await expect(ahead.next()).rejects.toThrow('no second page');
    await expect(ahead.next()).rejects.toThrow('no second page');
  });

  it('asks for nothing more after it was stopped', async () => {
    const { ahead, asked, rest } = window();
    ahead.stop();
    asked[0]?.resolve({ done: false, value: page(1) });
    await rest();

    expect(asked).toHaveLength(1);
    expect(ahead.isReading).toBe(false);
  });
});

describe('windows that are read ahead', () => {
  it('are so many at the same time, and never more', async () => {
    for (const atOnce of [2, 3, IN_FLIGHT]) {
      const world = worldOfWindows();
      const { ahead, progress, rest } = readAhead(world, { atOnce });
      ahead.take(progress.window);
      await rest();

      expect(mostInFlight(world)).toBe(atOnce);
      expect(new Set(world.vendor.requests.slice(0, atOnce).map(({ at: from }) => from)).size).toBe(1);
    }
  });

  it('are no more after a change of plan, while the requests of before are on their way', async () => {
    const world = worldOfWindows();
    const { ahead, progress, rest } = readAhead(world);
    for (const minutes of [9, 8, 7]) {
      ahead.take(progress.window);
      await world.clock.wait(SECOND / 4);
      progress.narrowTo({ from: at('10:00:00'), to: at('10:00:00') + minutes * MINUTE });
    }
    ahead.take(progress.window);
    await rest();

    expect(mostInFlight(world)).toBe(IN_FLIGHT);
    expect(askedRanges(world)).toContainEqual(progress.window);
  });

  it('are parts of a long window, of a few pages each, without a gap between them', async () => {
    const world = worldOfWindows({ stream: { longestWindow: 2 * HOUR } });
    const { ahead, progress } = readAhead(world);
    const whole = progress.window;
    const parts: Range[] = [];
    const names: string[] = [];
    do {
      await ahead.divide();
      parts.push(progress.window);
      const own = await namesOf(ahead.take(progress.window));
      expect(own.length).toBeLessThan(88 / 2);
      names.push(...own);
    } while (progress.finishWindow(20) === undefined);

    expect(parts.length).toBeGreaterThan(IN_FLIGHT);
    const ofWhole = world.vendor.requests.filter(
      ({ from, to }) => from === whole.from - SECOND && to === whole.to + SECOND,
    );
    expect(ofWhole).toHaveLength(1);
    expect(parts.map(({ from }) => from).slice(1)).toEqual(parts.map(({ to }) => to).slice(0, -1));
    expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([at('10:00:00'), at('11:20:00')]);
    expect([...new Set(names)]).toEqual(world.vendor.rows.map(({ text }) => JSON.parse(text).name));
    expect(mostInFlight(world)).toBe(IN_FLIGHT);
  });

  it('have the pages that they would have one after the other, each asked for once', async () => {
    const world = worldOfWindows();
    const { ahead, progress } = readAhead(world);
    const names: string[] = [];
    do names.push(...(await namesOf(ahead.take(progress.window))));
    while (progress.finishWindow(3) === undefined);

    expect([...new Set(names)]).toEqual(world.vendor.rows.map(({ text }) => JSON.parse(text).name).slice(0, 89));
    expect(askedRanges(world)).toEqual(windows(at('10:00:00'), WINDOW, 8));
    expect(new Set(world.vendor.requests.map(({ url }) => url)).size).toBe(world.vendor.requests.length);
  });

  it('are only so many, however small they are', async () => {
    const world = worldOfWindows({ stream: { longestWindow: MINUTE } });
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    await rest();

    expect(askedRanges(world)).toEqual(windows(at('10:00:00'), MINUTE, 4 * IN_FLIGHT + 1));
  });

  it('are only so large, whatever is in them', async () => {
    const world = worldOfWindows({ vendor: { pageSize: 2 } });
    world.vendor.rows.length = 0;
    for (const { from } of windows(at('10:00:00'), WINDOW, 8)) {
      for (let row = 0; row < 20; row++) world.vendor.add({ time: from + row * SECOND, name: 'x'.repeat(1_000_000) });
    }
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    await rest();

    const others = world.vendor.requests.filter(({ from }) => from > at('10:01:00'));
    // Each window may read one page over the limit, and each page has two million characters.
    expect(others.length).toBeLessThanOrEqual(5 + 2 * IN_FLIGHT);
    expect(askedRanges(world).length).toBeLessThanOrEqual(IN_FLIGHT);
  });

  it('are only so large where their pages are asked for early, too', async () => {
    const world = worldOfWindows({ vendor: { paging: 'offset' }, stream: { longestWindow: 2 * HOUR } });
    world.answerShare = 0.5;
    const { ahead, progress, rest } = readAhead(world);
    await ahead.divide();
    ahead.take(progress.window);
    await rest();

    // Four pages fill the memory, and as many may be on their way at that moment.
    expect(world.vendor.requests.length).toBeGreaterThanOrEqual(4);
    expect(world.vendor.requests.length).toBeLessThanOrEqual(4 + IN_FLIGHT);
  });

  it('are read no further than a resumed read would read them, early neither', async () => {
    const world = worldOfWindows({
      vendor: { paging: 'offset' },
      stream: { longestWindow: 2 * HOUR, cutAfterPages: 4 },
    });
    world.vendor.rows.length = 0;
    // By the first page, a part has many more pages than are read at once.
    world.vendor.addMany(300, at('10:00:00'), SECOND);
    const { ahead, progress, rest } = readAhead(world);
    await ahead.divide();
    ahead.take(progress.window);
    await rest();

    expect(progress.pagesIn(progress.window)).toBeGreaterThan(4);
    const offsets = world.vendor.requests.map(({ offset }) => offset);
    expect(Math.max(...offsets)).toBe(3 * 5);
  });

  it('are read no further than a resumed read would read them', async () => {
    const world = worldOfWindows({ stream: { cutAfterPages: 1 } });
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    await rest();

    expect(world.vendor.requests.filter(({ cursor }) => cursor !== undefined)).toEqual([]);
  });

  it('fail only when it is their turn', async () => {
    const world = worldOfWindows();
    world.vendor.onRequest = ({ from }) =>
      from > at('10:19:00') && from < at('10:21:00') ? { status: 400 } : undefined;
    const { ahead, progress, rest } = readAhead(world);
    const first = ahead.take(progress.window);
    await rest();

    expect((await namesOf(first)).at(-1)).toBe('event 11');
    progress.finishWindow(3);
    expect((await namesOf(ahead.take(progress.window))).at(-1)).toBe('event 22');
    progress.finishWindow(3);
    await expect(ahead.take(progress.window).next()).rejects.toThrow('400');
  });

  it('are asked for again when somebody wants them a second time', async () => {
    const world = worldOfWindows();
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    await rest();
    const before = world.vendor.requests.length;
    world.vendor.add({ time: at('10:00:01'), name: 'new' });

    expect(await namesOf(ahead.take(progress.window))).toContain('new');
    expect(world.vendor.requests.length).toBe(before + 3);
  });

  it('stay read when the window before them is read on from its middle', async () => {
    const world = worldOfWindows();
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    await rest();
    const before = world.vendor.requests.length;
    const left = { from: at('10:05:00'), to: at('10:10:00') };
    progress.leaveOff(left);

    expect(await namesOf(ahead.take(left))).toEqual([
      'event 6',
      'event 7',
      'event 8',
      'event 9',
      'event 10',
      'event 11',
    ]);
    progress.finishWindow(2);
    expect((await namesOf(ahead.take(progress.window))).at(-1)).toBe('event 22');
    await rest();

    expect(world.vendor.requests.slice(before).map(({ from }) => from + SECOND)).toEqual([left.from, left.from]);
  });

  it('are given up when the plan changes: nothing of them is used, and nothing is left out', async () => {
    const world = worldOfWindows();
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    await rest();
    progress.narrowTo({ from: at('10:00:00'), to: at('10:05:00') });
    world.vendor.add({ time: at('10:07:00'), name: 'new' });
    const names: string[] = [];
    do names.push(...(await namesOf(ahead.take(progress.window))));
    while (progress.finishWindow(3) === undefined);

    const known = [...world.vendor.rows].sort((one, other) => one.time - other.time || one.number - other.number);
    expect([...new Set(names)]).toEqual(known.map(({ text }) => JSON.parse(text).name));
  });

  it('are no more when they are stopped', async () => {
    const world = worldOfWindows();
    const { ahead, progress, rest } = readAhead(world);
    ahead.take(progress.window);
    ahead.stop();
    await rest();

    expect(world.vendor.requests).toHaveLength(IN_FLIGHT);
  });
});
