import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { jsonRows } from '../../functions/core/events/json/json-rows.ts';
import type { Change, Item, SnapshotStream } from '../../functions/core/model.ts';
import type { Checkpoint } from '../../functions/core/stored/checkpoint.ts';
import { DAY, type Duration, HOUR, type Instant, MILLISECOND } from '../../functions/core/time.ts';
import type { Reply } from './vendor.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/** A request for a page of the list. */
export interface InventoryRequest {
  readonly at: Instant;
  readonly page: number;
  readonly secretVersion: string;
  /** How many requests the list had got, this one included. */
  readonly number: number;
}

/** A list of things at the vendor, page by page under paths of their own (`/keys-0`, `/keys-1` ...), and its bad days. */
export class MemoryInventory {
  readonly things = new Map<string, unknown>();
  pageSize = 10;
  latency: Duration = 50 * MILLISECOND;
  readonly requests: InventoryRequest[] = [];
  /** Replies that are used up, first come first served, before pages are shown. */
  readonly replies: Reply[] = [];
  /** Asked about every request that met no such reply. */
  onRequest: ((request: InventoryRequest) => Reply | undefined) | undefined;
  readonly #world: World;
  readonly #name: string;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
    this.#serve(0);
  }

  /** Things `<name> 0`, `<name> 1` ... */
  add(count: number, name = 'thing', value: unknown = { level: 1 }): void {
    for (let at = 0; at < count; at++) this.things.set(`${name} ${at}`, value);
  }

  remove(count: number): void {
    for (const key of [...this.things.keys()].slice(0, count)) this.things.delete(key);
  }

  /** As a destination that knows all of it would have it. */
  get state(): Record<string, unknown> {
    return sorted(this.things);
  }

  /** What a page looks like now, for tests that cut it or put it elsewhere. */
  page(page: number): string {
    const things = [...this.things].slice(page * this.pageSize, (page + 1) * this.pageSize);
    const more = (page + 1) * this.pageSize < this.things.size;
    return JSON.stringify({ rows: things.map(([key, value]) => ({ key, value })), asks: more ? [page + 1] : [] });
  }

  #serve(page: number): void {
    this.#world.routes.set(`/${this.#name}-${page}`, (secretVersion) => {
      this.#serve(page + 1);
      const request = { at: this.#world.now, page, secretVersion, number: this.requests.length + 1 };
      this.requests.push(request);
      const reply = this.replies.shift() ?? this.onRequest?.(request);
      const text = (reply?.status ?? 200) < 300 ? this.page(page) : '';
      return { latency: this.latency, text, ...reply };
    });
  }
}

/** A snapshot stream over such a list. */
export function inventoryStream(name: string, own: Partial<SnapshotStream> = {}): SnapshotStream {
  return {
    kind: 'snapshot',
    name,
    title: 'Keys',
    thing: 'key',
    docs: 'https://memory.example/docs',
    enabled: true,
    every: HOUR,
    retention: 90 * DAY,
    needs: 'nothing',
    first: () => ({ url: `/${name}-0` }),
    read: (answer) => {
      const { rows, document } = jsonRows(answer, 'rows');
      const { asks } = document as unknown as { asks: readonly number[] };
      return { rows, asks: asks.map((page) => ({ url: `/${name}-${page}` })) };
    },
    items: ({ value }) => [value as Item],
    mapChange: ({ kind, key }) => ({ message: `${key} ${kind}`, event: { action: kind }, memory: { key } }),
    mapBaseline: (items) => ({ message: `${items.length} keys`, event: { kind: 'state', action: 'baseline' } }),
    ...own,
  };
}

/** A world with one such list, `keys`, beside the log. */
export function inventoryWorld({
  stream,
  ...options
}: Omit<WorldOptions, 'stream'> & { stream?: Partial<SnapshotStream> } = {}) {
  const snapshots = [inventoryStream('keys', stream), ...(options.source?.snapshots ?? [])];
  const world = createWorld({ ...options, source: { ...options.source, snapshots } });
  return { world, keys: new MemoryInventory(world, 'keys') };
}

/**
 * What a destination knows from the events alone, in the order in which they came: the last baseline, and the changes since.
 * A repeated event tells nothing new; a change of what the destination does not know to be so should not have been sent.
 */
export function toldBy(events: readonly EcsEvent[]): Record<string, unknown> | undefined {
  let told: Map<string, unknown> | undefined;
  for (const { event, memory } of onceEach(events)) {
    // What Tidemark tells of itself is no change.
    if (event.module === 'tidemark') continue;
    const original = JSON.parse(event.original ?? '') as readonly Item[] | Pick<Change, 'before' | 'after'>;
    if (isBaseline(original)) {
      told = new Map(original.map(({ key, value }) => [key, value]));
      continue;
    }
    const { key } = memory as { readonly key: string };
    const known = JSON.stringify(told?.get(key) ?? null);
    if (known !== JSON.stringify(original.before)) throw new Error(`${key} was ${known} and nothing else`);
    if (event.action === 'deleted') told?.delete(key);
    else told?.set(key, original.after);
  }
  return told && sorted(told);
}

/** Each event once, where it came first. Two events of one id must be one. */
function onceEach(events: readonly EcsEvent[]): EcsEvent[] {
  const byId = new Map<string, EcsEvent>();
  for (const event of events) {
    const known = byId.get(event.event.id) ?? event;
    if (JSON.stringify(known) !== JSON.stringify(event)) throw new Error(`${event.event.id} is two events`);
    byId.set(event.event.id, event);
  }
  return [...byId.values()];
}

function isBaseline(original: unknown): original is readonly Item[] {
  return Array.isArray(original);
}

function sorted(things: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...things].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Looks at every write of a feed's checkpoint that came about, and lists what is wrong: what it calls the snapshot must be
 * what every destination knows by then, and what it calls pending must be stored.
 */
export function watchSnapshots(world: World, feed: string): string[] {
  const { table } = world;
  const wrong: string[] = [];
  const write = table.write.bind(table);
  table.write = (about, item, ...rest) => {
    const result = write(about, item, ...rest);
    if (result === 'written' && about === feed)
      wrong.push(...[...check(item)].map((what) => `${item.version}: ${what}`));
    return result;
  };
  return wrong;

  function* check(item: Checkpoint): Generator<string> {
    if (item.kind !== 'snapshot') return yield `it is the checkpoint of a ${item.kind}`;
    const { snapshot, pending } = item;
    if (pending && !table.loadSnapshot(feed, pending.id)) yield `${pending.id} is pending and not stored`;
    if (!snapshot) return;
    const stored = table.loadSnapshot(feed, snapshot.id);
    if (stored === undefined) return yield `${snapshot.id} is not stored`;
    // Some of what is pending may have been told.
    if (pending) return;
    const things = new Map((JSON.parse(stored) as readonly Item[]).map(({ key, value }) => [key, value]));
    for (const { id } of world.destinations) {
      const told = toldBy(world.delivered(id));
      if (JSON.stringify(told) !== JSON.stringify(sorted(things))) yield `${id} does not know ${snapshot.id}`;
    }
  }
}
