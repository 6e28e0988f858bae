import { type ConnectionChanges, deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Bench, Figure } from './figure.ts';

/** Time of a backlog from a slow vendor, with one and with more requests in flight. */
export const parts: Figure = { name: 'parts', measure };

const VENDOR_MS = 500;
const IN_FLIGHT = 4;
const HOUR = 3_600_000;
/** Four windows of a day, of which the first begins a little earlier. */
const RANGE = 94 * HOUR;
const PAGES = 60;

async function measure({ lab, sources, say }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const source of sources.filter(({ isReadInParts }) => isReadInParts)) {
    const one = await seconds(lab, source, {});
    const name = `${source.id}, ${PAGES} pages of ${VENDOR_MS} ms`;
    rows.push({ figure: 'parts', name: `${name}, 1 in flight`, value: one.seconds, unit: 's' });
    const more = await seconds(lab, source, { own: { requestsInFlight: IN_FLIGHT } }).catch((error: Error) => {
      if (!error.message.includes('requestsInFlight')) throw error;
      say(`${source.id}: a connection has no requestsInFlight yet.`);
    });
    if (!more) continue;
    rows.push({
      figure: 'parts',
      name: `${name}, ${IN_FLIGHT} in flight`,
      value: more.seconds,
      unit: 's',
      to: { name: 'times faster than 1', ratio: one.seconds / more.seconds },
      target: { least: 3 },
    });
    rows.push({ figure: 'parts', name: `${name}, requests in flight`, value: more.inFlight, unit: 'at most' });
  }
  return rows;
}

async function seconds(lab: Lab, source: BenchSource, changes: ConnectionChanges) {
  await lab.setLatency({ vendor: VENDOR_MS, delivery: 30, table: 5, secrets: 5 });
  const subject = await lab.startHandler(source, { environment: deliveringAs('raw') });
  try {
    const shape = logOf(PAGES * source.pageRows, RANGE);
    const delivered = await deliverLog(lab, source, { subject, shape, input: runOf(lab, source, changes) });
    return { seconds: delivered.measured.wall / 1_000, inFlight: delivered.counters.vendor.most };
  } finally {
    await subject.stop();
    await lab.setLatency({});
  }
}
