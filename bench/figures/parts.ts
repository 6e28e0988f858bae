import { type ConnectionChanges, deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import { Lab } from '../lab/lab.ts';
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
  const chosen = sources.filter(({ isReadInParts }) => isReadInParts);
  // One request after the other is nearly all waiting, so that all sources can wait at the same time.
  const alone = await Promise.all(
    chosen.map(async (source) => {
      const own = await Lab.open(lab.shop);
      return await seconds(own, source, {}).finally(() => own.close());
    }),
  );
  const rows: Row[] = [];
  for (const [at, source] of chosen.entries()) {
    const one = alone[at] as Timed;
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
    rows.push({ figure: 'parts', name: `${name}, requests`, value: more.requests, unit: 'sent' });
    rows.push({
      figure: 'parts',
      name: `${name}, requests in flight`,
      value: more.busyMs / (more.seconds * 1_000),
      unit: 'on average',
    });
  }
  return rows;
}

/** A backlog that was read. */
interface Timed {
  readonly seconds: number;
  /** Maximum number of requests in flight at a time. */
  readonly inFlight: number;
  readonly requests: number;
  /** Milliseconds for which the vendor had each request, added up. */
  readonly busyMs: number;
}

async function seconds(lab: Lab, source: BenchSource, changes: ConnectionChanges): Promise<Timed> {
  await lab.setLatency({ vendor: VENDOR_MS, delivery: 30, table: 5, secrets: 5 });
  const subject = await lab.startHandler(source, { environment: deliveringAs('raw') });
  try {
    const shape = logOf(PAGES * source.pageRows, RANGE);
    const delivered = await deliverLog(lab, source, { subject, shape, input: runOf(lab, source, changes) });
    const { most, calls, busyMs } = delivered.counters.vendor;
    return { seconds: delivered.measured.wall / 1_000, inFlight: most, requests: calls, busyMs };
  } finally {
    await subject.stop();
    await lab.setLatency({});
  }
}
