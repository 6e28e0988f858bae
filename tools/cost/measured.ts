import type { Costs } from './costs.ts';
import measured from './measured.json' with { type: 'json' };

/** What was counted while the real handlers ran against the embedded services: `npm run bench:requests -- --write` writes it. */
export interface Measured {
  /** `<source>/<stream>`: one stream by itself, with nothing happening. */
  readonly streams: Readonly<Record<string, StreamCosts>>;
  /** By source: what an invocation for several streams does once and not for each. */
  readonly shared: Readonly<Record<string, { readonly run: Costs; readonly verifyDay: Costs }>>;
  /** By source: how many metrics are written at any hour, when nothing happens and when much does. */
  readonly metrics: Readonly<Record<string, { readonly idle: number; readonly busy: number }>>;
  /** Of one feed; a further one costs a read more. */
  readonly census: Costs;
  /** What level `warn` leaves of the logs of level `info`: metrics, and what is wrong. */
  readonly quietLogs: number;
  /** What is remembered of delivered events: bytes an item, and bytes a key in it. */
  readonly seen: { readonly itemBytes: number; readonly keyBytes: number };
  /** Bytes in the table of a feed: once, for each day for good, and for each day that can still be verified. */
  readonly kept: { readonly feed: number; readonly ledgerDay: number; readonly verifyDay: number };
}

export interface StreamCosts {
  readonly run: Costs;
  /** All of a day's verifications: the one that does the work, and those that find it done. None of a snapshot stream. */
  readonly verifyDay?: Costs;
}

export const MEASURED: Measured = measured;
