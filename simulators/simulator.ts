import type { Control } from './control-access.ts';
import type { FaultShape } from './fault-switches.ts';
import type { Faults } from './faults.ts';

/** Options of every simulator; each adds its own. */
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
  /** Exact number of events in [from, to), instead of `perMinute`. */
  readonly count?: number;
  /** The simulator's clock in milliseconds since 1970. */
  readonly now?: () => number;
  readonly faults?: F;
  /** What a caller has to know to switch faults; a random one unless said. */
  readonly controlToken?: string;
}

/** An option of one simulator on the command line. */
export interface SimulatorFlag {
  readonly words: string;
  readonly kind: 'number' | 'text';
  readonly choices?: readonly string[];
}

/** A simulated vendor. Its folder has the name of the source that reads it. */
export interface Simulator {
  readonly id: string;
  /** The options that only this simulator has. */
  readonly flags: Readonly<Record<string, SimulatorFlag>>;
  /** The faults that it has: no others can be switched on. */
  readonly faults: Readonly<Record<string, FaultShape>>;
  start(options: SimulatorOptions): Promise<RunningSimulator>;
  /**
   * For measurements: the options with which each log has so many events a minute, nothing else changes by itself, and no quota is in
   * the way. Undefined if `perMinute` alone is enough.
   */
  atRate?(perMinute: number): SimulatorOptions & Readonly<Record<string, unknown>>;
  /** What a configuration needs: the connection without its origin, and the value of its secret. */
  readonly demo: {
    readonly connection: Readonly<Record<string, unknown>>;
    readonly secretValue: Readonly<Record<string, string>>;
    /**
     * Credentials of one's own, so that no other user of the machine is let in: how to start it, and the value of its secret.
     *
     * @param make gives a text that only we know, always the same for a name
     */
    ownCredentials(make: (name: string) => string): {
      readonly options: SimulatorOptions & Readonly<Record<string, unknown>>;
      readonly secretValue: Readonly<Record<string, string>>;
    };
    /** For trials at a vendor with a low quota, whose pace nobody wants to wait for: a higher one, and the settings that make use of it. */
    readonly hurried?: {
      readonly options: SimulatorOptions & Readonly<Record<string, unknown>>;
      readonly settings: Readonly<Record<string, unknown>>;
    };
  };
}

/** Counts of the requests to a simulator. */
export interface Counters {
  requests: number;
  rowsServed: number;
  byPath: Record<string, number>;
  /** Requests that were never answered count as `none`. */
  byStatus: Record<string, number>;
  /** Only of vendors with logins. */
  logins?: Logins;
}

/** Outcomes of the logins. A login whose answer was lost counts as successful. */
export interface Logins {
  successful: number;
  failed: number;
  throttled: number;
}

/** Selects records that the vendor holds: tests compare deliveries with them. Times are milliseconds since 1970. */
export interface HeldQuery {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Only records that were visible by then; the default is the simulator's current time. */
  readonly visibleAt?: number;
  /** Only one account, as this vendor defines accounts. */
  readonly account?: string;
  /** Only one log of a vendor with several, by its name in the path. */
  readonly collection?: string;
}

/** One record that the vendor holds; `text` is exactly what the vendor writes for it. */
export interface HeldRow {
  readonly id: number;
  readonly time: number;
  readonly shownAt: number;
  readonly text: string;
}

/** A running simulator. */
export interface RunningSimulator<F extends Faults = Faults> {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The demo connection with its origin, which includes a path where the vendor's origin has one (`/v7`). */
  readonly connection: Readonly<Record<string, unknown>>;
  /** Where faults are switched: GET, PUT and PATCH; POST to `<control>/reset`. */
  readonly control: Control;
  /** A live view: `next` of a fault goes down as it strikes. */
  readonly faults: F;
  setFaults(faults: F): void;
  readonly counters: Counters;
  /** Restores faults, counters, tokens and quota of the start. */
  reset(): void;
  /** Everything that the credentials may see in a range, oldest first. */
  events(query: HeldQuery): Generator<HeldRow>;
  stop(): Promise<void>;
}
