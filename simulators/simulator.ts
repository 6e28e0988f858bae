import type { FaultShape } from './fault-switches.ts';
import type { Faults } from './faults.ts';

/** How every simulator can be started; a vendor adds its own options. */
export interface SimulatorOptions<F extends Faults = Faults> {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly seed?: number;
  /** Events a minute, fractions allowed. */
  readonly perMinute?: number;
  /** No event before this time (milliseconds since 1970). */
  readonly from?: number;
  /** No event at or after this time (milliseconds since 1970). */
  readonly to?: number;
  /** Exactly so many events in [from, to), instead of `perMinute`. */
  readonly count?: number;
  /** The simulator's clock in milliseconds since 1970. */
  readonly now?: () => number;
  readonly faults?: F;
}

/** An option of one vendor, as the command line offers it. */
export interface SimulatorFlag {
  readonly words: string;
  readonly kind: 'number' | 'text';
  readonly choices?: readonly string[];
}

/** One vendor, simulated. The file is named like the source that reads it. */
export interface Simulator {
  readonly id: string;
  /** The options that only this vendor has. */
  readonly flags: Readonly<Record<string, SimulatorFlag>>;
  /** The faults that it honours: no others can be switched. */
  readonly faults: Readonly<Record<string, FaultShape>>;
  start(options: SimulatorOptions): Promise<RunningSimulator>;
  /** What a configuration needs to read from it: the connection without its origin, and its secret's value. */
  readonly demo: {
    readonly connection: Readonly<Record<string, unknown>>;
    readonly secretValue: Readonly<Record<string, string>>;
  };
}

/** What was asked of a simulator so far. */
export interface Counters {
  requests: number;
  rowsServed: number;
  byPath: Record<string, number>;
  /** Requests that were never answered count as `none`. */
  byStatus: Record<string, number>;
  /** Of a vendor where one logs in. */
  logins?: Logins;
}

/** What became of the logins: one whose answer was lost was successful, too. */
export interface Logins {
  successful: number;
  failed: number;
  throttled: number;
}

/** What a vendor holds: the oracle that a test compares deliveries with. Times are milliseconds since 1970. */
export interface HeldQuery {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Only what the vendor has shown by then; the default is the simulator's now. */
  readonly visibleAt?: number;
  /** Only one account (the vendor's own notion of it). */
  readonly account?: string;
  /** Only one of the logs of a vendor that has several, as its path names it. */
  readonly collection?: string;
}

/** One record as the vendor holds it: `text` is what the vendor writes of it, to the letter. */
export interface HeldRow {
  readonly id: number;
  readonly time: number;
  readonly shownAt: number;
  readonly text: string;
}

/** A simulator at work. */
export interface RunningSimulator<F extends Faults = Faults> {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The demo connection with its origin filled in: with the path, where the vendor's has one (`/v7`). */
  readonly connection: Readonly<Record<string, unknown>>;
  /** Where faults are switched: GET, PUT and PATCH; POST to `<control>/reset`. */
  readonly control: string;
  /** A live view: counts go down as faults strike. */
  readonly faults: F;
  setFaults(faults: F): void;
  readonly counters: Counters;
  /** Faults, counters, tokens and quota as they were at the start. */
  reset(): void;
  /** Everything the token may see in a range, oldest first. */
  events(query: HeldQuery): Generator<HeldRow>;
  stop(): Promise<void>;
}
