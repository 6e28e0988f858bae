import type { Counters } from '../endpoints/messages.ts';
import { deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import type { Row } from '../report/row.ts';
import type { Bench, Figure } from './figure.ts';

/** Time of a backlog over a network: 100 pages. */
export const wall: Figure = { name: 'wall', measure };

const LATENCY = { vendor: 100, delivery: 30, table: 5, secrets: 5 };
const PAGES = 100;

async function measure({ lab, sources, events, say }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of sources.filter(({ pageRows, formats }) => formats.ecs !== undefined && pageRows >= 1_000)) {
    const pages = Math.min(PAGES, Math.ceil(events / source.pageRows));
    await lab.setLatency(LATENCY);
    const subject = await lab.startHandler(source, { environment: deliveringAs('ecs') });
    const shape = logOf(pages * source.pageRows);
    const { measured, counters } = await deliverLog(lab, source, { subject, shape, input: runOf(lab, source) }).finally(
      () => subject.stop(),
    );
    await lab.setLatency({});
    const floor = pages * LATENCY.vendor;
    say(
      `${source.id}: ${pages} pages in ${measured.wall.toFixed(0)} ms, in flight ${JSON.stringify(inFlight(counters))}`,
    );
    rows.push({
      figure: 'wall',
      name: `${source.id} ecs, ${pages} pages`,
      value: measured.wall / 1_000,
      unit: 's',
      to: { name: `${pages} x ${LATENCY.vendor} ms`, ratio: measured.wall / floor },
      target: { most: 1.2 },
    });
  }
  return rows;
}

function inFlight(counters: Counters) {
  return Object.fromEntries(Object.entries(counters).map(([name, { most }]) => [name, most]));
}
