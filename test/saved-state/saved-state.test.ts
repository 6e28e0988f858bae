import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Effects } from '../../functions/core/effects.ts';
import { reportFeedStatus } from '../../functions/core/invocation/feed-status.ts';
import type { AnyFeed } from '../../functions/core/model.ts';
import { SCHEMA } from '../../functions/core/stored/checkpoint.ts';
import { DAY, HOUR } from '../../functions/core/time.ts';
import type { Item } from '../../functions/shell/table/items.ts';
import { sealKey } from '../../functions/shell/table/seal-key.ts';
import { takeCensus } from '../memory/census.ts';
import { createWorld, type World } from '../memory/world.ts';
import { type Delivered, decodeSaved, deliveredOf, kindOf, type SavedState, savedAt, TestTable } from './saved.ts';
import { createSavedWorld, effectsOf, playSecondPart, START } from './scenario.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const VERSIONS = readdirSync(FIXTURES).filter((name) => name.startsWith('state-'));
const PRESENT = load(`state-${SCHEMA}`);
const EVERYTHING = { from: '', to: '~' };

function load(version: string): SavedState {
  return decodeSaved(readFileSync(new URL(`${version}/saved.json`, FIXTURES), 'utf8'));
}

let stage: TestTable;
let effects: Partial<Effects>;

beforeAll(async () => {
  stage = await TestTable.open(vi.stubEnv);
  for (const item of PRESENT.items) await stage.put(item);
  effects = await effectsOf(stage.table);
});

afterAll(async () => {
  await stage.close();
  vi.unstubAllEnvs();
});

async function collect<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of found) all.push(one);
  return all;
}

/** Reads each kind of item as the functions do. */
const READERS: Readonly<Record<string, (item: Item) => Promise<unknown>>> = {
  checkpoint: ({ pk }) => (effects as Effects).load(pk?.S ?? ''),
  backfill: ({ pk }) => (effects as Effects).loadJobs(pk?.S ?? '', 'backfill'),
  verify: ({ pk }) => (effects as Effects).loadJobs(pk?.S ?? '', 'verify'),
  seen: ({ pk }) => collect((effects as Effects).loadSeen(pk?.S ?? '', EVERYTHING)),
  resent: ({ pk, sk }) => {
    const [kind, id] = sk?.S?.split('#') ?? [];
    return collect((effects as Effects).loadSeen(`${pk?.S}#${kind}#${id}`, EVERYTHING));
  },
  ongoing: ({ pk }) => (effects as Effects).loadOngoing(pk?.S ?? ''),
  ledger: ({ pk }) => (effects as Effects).loadLedger(pk?.S ?? '', '0', '9'),
  snapshot: ({ pk, sk }) => (effects as Effects).loadSnapshot(pk?.S ?? '', sk?.S?.split('#')[1] ?? ''),
  quarantine: ({ pk }) => collect((effects as Effects).loadQuarantine(pk?.S ?? '')),
  state: () => (effects as Effects).loadConnection(),
  'known-feeds': () => (effects as Effects).loadKnownFeeds(),
  'seal-key': () => sealKey(stage.table, 'memory'),
};

test('the state of this version is kept, with items of all kinds', () => {
  expect(VERSIONS).toContain(`state-${SCHEMA}`);
  expect(new Set(PRESENT.items.map(kindOf))).toEqual(new Set(Object.keys(READERS)));
  expect(PRESENT.items.every(({ schema }) => schema?.N === String(SCHEMA))).toBe(true);
});

describe.each(Object.keys(READERS))('an item of the kind %s', (kind) => {
  const item = PRESENT.items.find((one) => kindOf(one) === kind) as Item;
  const read = READERS[kind] as (item: Item) => Promise<unknown>;
  const { schema: _, ...without } = item;

  test.each([
    [
      'a newer schema',
      { ...item, schema: { N: String(SCHEMA + 1) } },
      SCHEMA + 1,
      /newer version.*Nothing was changed/,
    ],
    ['an older schema', { ...item, schema: { N: '1' } }, 1, /before the first release.*--state NEW-DIRECTORY/],
    ['no schema', without, 'none', /before the first release.*deployment\.stackPrefix/],
  ])('of %s is refused with what to do', async (_name, changed, told, remedy) => {
    await stage.put(changed);

    await expect(read(item)).rejects.toMatchObject({
      code: 'state',
      message: `Item ${item.pk?.S} ${item.sk?.S} has schema ${told}; this version knows ${SCHEMA}.`,
      remedy: expect.stringMatching(remedy),
    });

    await stage.put(item);
    await expect(read(item)).resolves.toBeDefined();
  });
});

test('a feed whose checkpoint is of another schema fails, and changes nothing', async () => {
  const world = createWorld({ startFrom: START });
  await world.run({ effects });
  const [checkpoint] = (await stage.items()).filter(({ pk }) => pk?.S === 'memory/events/acme');
  const older = { ...checkpoint, schema: { N: '1' } };
  await stage.put(older);
  world.clock.advance(HOUR);

  const [report] = await world.run({ effects: await effectsOf(stage.table) });

  expect(report).toMatchObject({ state: 'failed', delivered: 0, error: { code: 'state' } });
  expect(report?.error?.remedy).toMatch(/Set startFrom/);
  expect((await stage.items()).filter(({ pk }) => pk?.S === 'memory/events/acme')).toContainEqual(older);
});

test('what a version did not record for evidence is unknown, and what it did record is shown', async () => {
  const own = await TestTable.open(vi.stubEnv);
  for (const item of PRESENT.items) await own.put(withoutEvidence(item));
  const world = createSavedWorld();
  world.clock.advance(savedAt(PRESENT) - world.now);
  const { effects: found } = world.invoke({ effects: await effectsOf(own.table) });
  const feed = world.feeds.find(({ name }) => name === 'memory/log/acme') as AnyFeed;
  const days = { from: Math.floor(START / DAY) * DAY, to: START + 2 * DAY };

  const { evidence, state } = await reportFeedStatus(found, feed, { days, evidence: { seenFor: 30 * DAY } });

  expect(state).toEqual({ name: 'reading' });
  expect(evidence).toMatchObject({ recordedSince: 'unknown', accessLost: [], moves: [] });
  const unknown = { vendor: 'unknown', missing: 'unknown', repaired: 'unknown', code: 'unknown' };
  expect(evidence?.days[0]).toMatchObject({ ...unknown, delivered: 12, late: 0, quarantined: 1 });
  await own.close();
});

/** An item as a version before would have written it. */
function withoutEvidence(item: Item): Item {
  if (item.state?.S === undefined) return item;
  const { verified: _, notes: __, since: ___, ...state } = JSON.parse(item.state.S) as Record<string, unknown>;
  const text = JSON.stringify(state, (key, value: unknown) =>
    key === 'code' && Array.isArray(value) ? undefined : value,
  );
  return { ...item, state: { S: text } };
}

describe.each(VERSIONS)('the saved %s', (version) => {
  test('goes on without loss and without repetition', async () => {
    const saved = load(version);
    const own = await TestTable.open(vi.stubEnv);
    for (const item of saved.items) await own.put(item);
    const world = createSavedWorld();
    world.clock.advance(savedAt(saved) - world.now);

    await playSecondPart(world, { effects: await effectsOf(own.table) });

    const delivered = world.delivered().map(deliveredOf);
    expect(delivered.length).toBeGreaterThan(100);
    const known = new Set(saved.delivered.map(({ event }) => event.id));
    expect(delivered.filter(({ event }) => known.has(event.id))).toEqual([]);
    expectAll(world, [...saved.delivered, ...delivered]);
    expect((await own.items()).every(({ schema }) => schema?.N === String(SCHEMA))).toBe(true);
    await own.close();
  });
});

/** Expects all that the vendor has ever shown, each record once. */
function expectAll(world: World, delivered: readonly Delivered[]): void {
  for (const name of ['acts', 'log', 'backlog']) {
    const rows = world.vendors.get(name)?.rows ?? [];
    const read = rows.filter(({ time, text }) => (name !== 'log' || time >= START - HOUR) && text.length < 1_000);
    const events = delivered.filter(({ event }) => event.dataset === `memory.${name}` && event.original !== undefined);
    expect(read.length).toBeGreaterThan(100);
    expect(takeCensus(read, events as never)).toMatchObject({ missing: [], invented: [] });
  }
  const sessions = delivered.filter(({ event }) => event.dataset === 'memory.sessions').map(({ message }) => message);
  const names = ['short-0', 'short-1', 'short-2', 'short-3', 'long'];
  expect(sessions.sort()).toEqual(names.flatMap((name) => [`${name} ended`, `${name} started`]).sort());
}
