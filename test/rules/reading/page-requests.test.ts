import { describe, expect, it } from 'vitest';
import type { Request } from '../../../functions/core/model.ts';
import { PageRequests } from '../../../functions/core/reading/pages/page-requests.ts';
import { Pacer } from '../../../functions/core/requests/pacer.ts';
import { Endpoint } from '../../../functions/core/requests/pause.ts';
import { HOUR } from '../../../functions/core/time.ts';
import { createWorld, type World } from '../../memory/world.ts';
import { at } from '../set-up.ts';

const FROM = at('11:00:00');

/** The request for a page of ten rows. */
function page(offset: number): Request {
  return { url: `/events?from=${FROM}&to=${at('12:00:00')}&offset=${offset}` };
}

/** The requests for a window of a vendor with 35 rows in pages of ten. */
function requestsTo(world: World) {
  const { source, connection, now } = world;
  const { effects } = world.invoke({ budget: HOUR });
  const log = { ended: 0 };
  const asker = {
    ...{ effects, source, connection, pacer: new Pacer(), secretVersion: 'v1', stopAt: now + HOUR, endBy: now + HOUR },
    tally: { retries: 0 },
    life: { over: false },
    endpoint: new Endpoint(),
  };
  const pageAfter = ({ url }: Request) =>
    page(Number(new URL(url, 'https://memory.example').searchParams.get('offset')) + 10);
  const requests = new PageRequests(asker, { pageAfter }, () => log.ended++);
  return { requests, log };
}

function worldWithRows(): World {
  const world = createWorld({ vendor: { paging: 'offset' } });
  world.vendor.addMany(35, FROM, 1_000_000);
  return world;
}

function offsets({ vendor }: World): number[] {
  return vendor.requests.map(({ offset }) => offset);
}

describe('the requests for the pages of a window', () => {
  it('that are sent early bring the same answers, each asked for once', async () => {
    const world = worldWithRows();
    const { requests, log } = requestsTo(world);
    const first = requests.send(page(0));
    requests.sendEarly();
    requests.sendEarly();
    expect([requests.sent, requests.inFlight, requests.hasEarly]).toEqual([3, 3, true]);
    const answers = [await first, await requests.send(page(10)), await requests.send(page(20))];

    expect(answers.map(({ text }) => /"event \d+"/.exec(text)?.[0])).toEqual(['"event 0"', '"event 10"', '"event 20"']);
    expect(offsets(world)).toEqual([0, 10, 20]);
    expect([requests.sent, requests.inFlight, requests.hasEarly, log.ended]).toEqual([3, 0, false, 3]);
  });

  it('are not used when the page before does not lead to them, and then no more are sent early', async () => {
    const world = worldWithRows();
    const { requests } = requestsTo(world);
    await requests.send(page(0));
    requests.sendEarly();
    requests.sendEarly();
    const { text } = await requests.send(page(7));

    expect(text).toContain('"event 7"');
    expect([requests.hasEarly, requests.maySendEarly]).toEqual([false, false]);
    await requests.send(page(10));
    expect(offsets(world)).toEqual([0, 10, 20, 7, 10]);
  });

  it('fail when it is their turn, after which nothing is sent early, and not at all if nothing leads to them', async () => {
    const world = worldWithRows();
    world.vendor.onRequest = ({ offset }) => (offset === 10 ? { status: 400 } : undefined);
    const used = requestsTo(world);
    await used.requests.send(page(0));
    used.requests.sendEarly();
    await world.clock.wait(HOUR / 60);
    expect(used.requests.maySendEarly).toBe(false);
    await expect(used.requests.send(page(10))).rejects.toThrow('400');

    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const unused = requestsTo(world);
    await unused.requests.send(page(0));
    unused.requests.sendEarly();
    await world.clock.wait(HOUR / 60);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect((await unused.requests.send(page(5))).status).toBe(200);
    expect(unused.requests.inFlight).toBe(0);
  });

  it('are not sent early before the first one', () => {
    const { requests } = requestsTo(worldWithRows());
    expect(requests.maySendEarly).toBe(false);
    requests.sendEarly();
    expect(requests.sent).toBe(0);
  });

  it('tell whether a page has led to what was expected', () => {
    const { requests } = requestsTo(worldWithRows());
    expect(requests.isForeseen(page(10), page(0))).toBe(true);
    expect(requests.isForeseen(page(7), page(0))).toBe(false);
  });
});
