import { type Instant, MINUTE, parseInstant, SECOND } from '../../functions/core/time.ts';
import type { MemoryLogin } from '../memory/login.ts';
import { createWorld, type World, type WorldOptions } from '../memory/world.ts';

/** The census of a log of which every event was delivered once. */
export const EXACT = { missing: [], invented: [], repeated: [] };
/** The feed of events in a world where a test names no other. */
export const FEED = 'memory/events/acme';

/** A time of the day on which the worlds' clocks start, which is at noon. */
export function at(time: string): Instant {
  return parseInstant(`2026-03-02T${time}Z`) as Instant;
}

/** A vendor with fifty-five events before the first run. */
export function filledWorld(options: WorldOptions = {}): World {
  const world = createWorld({ startFrom: at('11:00:00'), ...options });
  world.vendor.addMany(55, at('11:00:00'), MINUTE);
  return world;
}

/** Three feeds of one connection. */
export function threeFeeds(options: WorldOptions = {}): World {
  return createWorld({
    startFrom: at('11:00:00'),
    stream: { name: 'one' },
    more: [{ stream: { name: 'two' } }, { stream: { name: 'three' } }],
    ...options,
  });
}

/** Adds events to every log, each with the log's name: a record that two logs hold would be one event. */
export function addToEach(world: World, count: number, step: number): void {
  for (const [log, vendor] of world.vendors) vendor.addMany(count, at('11:00:00'), step, { fields: { log } });
}

/** What has been signed in to at a vendor with sessions. */
export function loginOf({ login }: World): MemoryLogin {
  if (!login) throw new Error('nobody signs in to this vendor');
  return login;
}

/** Requests at the same time in worlds that allow several. */
export const IN_FLIGHT = 4;
/** The longest window in these worlds. */
export const WINDOW = 10 * MINUTE;

/** Eight windows of ten minutes, each with two pages of five events, and one more event. */
export function worldOfWindows({ vendor, stream, ...options }: WorldOptions = {}): World {
  const world = createWorld({
    startFrom: at('10:00:00'),
    requestsInFlight: IN_FLIGHT,
    ...options,
    vendor: { latency: SECOND, pageSize: 5, ...vendor },
    stream: { longestWindow: WINDOW, ...stream },
  });
  world.vendor.addMany(88, at('10:00:00'), 54 * SECOND);
  return world;
}

/** The highest number of requests that the vendor had at the same time. */
export function mostInFlight({ vendor }: World): number {
  const { latency } = vendor.options;
  const open = (time: number) => vendor.requests.filter(({ at: from }) => from <= time && time < from + latency);
  return Math.max(...vendor.requests.map(({ at: from }) => open(from).length));
}
