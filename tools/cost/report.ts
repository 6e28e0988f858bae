import { DAY, MINUTE } from '../../functions/core/time.ts';
import { cadence } from '../../lib/plan/plan-schedules.ts';
import type { Assumptions } from './assumed.ts';
import { dollarsOf, dollarsOfAll, dollarsOfQuery, freeOf, PRICE_IDS } from './bill.ts';
import { total } from './costs.ts';
import type { Drawn } from './drawn.ts';
import { MEASURED } from './measured.ts';
import { LOOKED_UP, PRICES, type PriceId } from './price-list.ts';
import { type Amounts, amountsOf, DAYS, type Day, dayOf, type Load } from './sums.ts';

/**
 * The cost of a month: without events, with events that are packed for the destinations that take packed records, and with one
 * record for each event everywhere.
 */
export interface Report {
  readonly items: readonly Item[];
  readonly idle: Sum;
  readonly packed: Sum;
  readonly single: Sum;
  /** Price of a query of the last seven days. Not in the sums. */
  readonly query: number;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** Average number of invocations that run at the same time. */
  readonly atOnce: number;
}

export interface Item {
  readonly id: PriceId;
  readonly title: string;
  readonly unit: string;
  /** Dollars. */
  readonly idle: number;
  readonly packed: number;
  readonly single: number;
  /** The amount behind `packed`, in `unit`. */
  readonly amount: number;
}

export interface Sum {
  readonly dollars: number;
  /** The part that is free in an account that contains nothing else. */
  readonly free: number;
}

const DAY_SECONDS = 24 * 3_600;
/** Lambda concurrency of a new account. */
const NEW_ACCOUNT_CONCURRENCY = 10;
/** Default interval of event streams. */
const DEFAULT_EVERY = 5 * MINUTE;

export function reportOf(drawn: Drawn, load: Load, assumptions: Assumptions = {}): Report {
  const dayWith = (eventsPerDay: number) =>
    dayOf({ drawn, load: { ...load, eventsPerDay }, assumptions, measured: MEASURED });
  const day = dayWith(load.eventsPerDay);
  const amounts = (onePerRecord: number) =>
    amountsOf({ ...drawn, destinations: { ...drawn.destinations, onePerRecord } }, day, MEASURED);
  const idle = amountsOf(drawn, dayWith(0), MEASURED);
  const packed = amounts(drawn.destinations.onePerRecord);
  const single = amounts(drawn.destinations.all - drawn.destinations.tables.length);
  const items = PRICE_IDS.map((id) => ({
    id,
    title: PRICES[id].title,
    unit: PRICES[id].unit,
    idle: dollarsOf(id, idle[id]),
    packed: dollarsOf(id, packed[id]),
    single: dollarsOf(id, single[id]),
    amount: packed[id],
  }));
  const atOnce = day.seconds / DAY_SECONDS;
  return {
    items,
    idle: sumOf(idle),
    packed: sumOf(packed),
    single: sumOf(single),
    query: dollarsOfQuery(day),
    warnings: [...intervalWarnings(drawn, items), ...concurrencyWarnings(atOnce)],
    notes: packingNotes(drawn, day),
    atOnce,
  };
}

function sumOf(amounts: Amounts): Sum {
  return { dollars: dollarsOfAll(amounts), free: freeOf(amounts) };
}

/** Says what destinations cost that take one event a record: the size of each is rounded up. */
function packingNotes({ destinations: { all, onePerRecord } }: Drawn, { bytes, flows }: Day): string[] {
  if (onePerRecord === 0 || bytes === 0) return [];
  const billed = (name: 'billedBytes' | 'billedAlone') => {
    const month = (total(flows.map((flow) => flow[name])) * DAYS) / 1024 ** 3;
    return `${amountText((month * 1024 ** 3) / (bytes * DAYS))} times the bytes that are sent, ${dollars(dollarsOf('firehose', month))} a month each`;
  };
  return [
    `Destinations that take one event a record: ${onePerRecord} of ${all}. Firehose bills ${billed('billedAlone')}; in packed records it would be ${billed('billedBytes')}.`,
  ];
}

/** Items that grow with the number of runs. */
const ITEMS_BY_RUN: readonly PriceId[] = [
  'lambdaRequests',
  'lambdaSeconds',
  'schedules',
  'tableReads',
  'tableWrites',
  'secretCalls',
  'logs',
];

/** Warns about an interval below the default if the runs cost more than everything else. */
function intervalWarnings({ runs }: Drawn, items: readonly Item[]): string[] {
  const runsADay = Math.max(0, ...runs.map(({ aDay }) => aDay));
  const defaultRunsADay = DAY / DEFAULT_EVERY;
  if (runsADay <= defaultRunsADay) return [];
  const cost = (of: readonly Item[]) => of.reduce((all, { idle }) => all + idle, 0);
  const [running, all] = [cost(items.filter(({ id }) => ITEMS_BY_RUN.includes(id))), cost(items)];
  if (running < all / 2) return [];
  return [
    `To ask every ${cadence(DAY / runsADay)} costs ${dollars(running)} of the ${dollars(all)} that a month costs without any event; every 5m it would cost about ${dollars((running * defaultRunsADay) / runsADay)}.`,
  ];
}

function concurrencyWarnings(atOnce: number): string[] {
  if (atOnce <= NEW_ACCOUNT_CONCURRENCY) return [];
  return [
    `On average about ${Math.ceil(atOnce)} invocations run at the same time; a new account may be limited to ${NEW_ACCOUNT_CONCURRENCY}: see docs/scaling.md.`,
  ];
}

export function dollars(value: number): string {
  if (value === 0) return '$0';
  return value < 0.005 ? '< $0.01' : `$${value.toFixed(2)}`;
}

/** The cost, item by item. */
export function rowsOf({ items, idle, packed, single }: Report): string[][] {
  const sums = [idle, packed, single];
  return [
    ['a month of 30 days', 'amount with events', 'idle', 'packed', 'one record per event'],
    ['---', '---:', '---:', '---:', '---:'],
    ...items
      .filter(({ amount }) => amount > 0)
      .map((item) => [
        item.title,
        `${amountText(item.amount)} ${item.unit}`,
        ...[item.idle, item.packed, item.single].map(dollars),
      ]),
    ['**total**', '', ...sums.map((sum) => `**${dollars(sum.dollars)}**`)],
    ['free part of it, if nothing else uses it', '', ...sums.map(({ free }) => dollars(free))],
  ];
}

export function amountText(amount: number): string {
  if (amount >= 1_000_000) return `${(amount / 1_000_000).toFixed(2)} M`;
  if (amount >= 10_000) return `${(amount / 1_000).toFixed(1)} k`;
  if (Number.isInteger(amount)) return String(amount);
  return amount < 0.01 ? '< 0.01' : amount.toFixed(amount < 10 ? 2 : 0);
}

/**
 * A Markdown table that is also readable in a terminal.
 *
 * @param rows the second row is the line below the header
 */
export function aligned(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row, at) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      const right = rows[1]?.[column]?.endsWith(':') ?? false;
      if (at === 1) return `${'-'.repeat(right ? width - 1 : width)}${right ? ':' : ''}`;
      return right ? cell.padStart(width) : cell.padEnd(width);
    });
    return `| ${cells.join(' | ')} |`;
  });
  return lines.join('\n');
}

export const NOTE = `List prices of us-east-1, read on ${LOOKED_UP}. docs/cost.md names their sources, and which of them AWS itself states.`;
export const REGION_NOTE =
  'Other Regions differ by up to a half, usually upwards, with a different factor for each service: use the AWS Pricing Calculator for yours.';
