import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { source } from '../../../../functions/sources/vbrick/source.ts';
import type { HeldQuery } from '../../../../simulators/simulator.ts';
import type { CollectionName } from '../../../../simulators/vbrick/content/collections.ts';
import { COLUMNS } from '../../../../simulators/vbrick/content/record.ts';
import { type RunningVbrick, simulator, type VbrickOptions } from '../../../../simulators/vbrick/simulator.ts';
import { type Bench, type BenchOptions, benchTest, type Subject } from '../../../e2e/bench.ts';
import { difference, readDelivered } from '../../../e2e/delivered.ts';

export const SECRET = simulator.demo.secretValue;

export const vbrick: Subject<VbrickOptions, RunningVbrick> = {
  source,
  streams: ['user-access'],
  // Our own sign-ins show in the log: here only after every test.
  vendor: { limit: 1_000_000, loginShownSeconds: 86_400 },
  settings: { requestsPerMinute: 6_000 },
  start: simulator.start,
  secretOf: ({ apiKey = SECRET.apiKey, secret = SECRET.secret }) => ({ apiKey, secret }),
  held: (running, query) => recordsOf(running, { collection: 'userAccess', ...query }),
};

export type VbrickBench = Bench<VbrickOptions, RunningVbrick>;
export type StartVbrick = (options?: BenchOptions<VbrickOptions>) => Promise<VbrickBench>;

/** A test that may start benches with a Vbrick Rev. */
export const test = benchTest(vbrick);

const COLLECTION_OF: Readonly<Record<string, CollectionName>> = {
  'user-access': 'userAccess',
  users: 'users',
  groups: 'groups',
  devices: 'devices',
  videos: 'videos',
  'scheduled-events': 'scheduledEvents',
};

/** What the simulator puts in the place of the usual columns when it is told to reorder them. */
const REORDERED = 'When,MessageKey,EntityId,EntityKey,CurrentState,PreviousState,Message,Principal'.split(',');

/** Every row of these streams' collections has reached every destination exactly once, and no two events of a stream share an id. */
export async function expectExactlyOnce(
  bench: VbrickBench,
  streams: readonly string[] = vbrick.streams,
): Promise<void> {
  const { events } = await readDelivered(bench.out, 'lake');
  const all: string[] = [];
  for (const stream of streams) {
    const held = bench.held({ collection: COLLECTION_OF[stream] ?? stream });
    const own = events.filter(({ tidemark }) => tidemark.feed === `vbrick/${stream}/${bench.id}`);
    const texts = own.map(({ event }) => event.original ?? '');
    expect({ [stream]: difference(texts, held) }).toEqual({ [stream]: { missing: [], extra: [] } });
    expect(new Set(own.map(({ event }) => event.id)).size).toBe(own.length);
    all.push(...held);
  }
  const { texts } = await readDelivered(bench.out, 'vault');
  expect({ vault: difference(texts, all) }).toEqual({ vault: { missing: [], extra: [] } });
}

/** The rows as records: the cells of the vendor's text under the names of its header row, or a line that is no row. */
function recordsOf(running: RunningVbrick, query: HeldQuery): string[] {
  const { csv = {}, json } = running.faults;
  const names = csv.reordered ? REORDERED : COLUMNS;
  return [...running.events(query)].map(({ text }) => {
    if (json !== undefined && text.startsWith('{')) return JSON.stringify(columnsOfJson(text));
    const cells = cellsOf(text);
    return JSON.stringify(cells ? Object.fromEntries(cells.map((cell, at) => [names[at] ?? 'column9', cell])) : text);
  });
}

function columnsOfJson(text: string): object {
  const record = Object.entries(JSON.parse(text)).map(([name, value]) => [
    name[0]?.toUpperCase() + name.slice(1),
    value,
  ]);
  return { ...Object.fromEntries(COLUMNS.map((name) => [name, ''])), ...Object.fromEntries(record) };
}

function cellsOf(line: string): string[] | undefined {
  try {
    const [cells = []] = parse(line, { relax_column_count: true });
    return cells.length < 7 ? undefined : cells;
  } catch {
    return undefined;
  }
}
