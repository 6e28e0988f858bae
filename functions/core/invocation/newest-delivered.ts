import type { Effects } from '../effects.ts';
import { SELF, type SeenRange } from '../stored/seen-chunk.ts';
import { formatTime, type Instant, parseInstant } from '../time.ts';

/** The newest event that a destination has, and when its delivery began. Undefined if no clock was believed then. */
export interface NewestDelivered {
  readonly event: Instant;
  readonly at: Instant | undefined;
}

/** Maximum number of chunks that are looked at: a destination that has taken nothing for so long is not worth more reads. */
const MAX_CHUNKS = 200;
/** All hours, and neither our own events nor those without a time, whose buckets sort after them. */
const HOURS: SeenRange = { from: '', to: SELF.slice(0, 1), newest: true };

/** The newest delivered event of each destination, from the keys of delivered events. */
export async function findNewestDelivered(
  effects: Pick<Effects, 'loadSeen'>,
  feed: string,
  destinations: readonly string[],
): Promise<Readonly<Record<string, NewestDelivered>>> {
  const found = new Map<string, NewestDelivered>();
  let bucket = '';
  let chunks = 0;
  for await (const chunk of effects.loadSeen(feed, HOURS)) {
    // All chunks of an hour are looked at: their order says nothing.
    const isNext = chunk.bucket !== bucket;
    if (isNext && (chunks >= MAX_CHUNKS || destinations.every((id) => found.has(id)))) break;
    bucket = chunk.bucket;
    chunks++;
    // A version before has stored only the hour.
    const event = chunk.newest ?? parseInstant(`${bucket}:00:00Z`);
    if (event === undefined) continue;
    for (const id of chunk.destinations) {
      const before = found.get(id);
      if (!before || event > before.event) found.set(id, { event, at: chunk.at });
    }
  }
  return Object.fromEntries([...found].filter(([id]) => destinations.includes(id)));
}

/** The same as text. */
export function newestReport(newest: NewestDelivered | undefined): { readonly newest?: string; readonly at?: string } {
  if (!newest) return {};
  return { newest: formatTime(newest.event), ...(newest.at !== undefined && { at: formatTime(newest.at) }) };
}
