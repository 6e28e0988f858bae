import type { Feed } from '../model.ts';
import { floorTo, type Instant } from '../time.ts';

/** Where a watermark comes to that somebody moves: not below what the vendor keeps, and not above what has settled. */
export function moveTarget({ settle, stream }: Feed, to: Instant, now: Instant): Instant {
  return floorTo(Math.min(Math.max(to, now - stream.retention), now - settle), stream.precision);
}
