import { bucketOf } from '../stored/seen-chunk.ts';
import { DAY, floorTo, HOUR, type Instant, parseInstant, type Range } from '../time.ts';

/** So many hours between two wanted ones are loaded with them: one query more costs about as much. */
const MAX_BETWEEN = 5;

/**
 * Groups buckets that are to be loaded into ranges that one query finds, each from its first bucket to its last one. An hour
 * between two of them belongs to a range only if it may be loaded, too.
 */
export function neighbours(buckets: readonly string[], mayLoad: (bucket: string) => boolean): string[][] {
  const ranges: string[][] = [];
  for (const bucket of [...buckets].sort()) {
    const range = ranges.at(-1);
    const between = range && hoursBetween(range.at(-1) as string, bucket);
    if (between?.every(mayLoad)) range?.push(...between, bucket);
    else ranges.push([bucket]);
  }
  return ranges;
}

/** The hours of a range that lie within a day of one of these buckets. */
export function hoursNear(buckets: readonly string[], { from, to }: Range): string[] {
  const hours = buckets.flatMap((bucket) => hourOf(bucket) ?? []);
  const first = Math.max(
    floorTo(from, HOUR),
    hours.reduce((least, hour) => Math.min(least, hour), Number.POSITIVE_INFINITY) - DAY,
  );
  const end = Math.min(to, hours.reduce((most, hour) => Math.max(most, hour), Number.NEGATIVE_INFINITY) + DAY);
  const near: string[] = [];
  for (let hour = first; hour < end; hour += HOUR) near.push(bucketOf(hour));
  return near;
}

/** The hours between two buckets. Undefined if these are too many, or the buckets belong to no hour. */
function hoursBetween(first: string, last: string): string[] | undefined {
  const [from, to] = [hourOf(first), hourOf(last)];
  if (from === undefined || to === undefined || to - from > (MAX_BETWEEN + 1) * HOUR) return undefined;
  const between: string[] = [];
  for (let hour = from + HOUR; hour < to; hour += HOUR) between.push(bucketOf(hour));
  return between;
}

function hourOf(bucket: string): Instant | undefined {
  return parseInstant(`${bucket}:00:00Z`);
}
