import type { Source } from '../../functions/core/model.ts';
import measured from '../../measured/runs.json' with { type: 'json' };
import type { Costs } from './costs.ts';

/** Counted while the real handlers ran against the embedded services. Written by `npm run bench:requests -- --write`. */
export interface Measured {
  /** By `<source>/<stream>`: one stream alone, without events. */
  readonly streams: Readonly<Record<string, StreamCosts>>;
  /** By source: what an invocation for several streams uses once, and not for each stream. */
  readonly shared: Readonly<Record<string, { readonly run: Costs; readonly verifyDay: Costs }>>;
  /** By source: number of metrics that are written in an hour without events, and in an hour with many. */
  readonly metrics: Readonly<Record<string, { readonly idle: number; readonly busy: number }>>;
  /** For one feed. Each further feed adds one read. */
  readonly census: Costs;
  /** Size of the logs of level `warn` (metrics, warnings, errors) as a share of those of level `info`. */
  readonly quietLogs: number;
  /** Size of seen keys: bytes of an item, and of each key in it. */
  readonly seen: { readonly itemBytes: number; readonly keyBytes: number };
  /** Bytes in the table for a feed: once, for each day permanently, and for each day that can still be verified. */
  readonly kept: { readonly feed: number; readonly ledgerDay: number; readonly verifyDay: number };
}

export interface StreamCosts {
  readonly run: Costs;
  /** All verifications of a day: the one that does the work, and those that find it done. Undefined for a snapshot stream. */
  readonly verifyDay?: Costs;
}

export const MEASURED: Measured = measured;

/** How a source is measured, for those who have not done it. */
export function howToMeasure(source: string): string {
  return `npm run bench:requests -- --source ${source} --write`;
}

export function isMeasured({ id }: Pick<Source, 'id'>): boolean {
  return Object.hasOwn(MEASURED.shared, id);
}
