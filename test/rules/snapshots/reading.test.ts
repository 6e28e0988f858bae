import { describe, expect, it } from 'vitest';
import { jsonRows } from '../../../functions/core/events/json/json-rows.ts';
import { jsonBody } from '../../../functions/core/requests/request-body.ts';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { inventoryWorld, toldBy } from '../../memory/inventory.ts';
import type { Reply } from '../../memory/vendor.ts';
import { runLater, settledWorld } from './settled.ts';

describe('rule 26: a list that was read by half is never compared', () => {
  const HALVES: readonly (readonly [string, Reply, string])[] = [
    ['an error of the vendor’s', { status: 500 }, 'failing'],
    ['no answer', { network: 'reset' }, 'failing'],
    ['an answer cut short', { text: '{"rows":[{"key":"thing 10","value":' }, 'unreadable'],
    ['a proxy’s page', { text: '<html>please sign in</html>' }, 'unreadable'],
    ['nothing at all', { text: '' }, 'unreadable'],
    ['a question found wrong', { status: 400 }, 'request'],
  ];
  const PAGES = [0, 1, 2];

  it.each(HALVES.flatMap(([what, reply, code]) => PAGES.map((page) => [what, page, reply, code] as const)))(
    '%s for page %i',
    async (_, broken, reply, code) => {
      const { world, keys } = await settledWorld(25);
      const before = world.snapshotCheckpoint('keys');
      keys.things.set('thing 0', { level: 2 });
      keys.onRequest = ({ page }) => (page === broken ? reply : undefined);

      const failed = await runLater(world);

      expect(failed).toMatchObject({
        state: 'failed',
        error: { code },
        fetched: 0,
        delivered: 0,
        lagSeconds: expect.any(Number),
      });
      expect(world.snapshotCheckpoint('keys')).toMatchObject({
        watermark: before.watermark,
        snapshot: before.snapshot,
        failures: 1,
      });
      expect(world.snapshotCheckpoint('keys')).not.toHaveProperty('pending');
      expect(world.names()).toEqual(['25 keys']);

      keys.onRequest = undefined;
      expect(await runLater(world)).toMatchObject({ state: 'caught-up', delivered: 1 });
      expect(toldBy(world.delivered())).toEqual(keys.state);
      expect(world.snapshotCheckpoint('keys')).toMatchObject({ failures: 0 });
    },
  );

  it('time that is up', async () => {
    const { world, keys } = await settledWorld(200);
    keys.remove(20);
    keys.latency = 5 * SECOND;

    world.clock.advance(HOUR);
    const [report] = await world.run({ streams: ['keys'], budget: MINUTE });
    expect(report).toMatchObject({ state: 'more', fetched: 0, delivered: 0 });
    expect(report?.pages).toBeGreaterThan(3);
    expect(world.names()).toEqual(['200 keys']);

    keys.latency = 100 * MILLISECOND;
    expect(await runLater(world)).toMatchObject({ state: 'caught-up', delivered: 20 });
    expect(toldBy(world.delivered())).toEqual(keys.state);
  });

  it('also in the first run: there is no baseline until there is a whole one', async () => {
    const { world, keys } = inventoryWorld();
    keys.add(25);
    keys.onRequest = ({ page }) => (page === 2 ? { status: 500 } : undefined);

    const failed = await runLater(world);
    keys.onRequest = undefined;
    await runLater(world);

    expect(failed).toMatchObject({ state: 'failed' });
    expect(world.names()).toEqual(['25 keys']);
  });

  it('paging that leads back to where it was: to the page itself, or to one before', async () => {
    for (const back of [0, 1, 2]) {
      const { world, keys } = await settledWorld(50);
      keys.onRequest = ({ page }) =>
        page === 2 ? { text: keys.page(2).replace('"asks":[3]', `"asks":[${back}]`) } : undefined;

      const report = await runLater(world);

      expect(report).toMatchObject({ state: 'failed', pages: 3, error: { code: 'incomplete', stage: 'receiving' } });
      expect(report?.error?.message).toBe('The list of keys leads back to its own beginning.');
      expect(world.count('Incomplete')).toBe(1);
      expect(world.names()).toEqual(['50 keys']);
    }
  });

  it('though pages, and what items lead to, differ in the bodies of their requests only', async () => {
    const pageOf = (page: number) => ({ url: '/keys-0', body: jsonBody({ page }) });
    const { world, keys } = inventoryWorld({
      stream: {
        first: () => pageOf(0),
        read: (answer, { body }) => {
          const { page } = JSON.parse(body?.text ?? '') as { readonly page: number };
          const { rows } = jsonRows({ ...answer, text: keys.page(page) }, 'rows');
          return { rows, asks: page === 0 ? [pageOf(1), pageOf(2)] : [] };
        },
      },
    });
    keys.add(25);

    expect(await runLater(world)).toMatchObject({ state: 'caught-up', pages: 3 });
    expect(world.names()).toEqual(['25 keys']);
  });

  it('paging without an end', async () => {
    const { world, keys } = inventoryWorld({
      stream: { read: (_, { url }) => ({ rows: [], asks: [{ url: `/keys-${Number(url.slice(6)) + 1}` }] }) },
    });
    keys.latency = 0;

    const report = await runLater(world);

    expect(report).toMatchObject({ state: 'failed', pages: 10_000, error: { code: 'incomplete' } });
    expect(report?.error?.message).toBe('The list of keys had not ended after 10000 answers.');
    expect(world.count('Incomplete')).toBe(1);
    expect(world.snapshotCheckpoint('keys')).not.toHaveProperty('pending');
  });

  it('what pages went on with having run out at the vendor', async () => {
    const { world, keys } = await settledWorld(25, {
      source: {
        judge: ({ status }) => (status === 410 ? { kind: 'expired', reason: 'the token has run out' } : undefined),
      },
    });
    keys.replies.push({}, { status: 410 });

    expect(await runLater(world)).toMatchObject({
      state: 'failed',
      error: { code: 'failing', stage: 'receiving', message: 'the token has run out' },
    });
    expect(await runLater(world)).toMatchObject({ state: 'caught-up', pages: 3 });
  });
});

describe('rule 26: an answer may make us ask for more', () => {
  it('everything once, though two of them ask the same', async () => {
    const { world, keys } = inventoryWorld();
    keys.add(40);
    // The first page asks for the second and third, and both of these for the fourth.
    const asks = [[1, 2], [3], [3], []];
    keys.onRequest = ({ page }) => ({
      text: keys.page(page).replace(/"asks":\[\d*\]/, `"asks":${JSON.stringify(asks[page])}`),
    });

    const report = await runLater(world);

    expect(report).toMatchObject({ state: 'caught-up', pages: 4 });
    expect(keys.requests.map(({ page }) => page)).toEqual([0, 1, 2, 3]);
    expect(toldBy(world.delivered())).toEqual(keys.state);
  });
});

describe('rule 26: a list that lost over half of its things is believed when a second read says the same', () => {
  /** The list shows so many of twenty things, read by read. */
  async function shrink(...shown: number[]) {
    const { world, keys } = await settledWorld(20, {});
    keys.pageSize = 100;
    for (const count of shown)
      keys.replies.push({
        text: keys.page(0).replace(
          /.*/,
          JSON.stringify({
            rows: [...keys.things].slice(0, count).map(([key, value]) => ({ key, value })),
            asks: [],
          }),
        ),
      });
    const before = keys.requests.length;
    const report = await runLater(world);
    return { world, keys, report, reads: keys.requests.length - before };
  }

  it.each([
    ['empty', 0],
    ['less than half', 9],
  ])('%s twice: the deletions are told', async (_, left) => {
    const { world, report, reads } = await shrink(left, left);

    expect(reads).toBe(2);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 20 - left, pages: 2 });
    expect(Object.keys(toldBy(world.delivered()) ?? {})).toHaveLength(left);
  });

  it('half of it is believed at once', async () => {
    const { reads, report } = await shrink(10);

    expect(reads).toBe(1);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 10 });
  });

  it('once only: the second read counts', async () => {
    const { world, keys, report, reads } = await shrink(0, 19);

    expect(reads).toBe(2);
    expect(report).toMatchObject({ state: 'caught-up', delivered: 1 });
    expect(world.names().at(-1)).toBe('thing 19 deleted');
    expect(await runLater(world)).toMatchObject({ delivered: 1 });
    expect(toldBy(world.delivered())).toEqual(keys.state);
  });

  it.each([
    [0, 5],
    [5, 4],
  ])('not when two reads disagree (%i and %i): nothing is compared', async (first, second) => {
    const { world, report } = await shrink(first, second);

    expect(report).toMatchObject({ state: 'failed', fetched: 0, error: { code: 'incomplete', stage: 'receiving' } });
    expect(report?.error?.message).toBe(
      `The list of keys lost more than half of its 20 items, and two reads of it disagree (${first} and ${second}).`,
    );
    expect(world.count('Incomplete')).toBe(1);
    expect(world.names()).toEqual(['20 keys']);
    expect(await runLater(world)).toMatchObject({ state: 'caught-up', fetched: 0 });
  });

  it('not when they agree on the number of things alone', async () => {
    const { world, keys } = await settledWorld(20);
    keys.pageSize = 100;
    for (const left of [0, 10]) {
      const rows = [...keys.things].slice(left, left + 5).map(([key, value]) => ({ key, value }));
      keys.replies.push({ text: JSON.stringify({ rows, asks: [] }) });
    }

    expect(await runLater(world)).toMatchObject({ state: 'failed', error: { code: 'incomplete' } });
    expect(world.names()).toEqual(['20 keys']);
  });

  it('not when the second read fails', async () => {
    const { world, keys } = await settledWorld(20);
    keys.pageSize = 100;
    keys.replies.push({ text: '{"rows":[],"asks":[]}' }, { status: 400 });

    expect(await runLater(world)).toMatchObject({ state: 'failed', error: { code: 'request' } });
    expect(await runLater(world)).toMatchObject({ state: 'caught-up', fetched: 0 });
    expect(world.names()).toEqual(['20 keys']);
  });

  it('other things in the place of most are as suspicious as none', async () => {
    const { world, keys } = await settledWorld(3);
    const before = keys.requests.length;
    keys.remove(2);
    keys.add(2, 'other');

    expect(await runLater(world)).toMatchObject({ state: 'caught-up', delivered: 4 });
    expect(keys.requests.length - before).toBe(2);
  });
});
