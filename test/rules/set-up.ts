import { type Instant, MINUTE, parseInstant } from '../../functions/core/time.ts';
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
