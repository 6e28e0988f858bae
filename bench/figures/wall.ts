import { deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Bench, Figure } from './figure.ts';

/** Time of a backlog over a network, to the time in which its pages alone can be asked for one after the other. */
export const wall: Figure = { name: 'wall', measure };

const LATENCY = { vendor: 100, delivery: 30, table: 5, secrets: 5 };
const PAGES = 100;

async function measure({ lab, sources, events }: Bench): Promise<Row[]> {
  const chosen = sources.length === 1 ? sources : sources.filter(({ share }) => share === 1);
  const rows: Row[] = [];
  for (const source of chosen) {
    rows.push(...(await measureSource(lab, source, Math.min(PAGES, Math.ceil(events / source.pageRows)))));
  }
  return rows;
}

async function measureSource(lab: Lab, source: BenchSource, pages: number): Promise<Row[]> {
  await lab.setLatency(LATENCY);
  const subject = await lab.startHandler(source, { environment: deliveringAs('ecs') });
  const how = { subject, shape: logOf(pages * source.pageRows), input: runOf(lab, source) };
  const { measured, counters } = await deliverLog(lab, source, how).finally(() => subject.stop());
  await lab.setLatency({});
  const name = `${source.id} ecs, ${pages} pages`;
  const to = { name: `${pages} x ${LATENCY.vendor} ms`, ratio: measured.wall / (pages * LATENCY.vendor) };
  const most = (service: 'vendor' | 'delivery' | 'table'): Row => ({
    figure: 'wall',
    name: `${name}: ${service} calls in flight`,
    value: counters[service].most,
    unit: 'at most',
  });
  return [
    { figure: 'wall', name, value: measured.wall / 1_000, unit: 's', to, target: { most: 1.2 } },
    most('vendor'),
    most('delivery'),
    most('table'),
  ];
}
