import type { Effects } from '../../functions/core/effects.ts';
import { findLeftFeeds } from '../../functions/core/invocation/left-feeds.ts';
import type { Row } from '../../functions/core/model.ts';
import { DAY, HOUR, type Instant, MINUTE, parseInstant, SECOND } from '../../functions/core/time.ts';
import { sealKey } from '../../functions/shell/table/seal-key.ts';
import { sipHash } from '../../functions/shell/table/sip-hash.ts';
import type { TableClient } from '../../functions/shell/table/table-client.ts';
import { tableEffects } from '../../functions/shell/table/table-effects.ts';
import { CheckpointMemory } from '../../functions/shell/warm/checkpoint-memory.ts';
import { inventoryStream, MemoryInventory } from '../memory/inventory.ts';
import { SessionLog, sessionStream } from '../memory/sessions.ts';
import { letterVisibility } from '../memory/source.ts';
import { type RunOptions, World } from '../memory/world.ts';

// A connection with a feed of each kind, which leaves an item of each kind in the table. Everything that the vendor will ever show
// is planned at the beginning, so that one program can play the first part and another one the second.

/** When the feeds begin is an hour before. */
export const START = parseInstant('2026-03-01T22:00:00Z') as Instant;
/** The range that backfills read. */
const PAST = { from: START - 3 * HOUR, to: START - HOUR };

/** The world before its first run. */
export function createSavedWorld(): World {
  const world = new World({
    start: START,
    startFrom: START - HOUR,
    login: true,
    visibility: letterVisibility,
    stream: { ...sessionStream(), name: 'sessions' },
    vendor: { pageSize: 5 },
    more: [
      { stream: { name: 'acts', recordKey, stableFields }, vendor: { ids: true, pageSize: 5 } },
      { stream: { name: 'log' }, vendor: { order: 'newest-first', pageSize: 5 } },
      { stream: { name: 'backlog' }, vendor: { pageSize: 5, latency: 5 * SECOND } },
    ],
    source: { snapshots: [inventoryStream('keys')] },
  });
  world.routes.set('/@visibility', () => ({ text: 'abc' }));
  new MemoryInventory(world, 'keys').add(3);
  planSessions(world);
  for (const name of ['acts', 'log', 'backlog']) planRows(world, name);
  return world;
}

function recordKey({ value }: Row) {
  const { id, date } = value as { id: string; date: string };
  return { id, content: date };
}

function stableFields({ value }: Row): string {
  return (value as { id: string }).id;
}

/** Sessions that have ended, and one that goes on when the state is saved. */
function planSessions(world: World): void {
  const sessions = new SessionLog(world, 'start');
  const told = (end: Instant) => ({ end, shownAt: 0, toldAt: end + MINUTE });
  for (let hour = 0; hour < 4; hour++) {
    const start = START - HOUR + hour * HOUR;
    sessions.add({ name: `short-${hour}`, start, ...told(start + 20 * MINUTE) });
  }
  sessions.add({ name: 'long', start: START + 10 * MINUTE, ...told(START + 3 * DAY) });
}

/** A row every twenty minutes for three days and some from before the feed began, twins and one without a time among them. */
function planRows(world: World, name: string): void {
  const vendor = world.vendors.get(name);
  for (let time = START - 3 * HOUR; time < START + 3 * DAY; time += 20 * MINUTE) {
    vendor?.add({ time, name: `row of ${name}`, visibleAt: time });
  }
  for (const _ of [1, 2]) vendor?.add({ time: START - 30 * MINUTE, name: 'twin', visibleAt: 0 });
  vendor?.add({ time: START - 20 * MINUTE, name: 'untimed', date: null, visibleAt: 0 });
  if (name === 'log') {
    vendor?.add({ time: START - 10 * MINUTE, name: 'large', fields: { text: 'x'.repeat(1_100_000) }, visibleAt: 0 });
  }
}

/** Plays the first part. At its end the state is saved. */
export async function playFirstPart(world: World, options: RunOptions): Promise<void> {
  const streams = ['sessions', 'acts', 'log', 'keys'];
  await world.run({ ...options, streams });
  const acts = { ...options, streams: ['acts'] };
  await world.run({ ...acts, act: { act: 'backfill', range: PAST } });
  await world.run({ ...acts, act: { act: 'backfill', range: PAST, resend: true } });
  for (let hours = 0; hours < 26; hours += 2) {
    world.clock.advance(2 * HOUR);
    await world.run({ ...options, streams });
  }
  await world.run({ ...options, streams: ['log'], act: { act: 'verify', range: { from: START - HOUR, to: START } } });
  await findLeftFeeds({
    effects: world.invoke(options).effects,
    source: world.source,
    configured: { acme: { sessions: '5m', acts: '5m' } },
    retired: [],
    tell: async () => true,
  });
  // A feed and a backfill are in the middle of their plans, with no time left.
  await world.run({ ...options, streams: ['backlog'], budget: 50 * SECOND });
  await world.run({ ...options, streams: ['backlog'], budget: 30 * SECOND, act: { act: 'backfill', range: PAST } });
}

/** Plays the second part: until everything that the vendor will ever show has been read. */
export async function playSecondPart(world: World, options: RunOptions): Promise<void> {
  await world.runUntilCaughtUp(options);
  await world.run({ ...options, streams: ['backlog'], act: { act: 'backfill', range: PAST } });
  world.clock.advance(START + 3 * DAY + HOUR - world.now);
  await world.runUntilCaughtUp(options);
}

/** The effects of a real table. */
export async function effectsOf(table: TableClient): Promise<Partial<Effects>> {
  const key = await sealKey(table, 'memory');
  return {
    ...tableEffects(table, new CheckpointMemory(), {
      connection: 'memory/@connection/acme',
      feeds: 'memory/@feeds',
      quarantineFor: 90 * DAY,
    }),
    seal: (id) => sipHash(key, Buffer.from(id)),
  };
}
