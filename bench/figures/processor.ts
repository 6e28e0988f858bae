import type { FormatId } from '../../functions/core/model.ts';
import { type Delivered, deliverByFloor, deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { FloorInput } from '../subjects/floor.ts';
import type { Bench, Figure } from './figure.ts';
import { inTurns, median } from './rounds.ts';

/** Processor time of an event in a backlog, for each source and format, and of the floors. */
export const processor: Figure = { name: 'cpu', inSmall: true, measure };

async function measure(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of bench.sources) rows.push(...(await measureSource(bench, source)));
  return rows;
}

async function measureSource({ lab, events, rounds, say }: Bench, source: BenchSource): Promise<Row[]> {
  const rowsOfLog = Math.round(events * source.share);
  const cases = new Map<string, () => Promise<Delivered>>();
  const formats = Object.keys(source.formats) as FormatId[];
  let flushes: Delivered['counters'] | undefined;
  for (const format of formats) {
    cases.set(format, async () => {
      const delivered = await backlog(lab, source, rowsOfLog, [format]);
      flushes = delivered.counters;
      return delivered;
    });
  }
  const kinds: readonly FloorInput['kind'][] = ['bare', 'hash', 'raw', 'ecs'];
  for (const kind of kinds) cases.set(`floor ${kind}`, () => floor(lab, source, rowsOfLog, { kind, like: flushes }));
  const results = await inTurns(rounds, cases);
  const costs = new Map([...results].map(([name, delivered]) => [name, costOf(delivered)]));
  say(`${source.id}: ${[...costs].map(([name, cost]) => `${name} ${cost.toFixed(1)}`).join(', ')} us an event`);
  return [
    ...kinds.map((kind) => row(source, `floor ${kind}`, costs)),
    ...formats.map((format) => ({
      ...row(source, format, costs),
      to: ratioTo(format === 'raw' ? 'floor raw' : 'floor ecs', format, costs),
      target: { most: source.formats[format] as number },
    })),
    ...formats.flatMap((format) => countedRows(source, format, results.get(format)?.[0] as Delivered)),
  ];
}

/** Delivers a backlog in these formats, in a new process. */
export async function backlog(
  lab: Lab,
  source: BenchSource,
  rows: number,
  formats: readonly FormatId[],
): Promise<Delivered> {
  const subject = await lab.startHandler(source, { environment: deliveringAs(...formats) });
  const how = { subject, shape: logOf(rows), input: runOf(lab, source), copies: formats.length };
  return await deliverLog(lab, source, how).finally(() => subject.stop());
}

/** @param like delivers as often as this; without it, after each page */
async function floor(
  lab: Lab,
  source: BenchSource,
  rows: number,
  { kind, like }: { readonly kind: FloorInput['kind']; readonly like: Delivered['counters'] | undefined },
): Promise<Delivered> {
  const subject = await lab.startFloor(source);
  // Small pages are not delivered one by one.
  const pagesAFlush = like ? Math.max(1, Math.floor(like.vendor.pages / like.delivery.calls)) : 1;
  return await deliverByFloor(lab, source, { subject, shape: logOf(rows), kind, pagesAFlush }).finally(() =>
    subject.stop(),
  );
}

/** Median of microseconds of the processor an event. */
export function costOf(delivered: readonly Delivered[]): number {
  return median(delivered.map(({ measured, events }) => (measured.processor * 1_000) / events));
}

function row({ id }: BenchSource, name: string, costs: ReadonlyMap<string, number>): Row {
  return { figure: 'cpu', name: `${id} ${name}`, value: costs.get(name) ?? 0, unit: 'us/event' };
}

function ratioTo(base: string, name: string, costs: ReadonlyMap<string, number>) {
  return { name: base, ratio: (costs.get(name) ?? 0) / (costs.get(base) ?? 1) };
}

/** What does not depend on the machine. */
function countedRows({ id, pageRows }: BenchSource, format: FormatId, { counters, events }: Delivered): Row[] {
  const name = `${id} ${format}`;
  const { delivery, table, vendor } = counters;
  const counted = true;
  return [
    {
      figure: 'billed',
      name,
      value: delivery.billed / delivery.bytes,
      unit: 'x sent',
      target: { most: 1.03 },
      counted,
    },
    { figure: 'bytes', name, value: delivery.bytes / events, unit: 'bytes/event' },
    {
      figure: 'table',
      name,
      value: table.calls / (events / 1_000),
      unit: 'calls/1,000 events',
      target: { most: 0.5 },
      counted,
    },
    {
      figure: 'requests',
      name,
      value: vendor.calls / Math.ceil(events / pageRows),
      unit: 'requests/page',
      target: { most: 1.1 },
      counted,
    },
  ];
}
