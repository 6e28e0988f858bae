import type { SimulatorOptions } from '../simulator.ts';
import type { PageLimits } from './api/paging.ts';
import type { ErrorBody } from './api/replies.ts';
import type { ApiKey } from './api/signature.ts';
import type { FrameFaults } from './faults.ts';
import type { InventoryOptions } from './inventory/inventory.ts';
import type { UsageOptions } from './reports/usage.ts';
import type { ActivityOptions } from './reports/user-activities.ts';
import type { AuditOptions } from './trails/audit-trail.ts';
import type { SessionOptions } from './trails/session-trail.ts';

/** How `/customers` and `/accounts` without the slash at their end are answered. */
export const MISSING_SLASH = ['not-found', 'redirect'] as const;

/** Options of all parts of the simulator. */
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

/** The defaults; the API key is invented. */
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

/** The options with their defaults. */
export type Settled = FrameOptions & Required<Pick<FrameOptions, keyof typeof DEFAULTS>>;
