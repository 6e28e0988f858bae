import type { FeedStatusReport } from '../../../functions/core/invocation/feed-status.ts';
import type { HeatDay, HeatHour, HeatMap } from '../api-types.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;
const DAY_MS = HOURS * HOUR_MS;
/** Number of steps of colour. */
const STEPS = 5;
/** From here on, a busy hour would leave all others in the first step. */
const MUCH_MORE = 20;

/** Counts of one hour: in total, and for each destination. */
interface Count {
  events: number;
  readonly destinations: Record<string, number>;
}

/**
 * The ledgers of some feeds as one map of days and hours (UTC).
 *
 * @param now milliseconds since 1970
 */
export function heatMapOf(looks: readonly FeedStatusReport[], days: number, now: number): HeatMap {
  const counts = new Map<string, Count>();
  const destinations = new Set<string>();
  for (const { ledger } of looks) {
    for (const { hour, events, destinations: each } of ledger.flatMap(({ hours }) => hours)) {
      const count = counts.get(hour) ?? { events: 0, destinations: {} };
      counts.set(hour, count);
      count.events += events;
      for (const [id, one] of Object.entries(each)) {
        destinations.add(id);
        count.destinations[id] = (count.destinations[id] ?? 0) + one.events;
      }
    }
  }
  const ids = [...destinations].sort();
  const reach = reachOf(looks);
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const rows = Array.from({ length: days }, (_, back) => dayOf(today - back * DAY_MS, { counts, ids, reach }));
  return { days: rows, destinations: ids, bounds: boundsOf(rows) };
}

interface Known {
  readonly counts: ReadonlyMap<string, Count>;
  readonly ids: readonly string[];
  readonly reach: { readonly from: number; readonly to: number };
}

function dayOf(midnight: number, { counts, ids, reach }: Known): HeatDay {
  const hours = Array.from({ length: HOURS }, (_, at): HeatHour => {
    const start = midnight + at * HOUR_MS;
    const count = counts.get(new Date(start).toISOString().slice(0, 13));
    if (!count) return { events: 0, reach: start < reach.from ? 'none' : start >= reach.to ? 'future' : 'read' };
    const lacks = ids.some((id) => (count.destinations[id] ?? 0) < count.events);
    const lacking = Object.fromEntries(ids.map((id) => [id, count.destinations[id] ?? 0]));
    return { events: count.events, reach: 'read', ...(lacks && { lacking }) };
  });
  const total = hours.reduce((sum, { events }) => sum + events, 0);
  return { day: new Date(midnight).toISOString().slice(0, 10), hours, total };
}

/** The range that the feeds have read: from where the first one began, up to where the last one has come. In milliseconds. */
function reachOf(looks: readonly FeedStatusReport[]): { from: number; to: number } {
  const began = looks.flatMap(({ floor }) => (floor === undefined ? [] : [Date.parse(floor)]));
  const read = looks.flatMap(({ watermark }) => (watermark === undefined ? [] : [Date.parse(watermark)]));
  if (began.length === 0 || read.length === 0) return { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return { from: Math.floor(Math.min(...began) / HOUR_MS) * HOUR_MS, to: Math.max(...read) };
}

/**
 * Upper bounds of the steps of colour: equal steps, or steps that grow by a factor where a busy hour has many times the events of a
 * quiet one.
 */
function boundsOf(rows: readonly HeatDay[]): number[] {
  const events = rows.flatMap(({ hours }) => hours.map((hour) => hour.events)).filter((count) => count > 0);
  if (events.length === 0) return [];
  const [least, most] = [Math.min(...events), Math.max(...events)];
  const isEven = most / least < MUCH_MORE;
  const bounds = Array.from({ length: STEPS }, (_, at) => {
    const share = (at + 1) / STEPS;
    return Math.max(least, Math.round(isEven ? most * share : least * (most / least) ** share));
  });
  return [...new Set([...bounds.slice(0, -1), most])].sort((one, other) => one - other);
}
