import { describe, expect } from 'vitest';
import { snapshots } from '../../../../functions/sources/frame/snapshots/snapshots.ts';
import type { Endpoint } from '../../../../simulators/frame/api/endpoints.ts';
import { ERROR_BODIES } from '../../../../simulators/frame/api/replies.ts';
import type { FrameFaults } from '../../../../simulators/frame/faults.ts';
import { CANARY } from '../../../../simulators/frame/inventory/api-keys.ts';
import { readDelivered } from '../../../e2e/delivered.ts';
import { type FrameBench, OF_CUSTOMER, SECRET, test } from './stage.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.parse('2026-06-01T12:00:00Z');
const STREAMS = snapshots.map(({ name }) => name);
const AT_RULES = ['api-authorization-rules'];

describe('a snapshot', () => {
  test('begins with one event that says what there is, and then is silent', async ({ start }) => {
    const bench = await start({ streams: STREAMS });
    const held = itemsOf(bench);

    const first = await bench.runAll();
    const again = await bench.runAll();

    for (const name of STREAMS) {
      expect(first[name]).toMatchObject({ state: 'caught-up', delivered: 1, fetched: 1, warnings: [] });
      expect(again[name]).toMatchObject({ state: 'caught-up', delivered: 0, fetched: 0 });
    }
    const told = await eventsOf(bench);
    expect(told.map(({ stream, change }) => `${stream} ${change}`).toSorted()).toEqual(
      STREAMS.map((name) => `${name} baseline`).toSorted(),
    );
    for (const { stream, keys } of told) expect(keys).toEqual(Object.keys(held[stream] ?? {}).toSorted());
  });

  test.for([
    ['a new API key', { newApiKeys: 1 }, AT_RULES, 1],
    ['a new permission of a role', { grantPermission: 'cpanel_mutation_delete_backup' }, AT_RULES, 4],
    ['the vendor’s support let in', { supportAccess: 'full_access' }, ['settings'], 4],
    ['a banner switched off', { bannerOff: true }, ['settings'], 2],
  ] as const)('tells of %s, and of its end, by exactly these events', async ([, fault, where, count], { start }) => {
    const bench = await start({ streams: STREAMS });
    await bench.runAll();

    const planted = await changesBy(bench, () => bench.vendor.setFaults(fault));
    const undone = await changesBy(bench, () => bench.vendor.setFaults({}));

    for (const { expected, told } of [planted, undone]) {
      expect(told).toEqual(expected);
      expect(told).toHaveLength(count);
      expect(new Set(told.map((text) => text.split(' ')[0]))).toEqual(new Set(where));
    }
  });

  test('tells of all that changes by itself in two days, and of nothing else', async ({ start }) => {
    const bench = await start({ at: NOON, streams: STREAMS, vendor: { driftMinutes: 180 } });
    freeze(bench);
    await bench.runAll();

    const kinds = new Set<string>();
    for (let step = 0; step < 8; step++) {
      bench.travel(6 * HOUR_MS);
      const { expected, told } = await changesBy(bench, () => freeze(bench));
      expect(told).toEqual(expected);
      for (const text of told) kinds.add(text.split(' ').slice(0, 2).join(' '));
    }

    // What there is one of only changes; of all other things some come and some go.
    expect([...kinds].toSorted()).toEqual(
      STREAMS.flatMap((name) => {
        const isLone = ['settings', 'elasticity', 'customer'].includes(name);
        return isLone ? [`${name} changed`] : ['changed', 'created', 'deleted'].map((kind) => `${name} ${kind}`);
      }).toSorted(),
    );
    expect((await bench.everything()).includes(CANARY)).toBe(false);
  });

  test('in another order is the same', async ({ start }) => {
    const bench = await start({ streams: STREAMS });
    await bench.runAll();

    const { told } = await changesBy(bench, () => bench.vendor.setFaults({ shuffledPermissions: true }));

    expect(told).toEqual([]);
  });
});

describe('a list that has lost more than half of its things', () => {
  const path = `${OF_CUSTOMER}/cloud_services`;

  test('is read twice, and is not believed when the second read says otherwise', async ({ start }) => {
    const { bench, told, reads } = await readingAfter(await start({ streams: ['cloud-services'] }), {
      halvedLists: { next: 1, at: 'cloud_services' },
    });

    expect(reads).toBe(2);
    expect(told).toEqual([]);
    expect(bench.vendor.counters.byPath[path]).toBe(3);
  });

  test.for([
    ['half', { halvedLists: { next: 2, at: 'cloud_services' } }, 2],
    ['nothing', { emptyLists: 'cloud_services' }, 3],
  ] as const)('is believed when two reads find %s', async ([, faults, lost], { start }) => {
    const { bench, told, reads } = await readingAfter(await start({ streams: ['cloud-services'] }), faults);

    expect(reads).toBe(2);
    expect(told).toHaveLength(lost);
    expect(told.every((text) => text.startsWith('cloud-services deleted'))).toBe(true);
    const back = await changesBy(bench, () => bench.vendor.setFaults({}));
    expect(back.told).toEqual(told.map((text) => text.replace('deleted', 'created')));
  });

  test('of which only a page is missing is no list of deletions either', async ({ start }) => {
    const { told, reads } = await readingAfter(await start({ streams: ['accounts'] }), {
      halvedLists: { next: 2, at: 'accounts' },
    });

    expect(reads).toBe(4);
    expect(told).toEqual([]);
  });

  async function readingAfter(bench: FrameBench, faults: FrameFaults) {
    const requests = () => bench.vendor.counters.requests;
    await bench.run();
    const before = requests();
    const { told } = await changesBy(bench, () => bench.vendor.setFaults(faults));
    return { bench, told, reads: requests() - before };
  }
});

describe('API keys', () => {
  test('never show a secret, wherever something is written or kept', async ({ start }) => {
    const bench = await start({ streams: STREAMS, vendor: { faults: { newApiKeys: 3 } } });
    expect([...bench.vendor.held('api_authorization_rules')].some(({ text }) => text.includes(CANARY))).toBe(true);

    await bench.runAll();
    bench.vendor.setFaults({ newApiKeys: 1, where: 'api_authorization_rules', cut: { next: 1 } });
    const broken = await bench.runAll();
    await bench.runAll();
    bench.vendor.setFaults({});
    const last = await bench.runAll();

    expect(broken[AT_RULES[0] ?? '']).toMatchObject({ state: 'failed', error: { code: 'unreadable' } });
    expect(last[AT_RULES[0] ?? '']).toMatchObject({ state: 'caught-up', delivered: 1 });
    // Not with toContain: its message would show all that is kept.
    const everything = `${await bench.everything()}${JSON.stringify([broken, last])}`;
    for (const secret of [CANARY, SECRET.client_secret]) expect(everything.includes(secret), secret).toBe(false);
  });
});

describe('an endpoint that the role does not permit', () => {
  test.for(ERROR_BODIES)(
    'is named and left alone, while all others go on (the error is said as %s)',
    async (errors, { start }) => {
      const streams = ['audit-trails', 'session-trails', 'user-activities', ...STREAMS];
      const bench = await start({
        streams,
        vendor: { errors, faults: { forbiddenAt: 'session-trails,api_authorization_rules' } },
      });
      const asked = () => bench.vendor.counters.byPath[`${OF_CUSTOMER}/session-trails`];

      const first = await bench.runAll();
      const again = await bench.runAll();

      for (const reports of [first, again]) {
        for (const [name, { state, error, until }] of Object.entries(reports)) {
          const isForbidden = ['session-trails', ...AT_RULES].includes(name);
          expect([name, state]).toEqual([name, isForbidden ? 'forbidden' : 'caught-up']);
          if (!isForbidden) continue;
          expect(error?.message).toContain('403');
          expect(Date.parse(until ?? '')).toBeGreaterThan(Date.now());
        }
      }
      expect(asked()).toBe(1);
      bench.vendor.setFaults({});
      expect((await bench.runAll({ askAgain: true }))['session-trails']).toMatchObject({ state: 'caught-up' });
    },
  );
});

/** The vendor's clock stands still, so that nothing changes while it is read. */
function freeze(bench: FrameBench): void {
  const now = bench.now();
  bench.setClock(() => now);
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'api-authorization-rules': 'api_authorization_rules',
  settings: 'settings',
  accounts: 'accounts',
  'cloud-services': 'cloud_services',
  'master-images': 'master_images',
  elasticity: 'elasticity',
  customer: 'customers',
};

/** What the vendor holds, each thing under the key that events give it, by stream. */
function itemsOf({ vendor }: FrameBench): Record<string, Record<string, string>> {
  return Object.fromEntries(
    STREAMS.map((stream) => [
      stream,
      Object.fromEntries([...vendor.held(ENDPOINTS[stream] as Endpoint)].flatMap(({ text }) => keyed(stream, text))),
    ]),
  );
}

function keyed(stream: string, text: string): [string, string][] {
  const thing = JSON.parse(text);
  if (stream === 'elasticity') return [['elasticity', text]];
  if (stream !== 'settings') return [[String(thing.id), text]];
  return Object.entries(thing).map(([name, value]) => [`settings/${name}`, JSON.stringify(value)]);
}

interface Told {
  readonly id: string;
  readonly stream: string;
  readonly change: string;
  readonly key: string;
  readonly keys: readonly string[];
}

async function eventsOf(bench: FrameBench): Promise<Told[]> {
  const { events } = await readDelivered(bench.out, 'lake');
  expect((await readDelivered(bench.out, 'vault')).lines).toHaveLength(events.length);
  // An image is told by its cloud service, too.
  const bare = (key = '') => (key.startsWith('settings/') ? key : (key.split('/').at(-1) ?? ''));
  return events.map(({ event: { id }, tidemark, frame }) => {
    const { change, key, keys = [] } = (frame as { snapshot: Told }).snapshot;
    return { id, stream: tidemark.feed.split('/')[1] ?? '', change, key: bare(key), keys: keys.map(bare).toSorted() };
  });
}

/** Does something to the vendor, and says what ought to be told of it, and what was. */
async function changesBy(bench: FrameBench, act: () => void) {
  const known = new Set((await eventsOf(bench)).map(({ id }) => id));
  const before = itemsOf(bench);
  act();
  const after = itemsOf(bench);
  const expected = STREAMS.flatMap((stream) => changesOf(stream, before[stream] ?? {}, after[stream] ?? {}));
  for (const report of Object.values(await bench.runAll())) expect(report).toMatchObject({ state: 'caught-up' });
  const news = (await eventsOf(bench)).filter(({ id }) => !known.has(id));
  const told = news.map(({ stream, change, key }) => `${stream} ${change} ${key}`);
  return { expected: expected.toSorted(), told: told.toSorted() };
}

function changesOf(stream: string, before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    if (before[key] === after[key]) return [];
    const change = before[key] === undefined ? 'created' : after[key] === undefined ? 'deleted' : 'changed';
    return [`${stream} ${change} ${key}`];
  });
}
