import { readFile } from 'node:fs/promises';
import type { Source } from '../../functions/core/model.ts';
import { planSchedules } from '../../lib/plan-schedules.ts';
import { ASSUMED } from './assumed.ts';
import { dollarsOf } from './bill.ts';
import type { Costs } from './costs.ts';
import { drawnFor } from './drawn.ts';
import { type MadeUp, madeUpConfig } from './made-up.ts';
import { MEASURED } from './measured.ts';
import { spread } from './packed.ts';
import { PRICES, QUERY } from './price-list.ts';
import { aligned, amountText, dollars, type Report, reportOf, table } from './report.ts';
import { dayOf, type Load } from './sums.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGES = ['docs/cost.md', 'docs/scaling.md'];

/** The pages about cost and scale, with the figures that the calculator gives now. */
export async function costPages(sources: readonly Source[]): Promise<Record<string, string>> {
  const blocks = blocksOf(sources);
  const filled = PAGES.map(async (path) => [path, fill(await readFile(new URL(path, ROOT), 'utf8'), blocks)] as const);
  return Object.fromEntries(await Promise.all(filled));
}

type Blocks = Readonly<Record<string, () => string>>;

/** Puts each block between its two marks. */
function fill(page: string, blocks: Blocks): string {
  return page.replace(
    /(<!-- figures: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const block = blocks[name];
      if (!block) throw new Error(`There are no figures ${name}.`);
      return `${begin}\n${block()}\n\n${end}`;
    },
  );
}

interface Example extends MadeUp {
  readonly name: string;
  readonly load: Load;
}

export const EXAMPLES = {
  small: { name: 'small', connections: 3, destinations: 1, load: { eventsPerDay: 10_000, bytes: 1_200 } },
  middle: { name: 'middle', connections: 30, destinations: 1, load: { eventsPerDay: 300_000, bytes: 1_200 } },
  large: { name: 'large', connections: 1_000, destinations: 1, load: { eventsPerDay: 5_000_000, bytes: 1_200 } },
} as const satisfies Record<string, Example>;

function blocksOf(sources: readonly Source[]): Blocks {
  const report = (example: Example, change: Partial<MadeUp> = {}, load: Partial<Load> = {}) =>
    reportOf(madeUpConfig({ ...example, ...change }, sources), sources, { ...example.load, ...load });
  const examples = Object.values(EXAMPLES);
  return {
    ...Object.fromEntries(examples.map((example) => [example.name, () => table(report(example))])),
    examples: () => aligned(exampleRows(examples, report)),
    dominant: () => aligned(dominantRows(examples, report)),
    packing: () => aligned(packingRows()),
    levers: () => aligned(leverRows(EXAMPLES.large, report)),
    prices: () => aligned(priceRows()),
    streams: () => aligned(streamRows()),
    assumed: () => aligned(assumedRows()),
    load: () => aligned(loadRows(sources)),
    shards: () => aligned(shardRows(sources)),
  };
}

type Reporter = (example: Example, change?: Partial<MadeUp>, load?: Partial<Load>) => Report;

function exampleRows(examples: readonly Example[], report: Reporter): string[][] {
  return [
    [
      'example',
      'connections',
      'events a day',
      'idle',
      'packed',
      'a record an event',
      'for a connection',
      'for a million events',
    ],
    ['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:'],
    ...examples.map((example) => {
      const { idle, packed: usual, single: wasteful } = report(example);
      const million = ((usual.dollars - idle.dollars) / (example.load.eventsPerDay * 30)) * 1_000_000;
      return [
        example.name,
        String(example.connections),
        amountText(example.load.eventsPerDay),
        dollars(idle.dollars),
        dollars(usual.dollars),
        dollars(wasteful.dollars),
        dollars(usual.dollars / example.connections),
        dollars(million),
      ];
    }),
  ];
}

const MOST_NAMED = 4;

function dominantRows(examples: readonly Example[], report: Reporter): string[][] {
  return [
    ['example', 'most of it goes into'],
    ['---', '---'],
    ...examples.map((example) => {
      const { items, packed: all } = report(example);
      const largest = items.toSorted((one, other) => other.packed - one.packed).slice(0, MOST_NAMED);
      const shares = largest.map(({ title, packed: part }) => `${title} ${Math.round((100 * part) / all.dollars)} %`);
      return [example.name, shares.join(', ')];
    }),
  ];
}

const BYTES = 1_200;

/** What one destination's Firehose costs for events of one stream that is read every five minutes. */
function packingRows(): string[][] {
  const runs = 288;
  return [
    [
      'events a day of a stream',
      'events in a run that has any',
      'records of it, packed',
      'Firehose, packed',
      'a record an event',
      'packing saves',
    ],
    ['---:', '---:', '---:', '---:', '---:', '---:'],
    ...[100, 1_000, 10_000, 100_000, 1_000_000].map((events) => {
      const [many, one] = [spread(events, runs, BYTES, 'packed'), spread(events, runs, BYTES, 'single')];
      const month = (bytes: number) => dollarsOf('firehose', (bytes * 30) / 1024 ** 3);
      return [
        amountText(events),
        amountText(events / many.busy),
        amountText(many.records / many.busy),
        dollars(month(many.billedBytes)),
        dollars(month(one.billedBytes)),
        `${Math.round(100 * (1 - many.billedBytes / one.billedBytes))} %`,
      ];
    }),
  ];
}

function leverRows(example: Example, report: Reporter): string[][] {
  const usual = report(example);
  const rows: [string, Partial<MadeUp>][] = [
    ['every stream every minute', { every: '1m' }],
    ['every stream every 15 minutes', { every: '15m' }],
    ['every stream every hour', { every: '1h' }],
    ['a second archive', { destinations: 2 }],
    ['`logLevel` warn', { deployment: { logLevel: 'warn' } }],
    ['`logRetentionDays` 365', { deployment: { logRetentionDays: 365 } }],
    ['`memoryMb` 1024', { deployment: { memoryMb: 1_024 } }],
    ['`seenDays` 365', { deployment: { seenDays: 365 } }],
    ['`archiveDays` 3650', { deployment: { archiveDays: 3_650 } }],
  ];
  return [
    ['what is turned', 'idle', 'packed', 'more or less'],
    ['---', '---:', '---:', '---:'],
    ['nothing', dollars(usual.idle.dollars), dollars(usual.packed.dollars), ''],
    ...rows.map(([words, change]) => {
      const { idle, packed: turned } = report(example, change);
      const more = turned.dollars - usual.packed.dollars;
      return [
        words,
        dollars(idle.dollars),
        dollars(turned.dollars),
        `${more < 0 ? '-' : '+'}${dollars(Math.abs(more))}`,
      ];
    }),
  ];
}

function priceRows(): string[][] {
  return [
    ['what', 'price', 'free in a month', 'said by', 'where'],
    ['---', '---:', '---:', '---', '---'],
    ...Object.values(PRICES).map((price) => [
      price.title,
      `$${price.dollars} for ${price.per === 1 ? `1 ${price.unit}` : `${price.per.toLocaleString('en')} ${price.unit}`}`,
      'free' in price ? price.free.toLocaleString('en') : '',
      price.saidBy,
      price.source,
    ]),
    ['Athena', `$${QUERY.dollarsPerTerabyte} for 1 TB read, at least 10 MB a query`, '', QUERY.saidBy, QUERY.source],
  ];
}

function streamRows(): string[][] {
  const cells = ({ reads, writes, vendorCalls, logBytes }: Costs) =>
    [reads, writes, vendorCalls, Math.round(logBytes)].map(String);
  return [
    [
      'stream',
      'reads a run',
      'writes',
      'requests',
      'bytes of log',
      'reads, a day verified',
      'writes',
      'requests',
      'bytes of log',
    ],
    ['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:'],
    ...Object.entries(MEASURED.streams).map(([name, { run, verifyDay }]) => [
      name,
      ...cells(run),
      ...(verifyDay ? cells(verifyDay) : ['', '', '', '']),
    ]),
  ];
}

function assumedRows(): string[][] {
  return [
    ['assumed', 'what'],
    ['---:', '---'],
    ...Object.values(ASSUMED).map(({ value, words }) => [String(value), words]),
  ];
}

const SECONDS_A_DAY = 24 * 3_600;

/** What a deployment asks of an account, on the average of a day. */
function loadRows(sources: readonly Source[]): string[][] {
  const columns = [30, 1_000, 3_000].map((connections) => {
    const drawn = drawnFor(madeUpConfig({ connections, destinations: 1 }, sources), sources);
    return [0, connections * 5_000].map((eventsPerDay) => ({
      connections,
      eventsPerDay,
      drawn,
      day: dayOf(drawn, { eventsPerDay, bytes: BYTES }, 'packed', {}, MEASURED),
    }));
  });
  const all = columns.flat();
  const rate = (amount: number) => amountText(amount / SECONDS_A_DAY);
  const largestCensus = (censuses: readonly { readonly feeds: number }[]) =>
    Math.max(...censuses.map(({ feeds }) => feeds));
  return [
    ['connections', ...all.map(({ connections }) => String(connections))],
    ['---', ...all.map(() => '---:')],
    ['events a day', ...all.map(({ eventsPerDay }) => amountText(eventsPerDay))],
    ['invocations a second', ...all.map(({ day }) => rate(day.invocations))],
    ['running at once', ...all.map(({ day }) => rate(day.seconds))],
    ['DynamoDB read units a second', ...all.map(({ day }) => rate(day.costs.reads))],
    ['DynamoDB write units a second', ...all.map(({ day }) => rate(day.costs.writes))],
    ['Secrets Manager calls a second', ...all.map(({ day }) => rate(day.costs.secretCalls))],
    ['KiB a second into the Firehose streams of a destination', ...all.map(({ day }) => rate(day.bytes / 1024))],
    ['checkpoints in the largest census', ...all.map(({ drawn }) => String(largestCensus(drawn.censuses)))],
  ];
}

/** How schedules lie in shards. */
function shardRows(sources: readonly Source[]): string[][] {
  return [
    [
      'connections',
      'shards',
      'schedules',
      'in the fullest shard',
      'in the emptiest',
      'characters of the largest input',
    ],
    ['---:', '---:', '---:', '---:', '---:', '---:'],
    ...(
      [
        [30, 1],
        [150, 1],
        [1_000, 8],
        [3_000, 24],
      ] as const
    ).map(([connections, shards]) => {
      const config = madeUpConfig({ connections, destinations: 1, deployment: { shards } }, sources);
      const planned = planSchedules(config, sources);
      const counts = planned.map(({ length }) => length);
      const inputs = planned.flat().map(({ input }) => JSON.stringify(input).length);
      return [
        connections,
        shards,
        counts.reduce((sum, count) => sum + count, 0),
        Math.max(...counts),
        Math.min(...counts),
        Math.max(...inputs),
      ].map(String);
    }),
  ];
}
