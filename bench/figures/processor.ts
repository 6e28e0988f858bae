import type { FormatId } from '../../functions/core/model.ts';
import { type Delivered, deliverByFloor, deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { FloorInput } from '../subjects/floor.ts';
import { countedRows } from './counted.ts';
import type { Bench, Figure } from './figure.ts';
import { inTurns, median } from './rounds.ts';

/** Processor time of an event in a backlog, for each source and format, and of the floors. */
export const processor: Figure = { name: 'cpu', inSmall: true, measure };

const FLOORS: readonly FloorInput['kind'][] = ['bare', 'hash', 'raw', 'ecs'];
/** Two destinations, where a source is measured in both formats. */
const PAIR: readonly FormatId[] = ['ecs', 'ocsf'];
/** Formats whose ratios are far from their limits: they are measured once. */
const DEARER: readonly FormatId[] = ['cef', 'ocsf'];
const MOST_FOR_PAIR = 1.5;
/** Floors commit after each page, unless pages are small. */
const SMALL_PAGE = 500;

type Costs = ReadonlyMap<string, number>;

async function measure(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of bench.sources) rows.push(...(await measureSource(bench, source)));
  return rows;
}

async function measureSource({ lab, events, rounds, isSmall, say }: Bench, source: BenchSource): Promise<Row[]> {
  const count = Math.round(events * source.share);
  const formats = Object.keys(source.formats) as FormatId[];
  const pair = PAIR.every((format) => formats.includes(format)) && !isSmall ? [PAIR] : [];
  const cases = new Map<string, () => Promise<Delivered>>();
  let pagesAFlush = 1;
  for (const together of [...formats.map((format) => [format]), ...pair]) {
    cases.set(together.join(' + '), async () => {
      const delivered = await deliver(lab, source, count, together);
      const { vendor, delivery } = delivered.counters;
      if (source.pageRows < SMALL_PAGE) pagesAFlush = Math.max(1, Math.floor(vendor.pages / delivery.calls));
      return delivered;
    });
  }
  for (const kind of FLOORS) {
    cases.set(`floor ${kind}`, () => deliverFloor(lab, source, count, { kind, pagesAFlush }));
  }
  const results = await inTurns(rounds, cases, ['floor bare', 'floor hash', ...DEARER, PAIR.join(' + ')]);
  const costs: Costs = new Map([...results].map(([name, all]) => [name, median(all.map(costOf))]));
  say(`${source.id}: ${[...costs].map(([name, cost]) => `${name} ${cost.toFixed(1)}`).join(', ')} us an event`);
  const first = (name: string) => results.get(name)?.[0] as Delivered;
  const own = (name: string) => ({
    figure: 'cpu',
    name: `${source.id} ${name}`,
    value: costs.get(name) ?? 0,
    unit: 'us/event',
  });
  return [
    ...FLOORS.map((kind) => own(`floor ${kind}`)),
    ...formats.map((format): Row => {
      const base = format === 'raw' ? 'floor raw' : 'floor ecs';
      return { ...own(format), to: ratio(costs, format, base), target: { most: source.formats[format] as number } };
    }),
    ...pair.map((together): Row => {
      const dearer = together.toSorted((one, other) => (costs.get(other) ?? 0) - (costs.get(one) ?? 0))[0] as string;
      const name = together.join(' + ');
      return { ...own(name), to: ratio(costs, name, dearer), target: { most: MOST_FOR_PAIR } };
    }),
    ...formats.map((format): Row => {
      const peaks = results.get(format)?.map(({ measured }) => measured.peak) ?? [];
      return { ...own(format), figure: 'peak', value: Math.max(...peaks), unit: 'MB' };
    }),
    ...formats.flatMap((format) =>
      countedRows({
        source,
        format,
        isSmall,
        delivered: first(format),
        floor: first(`floor ${format === 'raw' ? 'raw' : 'ecs'}`),
      }),
    ),
  ];
}

/** Delivers a backlog in these formats, in a new process. */
async function deliver(lab: Lab, source: BenchSource, rows: number, formats: readonly FormatId[]): Promise<Delivered> {
  const subject = await lab.startHandler(source, { environment: deliveringAs(...formats) });
  const how = { subject, shape: logOf(rows), input: runOf(lab, source), copies: formats.length };
  return await deliverLog(lab, source, how).finally(() => subject.stop());
}

async function deliverFloor(
  lab: Lab,
  source: BenchSource,
  rows: number,
  work: Pick<FloorInput, 'kind' | 'pagesAFlush'>,
): Promise<Delivered> {
  const subject = await lab.startFloor(source);
  return await deliverByFloor(lab, source, { subject, shape: logOf(rows), ...work }).finally(() => subject.stop());
}

/** Microseconds of the processor an event. */
function costOf({ measured, events }: Delivered): number {
  return (measured.processor * 1_000) / events;
}

function ratio(costs: Costs, name: string, base: string) {
  return { name: base, ratio: (costs.get(name) ?? 0) / (costs.get(base) ?? 1) };
}
