import { DAY, MINUTE } from '../../functions/core/time.ts';
import { cadence } from '../../lib/plan/plan-schedules.ts';
import type { Assumptions } from './assumed.ts';
import { dollarsOf, dollarsOfAll, dollarsOfQuery, freeOf, PRICE_IDS } from './bill.ts';
import type { Drawn } from './drawn.ts';
import { MEASURED } from './measured.ts';
import type { Packing } from './packed.ts';
import { LOOKED_UP, PRICES, type PriceId } from './price-list.ts';
import { type Amounts, amountsOf, dayOf, type Load } from './sums.ts';

/** What a month costs: with nothing happening, with events packed, and with one record an event. */
export interface Report {
  readonly items: readonly Item[];
  readonly idle: Sum;
  readonly packed: Sum;
  readonly single: Sum;
  /** Of the last seven days of the archive; not in the sums. */
  readonly query: number;
  readonly warnings: readonly string[];
  /** How many invocations run at once, on the average. */
  readonly atOnce: number;
}

export interface Item {
  readonly id: PriceId;
  readonly title: string;
  readonly unit: string;
  /** Dollars, and of how much. */
  readonly idle: number;
  readonly packed: number;
  readonly single: number;
  readonly amount: number;
}

export interface Sum {
  readonly dollars: number;
  /** What of that an account is not billed that has nothing else. */
  readonly free: number;
}

const DAY_SECONDS = 24 * 3_600;
/** What a new account has. */
const FEW_AT_ONCE = 10;
/** As often as all vendors' event logs are asked when nothing is set. */
const USUAL_EVERY = 5 * MINUTE;

export function reportOf(drawn: Drawn, load: Load, assumed: Assumptions = {}): Report {
  const day = (eventsPerDay: number, packing: Packing) =>
    dayOf(drawn, { ...load, eventsPerDay }, packing, assumed, MEASURED);
  const packedDay = day(load.eventsPerDay, 'packed');
  const [idle, packed, single] = [day(0, 'packed'), packedDay, day(load.eventsPerDay, 'single')].map((each) =>
    amountsOf(drawn, each, MEASURED),
  ) as [Amounts, Amounts, Amounts];
  const items = PRICE_IDS.map((id) => ({
    id,
    title: PRICES[id].title,
    unit: PRICES[id].unit,
    idle: dollarsOf(id, idle[id]),
    packed: dollarsOf(id, packed[id]),
    single: dollarsOf(id, single[id]),
    amount: packed[id],
  }));
  const atOnce = packedDay.seconds / DAY_SECONDS;
  return {
    items,
    idle: sumOf(idle),
    packed: sumOf(packed),
    single: sumOf(single),
    query: dollarsOfQuery(packedDay),
    warnings: [...hasty(drawn, items), ...crowded(atOnce)],
    atOnce,
  };
}

function sumOf(amounts: Amounts): Sum {
  return { dollars: dollarsOfAll(amounts), free: freeOf(amounts) };
}

/** What grows with how often is asked. */
const BY_RUN: readonly PriceId[] = [
  'lambdaRequests',
  'lambdaSeconds',
  'schedules',
  'tableReads',
  'tableWrites',
  'secretCalls',
  'logs',
];

/** To ask more often than every five minutes is told when it costs more than all the rest. */
function hasty({ runs }: Drawn, items: readonly Item[]): string[] {
  const often = Math.max(0, ...runs.map(({ aDay }) => aDay));
  const usual = DAY / USUAL_EVERY;
  if (often <= usual) return [];
  const cost = (of: readonly Item[]) => of.reduce((all, { idle }) => all + idle, 0);
  const [running, all] = [cost(items.filter(({ id }) => BY_RUN.includes(id))), cost(items)];
  if (running < all / 2) return [];
  return [
    `To ask every ${cadence(DAY / often)} costs ${dollars(running)} of the ${dollars(all)} that a month costs without any event; every 5m it would cost about ${dollars((running * usual) / often)}.`,
  ];
}

function crowded(atOnce: number): string[] {
  if (atOnce <= FEW_AT_ONCE) return [];
  return [
    `About ${Math.ceil(atOnce)} invocations run at once on the average; a new account may have no more than ${FEW_AT_ONCE}: see docs/scaling.md.`,
  ];
}

export function dollars(value: number): string {
  if (value === 0) return '$0';
  return value < 0.005 ? '< $0.01' : `$${value.toFixed(2)}`;
}

/** What it costs, item by item. */
export function rowsOf({ items, idle, packed, single }: Report): string[][] {
  const sums = [idle, packed, single];
  return [
    ['a month of 30 days', 'with events', 'idle', 'packed', 'a record an event'],
    ['---', '---:', '---:', '---:', '---:'],
    ...items
      .filter(({ amount }) => amount > 0)
      .map((item) => [
        item.title,
        `${amountText(item.amount)} ${item.unit}`,
        ...[item.idle, item.packed, item.single].map(dollars),
      ]),
    ['**all**', '', ...sums.map((sum) => `**${dollars(sum.dollars)}**`)],
    ['of that free, where nothing else takes it', '', ...sums.map(({ free }) => dollars(free))],
  ];
}

export function amountText(amount: number): string {
  if (amount >= 1_000_000) return `${(amount / 1_000_000).toFixed(2)} M`;
  if (amount >= 10_000) return `${(amount / 1_000).toFixed(1)} k`;
  if (Number.isInteger(amount)) return String(amount);
  return amount < 0.01 ? '< 0.01' : amount.toFixed(amount < 10 ? 2 : 0);
}

/** A table in Markdown, which is also good to read in a terminal. @param rows the second of them is the rule below the head */
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

export const NOTE = `List prices of us-east-1 as they were read on ${LOOKED_UP}; docs/cost.md says where, and which of them AWS itself has confirmed.`;
export const REGION_NOTE =
  'Other Regions differ by up to a half, mostly upwards, and each service by its own factor: ask the AWS Pricing Calculator about yours.';
