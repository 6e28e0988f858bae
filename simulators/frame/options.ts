import type { SimulatorOptions } from '../simulator.ts';
import type { AuditOptions } from './trails/audit-trail.ts';
import type { FrameFaults } from './faults.ts';
import type { InventoryOptions } from './inventory/inventory.ts';
import type { PageLimits } from './api/paging.ts';
import type { ErrorBody } from './api/replies.ts';
import type { SessionOptions } from './trails/session-trail.ts';
import type { ApiKey } from './api/signature.ts';
import type { UsageOptions } from './reports/usage.ts';
import type { ActivityOptions } from './reports/user-activities.ts';

/** What `/customers` and `/accounts` without their slash get. */
export const MISSING_SLASH = ['not-found', 'redirect'] as const;

/** Everything that the parts of the simulator need to know. */
type PartOptions = ApiKey &
  PageLimits &
  AuditOptions &
  SessionOptions &
  ActivityOptions &
  InventoryOptions &
  UsageOptions;

/** How the simulated Frame can be started. */
export interface FrameOptions extends SimulatorOptions<FrameFaults>, Partial<Omit<PartOptions, 'seed'>> {
  readonly sessionsPerMinute?: number;
  readonly missingSlash?: (typeof MISSING_SLASH)[number];
  readonly errors?: ErrorBody;
}

/** What is so when nobody says otherwise; the API key is an invented one. */
export const DEFAULTS = {
  port: 0,
  seed: 7,
  perMinute: 6,
  now: Date.now,
  faults: {},
  clientId: '3f2b6c1e-8d47-4a5e-9b1c-7c0a4f6e2d11.img.frame.nutanix.com',
  clientSecret: '0123456789abcdef0123456789abcdef01234567',
  signatureSkewSeconds: 300,
  customers: 'object',
  missingSlash: 'not-found',
  errors: 'object',
  pageSize: 100,
  cap: 1000,
  deepestOffset: Infinity,
  bounds: 'half-open',
  auditDays: 730,
  sessionsPerMinute: 1,
  sessionRange: 'session_start',
  runningSessions: 'shown',
  longestSessionDays: 2,
  sessionDays: 61,
  activitiesPerDay: 240,
  lastDay: 'inclusive',
  usageDays: 365,
  usageTotal: 'entries',
  driftMinutes: 180,
  cloudProviderId: 'optional',
} as const satisfies FrameOptions;

/** The options with all that was left out. */
export type Settled = FrameOptions & Required<Pick<FrameOptions, keyof typeof DEFAULTS>>;
