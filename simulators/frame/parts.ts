import { hash } from '../random.ts';
import type { HeldRow } from '../simulator.ts';
import { createTimeline, type TimelineOptions } from '../timeline.ts';
import type { Endpoint } from './api/endpoints.ts';
import { createPager, type HeldSpan } from './api/log.ts';
import type { FrameSwitches } from './faults.ts';
import { Inventory } from './inventory/inventory.ts';
import type { Settled } from './options.ts';
import { createUsage } from './reports/usage.ts';
import { createUserActivities } from './reports/user-activities.ts';
import { AuditTrail } from './trails/audit-trail.ts';
import { SessionTrail } from './trails/session-trail.ts';
import { createSessions, LONG_SHARE } from './trails/sessions.ts';

/** The data behind the API. */
export type Parts = ReturnType<typeof createParts>;

/** Makes all data, each log over its own timeline. */
export function createParts(options: Settled, switches: FrameSwitches, clock: () => number) {
  const pager = createPager(options, switches);
  const timeline = (number: number, rate: Partial<TimelineOptions>) => {
    const { from, to } = options;
    const bounds = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const seed = number === 0 ? options.seed : hash(options.seed, number);
    return createTimeline({ seed, perMinute: options.perMinute, ...bounds, ...rate }, () => switches.faults);
  };
  const rates = {
    short: timeline(1, { perMinute: options.sessionsPerMinute * (1 - LONG_SHARE) }),
    long: timeline(2, { perMinute: options.sessionsPerMinute * LONG_SHARE }),
  };
  const sessions = createSessions(rates, switches, options.longestSessionDays);
  const activities = timeline(3, { perMinute: options.activitiesPerDay / (24 * 60) });
  const trail = timeline(0, options.count === undefined ? {} : { count: options.count });
  return {
    auditTrail: new AuditTrail({ timeline: trail, switches, options, clock, pager }),
    sessionTrail: new SessionTrail({ sessions, switches, options, clock, pager }),
    userActivities: createUserActivities(activities, switches, options, clock),
    inventory: new Inventory(switches, options, clock, pager),
    usage: createUsage(options, clock),
  };
}

/** Everything that one endpoint holds in a span. For lists without times: all of it at `visibleAt`. */
export function heldBy(parts: Parts, endpoint: Endpoint, span: HeldSpan): Iterable<HeldRow> {
  switch (endpoint) {
    case 'audit-trails':
      return parts.auditTrail.held(span);
    case 'session-trails':
      return parts.sessionTrail.held(span);
    case 'user_activities':
      return parts.userActivities.held(span);
    case 'usage':
    case 'disk_volume_usage':
      return parts.usage.held(endpoint, span);
    default:
      return parts.inventory
        .held(endpoint, span.visibleAt)
        .map((text, id) => ({ id, time: span.visibleAt, shownAt: span.visibleAt, text }));
  }
}
