import type { Source } from '../../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { dollarsOf } from '../bill.ts';
import { type Drawn, drawnFor } from '../drawn.ts';
import { type MadeUp, madeUpConfig } from '../made-up.ts';
import { packed, spread } from '../packed.ts';
import { amountText, dollars, type Report, reportOf, rowsOf } from '../report.ts';
import type { Load } from '../sums.ts';
import type { Figures } from './figures.ts';

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

/** A change of an example: of its configuration, or of what is deployed for it. */
interface Change {
  readonly made?: Partial<MadeUp>;
  readonly drawn?: Partial<Drawn>;
}

type Reporter = (example: Example, change?: Change) => Report;

/** The tables of docs/cost.md with prices. */
export function costFigures(sources: readonly Source[]): Figures {
  const report: Reporter = (example, { made, drawn } = {}) =>
    reportOf(
      { ...drawnFor(madeUpConfig({ ...example, ...made }, sources), sources, DESTINATION_TYPES), ...drawn },
      example.load,
    );
  const reports = EXAMPLES.map((example) => ({ example, report: report(example) }));
  return {
    ...Object.fromEntries(reports.map(({ example, report: result }) => [example.name, rowsOf(result)])),
    examples: exampleRows(reports),
    dominant: dominantRows(reports),
    packing: packingRows(),
    rounding: roundingRows(),
    levers: leverRows(EXAMPLES.at(-1) as Example, report),
  };
}

type Reports = readonly { readonly example: Example; readonly report: Report }[];

function exampleRows(reports: Reports): string[][] {
  return [
    ['example', 'connections', 'events a day', 'idle', 'packed', 'one record per event', 'per connection'],
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

/** Maximum number of items that are named for an example. */
const NAMED_ITEMS = 4;

function dominantRows(reports: Reports): string[][] {
  const largest = ({ items }: Report, when: 'idle' | 'packed') =>
    items.toSorted((one, other) => other[when] - one[when]).slice(0, NAMED_ITEMS);
  const shares = (report: Report, when: 'idle' | 'packed') =>
    largest(report, when).map((item) => `${item.title} ${Math.round((100 * item[when]) / report[when].dollars)} %`);
  return [
    ['example', 'largest items, idle', 'largest items, with events'],
    ['---', '---', '---'],
    ...reports.map(({ example, report }) => [
      example.name,
      shares(report, 'idle').join('; '),
      shares(report, 'packed').join('; '),
    ]),
  ];
}

/** The price of Firehose for one destination and the events of one stream that is read every five minutes. */
function packingRows(): string[][] {
  const runsADay = 288;
  const month = (bytes: number) => dollarsOf('firehose', (bytes * 30) / 1024 ** 3);
  return [
    ['events a day', 'events per run with events', 'records of such a run', 'packed', 'one record per event', 'saved'],
    ['---:', '---:', '---:', '---:', '---:', '---:'],
    ...[100, 1_000, 10_000, 100_000, 1_000_000].map((events) => {
      const sent = spread(events, runsADay, BYTES);
      return [
        amountText(events),
        amountText(events / sent.busy),
        amountText(sent.records / sent.busy),
        dollars(month(sent.billedBytes)),
        dollars(month(sent.billedAlone)),
        `${Math.round(100 * (1 - sent.billedBytes / sent.billedAlone))} %`,
      ];
    }),
  ];
}

/** How many times the bytes that are sent are billed, for events of several sizes: a full flush of them. */
function roundingRows(): string[][] {
  const events = 1_000;
  return [
    ['bytes of an event', 'packed', 'one event a record'],
    ['---:', '---:', '---:'],
    ...[400, BYTES, 2_500, 5_100, 5_200, 20_000].map((bytes) => {
      const { billedBytes, billedAlone } = packed(events, bytes);
      return [String(bytes), ...[billedBytes, billedAlone].map((billed) => (billed / (events * bytes)).toFixed(2))];
    }),
  ];
}

/** Settings of `deployment` with values that are not the default. */
const SETTINGS = {
  logLevel: 'warn',
  logRetentionDays: 365,
  memoryMb: 1_024,
  seenDays: 365,
  archiveDays: 3_650,
  shards: 16,
};

function leverRows(example: Example, report: Reporter): string[][] {
  const unchanged = report(example).packed.dollars;
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
    ['change', 'idle', 'packed', 'difference'],
    ['---', '---:', '---:', '---:'],
    ...changes.map(([title, change]) => {
      const { idle, packed } = report(example, change);
      const difference = packed.dollars - unchanged;
      const sign = difference < 0 ? '-' : '+';
      return [
        title,
        dollars(idle.dollars),
        dollars(packed.dollars),
        difference === 0 ? '' : `${sign}${dollars(Math.abs(difference))}`,
      ];
    }),
  ];
}
