import type { Source } from '../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { dollarsOf } from './bill.ts';
import { type Drawn, drawnFor } from './drawn.ts';
import type { Figures } from './figures.ts';
import { type MadeUp, madeUpConfig } from './made-up.ts';
import { spread } from './packed.ts';
import { amountText, dollars, type Report, reportOf, rowsOf } from './report.ts';
import type { Load } from './sums.ts';

interface Example extends MadeUp {
  readonly name: string;
  readonly load: Load;
}

const BYTES = 1_200;
const EXAMPLES: readonly Example[] = [
  { name: 'small', connections: 3, destinations: 1, load: { eventsPerDay: 10_000, bytes: BYTES } },
  { name: 'middle', connections: 30, destinations: 1, load: { eventsPerDay: 300_000, bytes: BYTES } },
  { name: 'large', connections: 1_000, destinations: 1, load: { eventsPerDay: 5_000_000, bytes: BYTES } },
];

/** What of an example is otherwise: in its configuration, or in what is drawn for it. */
interface Change {
  readonly made?: Partial<MadeUp>;
  readonly drawn?: Partial<Drawn>;
}

type Reporter = (example: Example, change?: Change) => Report;

/** The tables of docs/cost.md that tell dollars. */
export function costFigures(sources: readonly Source[]): Figures {
  const report: Reporter = (example, { made, drawn } = {}) =>
    reportOf(
      { ...drawnFor(madeUpConfig({ ...example, ...made }, sources), sources, DESTINATION_TYPES), ...drawn },
      example.load,
    );
  const reports = EXAMPLES.map((example) => ({ example, report: report(example) }));
  return {
    ...Object.fromEntries(reports.map(({ example, report: told }) => [example.name, rowsOf(told)])),
    examples: exampleRows(reports),
    dominant: dominantRows(reports),
    packing: packingRows(),
    levers: leverRows(EXAMPLES.at(-1) as Example, report),
  };
}

type Reports = readonly { readonly example: Example; readonly report: Report }[];

function exampleRows(reports: Reports): string[][] {
  return [
    ['example', 'connections', 'events a day', 'idle', 'packed', 'a record an event', 'for each connection'],
    ['---', '---:', '---:', '---:', '---:', '---:', '---:'],
    ...reports.map(({ example: { name, connections, load }, report: { idle, packed, single } }) => [
      name,
      String(connections),
      amountText(load.eventsPerDay),
      ...[idle, packed, single].map((sum) => dollars(sum.dollars)),
      dollars(packed.dollars / connections),
    ]),
  ];
}

const MOST_NAMED = 4;

function dominantRows(reports: Reports): string[][] {
  const largest = ({ items }: Report, when: 'idle' | 'packed') =>
    items.toSorted((one, other) => other[when] - one[when]).slice(0, MOST_NAMED);
  const told = (report: Report, when: 'idle' | 'packed') =>
    largest(report, when).map((item) => `${item.title} ${Math.round((100 * item[when]) / report[when].dollars)} %`);
  return [
    ['example', 'idle, most of it goes into', 'with its events'],
    ['---', '---', '---'],
    ...reports.map(({ example, report }) => [
      example.name,
      told(report, 'idle').join('; '),
      told(report, 'packed').join('; '),
    ]),
  ];
}

/** What one destination's Firehose costs for events of one stream that is read every five minutes. */
function packingRows(): string[][] {
  const runs = 288;
  const month = (bytes: number) => dollarsOf('firehose', (bytes * 30) / 1024 ** 3);
  return [
    ['events a day', 'events in a run that has any', 'records of it, packed', 'packed', 'a record an event', 'saved'],
    ['---:', '---:', '---:', '---:', '---:', '---:'],
    ...[100, 1_000, 10_000, 100_000, 1_000_000].map((events) => {
      const [many, one] = [spread(events, runs, BYTES, 'packed'), spread(events, runs, BYTES, 'single')];
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

/** Settings of `deployment`, away from their defaults. */
const SETTINGS = {
  logLevel: 'warn',
  logRetentionDays: 365,
  memoryMb: 1_024,
  seenDays: 365,
  archiveDays: 3_650,
  shards: 16,
};

function leverRows(example: Example, report: Reporter): string[][] {
  const usual = report(example).packed.dollars;
  const changes: [string, Change][] = [
    ['nothing', {}],
    ['every stream every minute', { made: { every: '1m' } }],
    ['every stream every 15 minutes', { made: { every: '15m' } }],
    ['every stream every hour', { made: { every: '1h' } }],
    ['no verification (there is no such setting)', { drawn: { verifications: [] } }],
    ['a second archive', { made: { destinations: 2 } }],
    ...Object.entries(SETTINGS).map(([name, value]): [string, Change] => [
      `\`${name}\` ${value}`,
      { made: { deployment: { [name]: value } } },
    ]),
  ];
  return [
    ['what is turned', 'idle', 'packed', 'more, or less'],
    ['---', '---:', '---:', '---:'],
    ...changes.map(([words, change]) => {
      const { idle, packed } = report(example, change);
      const more = packed.dollars - usual;
      const sign = more < 0 ? '-' : '+';
      return [
        words,
        dollars(idle.dollars),
        dollars(packed.dollars),
        more === 0 ? '' : `${sign}${dollars(Math.abs(more))}`,
      ];
    }),
  ];
}
