import type { FormatId } from '../../functions/core/model.ts';
import type { Counters, LogShape } from '../endpoints/messages.ts';
import type { BenchSource } from '../sources/find.ts';
import type { FloorInput } from '../subjects/floor.ts';
import type { Measured } from '../subjects/messages.ts';
import type { Environment, Lab, Subject } from './lab.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** An ordinary Tuesday. */
const START = Date.UTC(2026, 2, 3);
/** Less than a day, so that a backlog with its overlap is one window. */
const USUAL_RANGE = 20 * HOUR;
/** Longer than any stream needs before a window may end. */
const SETTLED = 10 * MINUTE;

/** What was measured while a backlog was delivered. */
export interface Delivered {
  readonly measured: Measured;
  readonly counters: Counters;
  readonly events: number;
}

/** A log with so many rows. */
export function logOf(rows: number, range = USUAL_RANGE): LogShape {
  return { from: START, to: START + range, rows };
}

/** The time at which everything in a log has settled. */
export function settledAfter({ to }: LogShape): number {
  return to + SETTLED;
}

/** The environment of a function that delivers in these formats. */
export function deliveringAs(...formats: readonly FormatId[]): Environment {
  const destinations = formats.map((format) => ({ id: format, deliveryStream: format, heldFor: 0, shape: { format } }));
  return {
    TIDEMARK_TABLE: 'bench',
    TIDEMARK_SEEN_DAYS: '30',
    TIDEMARK_LOG_LEVEL: 'info',
    TIDEMARK_DESTINATIONS: JSON.stringify(destinations),
  };
}

/** Differences of a connection from the usual one. */
export interface ConnectionChanges {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly timing?: Readonly<Record<string, unknown>>;
  /** More of the connection's own properties. */
  readonly own?: Readonly<Record<string, unknown>>;
}

/** The input of a scheduled run of the source's stream. */
export function runOf(lab: Lab, source: BenchSource, { settings, timing, own }: ConnectionChanges = {}) {
  const startFrom = new Date(START - HOUR).toISOString();
  return {
    connection: {
      id: 'bench',
      source: source.id,
      origin: lab.originOf(source),
      settings: { ...source.settings, ...settings },
      streams: { [source.stream]: { startFrom, ...timing } },
      ...own,
    },
    streams: [source.stream],
  };
}

/**
 * Lets a function deliver a whole log. Before it is measured, it has run once without rows: so it is warm, and knows what it looks up
 * once a day.
 */
export async function deliverLog(
  lab: Lab,
  source: BenchSource,
  how: { readonly subject: Subject; readonly shape: LogShape; readonly input: object; readonly copies?: number },
): Promise<Delivered> {
  const { subject, shape, input, copies = 1 } = how;
  const latency = lab.latency;
  await lab.setLatency({});
  await lab.order({ ask: 'empty table' });
  await lab.order({ ask: 'log', source: source.id, shape });
  caughtUp(await lab.call(subject, { input, at: START - SETTLED }));
  await lab.setLatency(latency);
  await lab.counters();
  const measured = await lab.call(subject, { input, at: settledAfter(shape) });
  caughtUp(measured);
  const counters = await lab.counters();
  if (counters.delivery.lines !== shape.rows * copies)
    throw new Error(
      `${source.id}: of ${shape.rows} rows, ${counters.delivery.lines} lines were delivered, not ${copies} each.`,
    );
  return { measured, counters, events: shape.rows };
}

/** Lets the floor of a source deliver a whole log. It, too, has run once before. */
export async function deliverByFloor(
  lab: Lab,
  source: BenchSource,
  how: {
    readonly subject: Subject;
    readonly shape: LogShape;
    readonly kind: FloorInput['kind'];
    readonly pagesAFlush: number;
  },
): Promise<Delivered> {
  const { subject, shape, kind, pagesAFlush } = how;
  const input: FloorInput = {
    origin: lab.originOf(source),
    from: new Date(shape.from).toISOString(),
    to: new Date(shape.to).toISOString(),
    headers: { authorization: 'Bearer bench' },
    kind,
    pagesAFlush,
  };
  await lab.order({ ask: 'log', source: source.id, shape: { ...shape, rows: 0 } });
  await lab.call(subject, { input, at: shape.from });
  await lab.order({ ask: 'log', source: source.id, shape });
  await lab.counters();
  const measured = await lab.call(subject, { input, at: settledAfter(shape) });
  const counters = await lab.counters();
  if (counters.delivery.lines !== shape.rows)
    throw new Error(`The floor of ${source.id} delivered ${counters.delivery.lines}.`);
  return { measured, counters, events: shape.rows };
}

/** Checks that a run did all there was to do. */
export function caughtUp({ answer }: Measured): void {
  const { feeds = [] } = answer as { feeds?: readonly { state: string }[] };
  const wrong = feeds.find(({ state }) => state !== 'caught-up');
  if (wrong || feeds.length === 0) throw new Error(`A run did not catch up: ${JSON.stringify(wrong)}`);
}
