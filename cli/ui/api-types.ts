import type {
  FeedStatusReport,
  LatenessReport,
  QuarantineReport,
} from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import type { JobProgress, VerifiedStepReport } from '../../functions/core/run/job-progress.ts';

// What the page and its server say to each other. The page takes these types, and nothing else of the program.

/** How the data comes to the page. */
export type PlaceKind =
  /** In the program that forwards. */
  | 'run'
  /** Beside a program that forwards. */
  | 'beside'
  /** On a state directory that no program forwards from. */
  | 'alone'
  /** From a deployment in an AWS account. */
  | 'cloud';

/** How urgent the state of a feed is. */
export type Severity = 'good' | 'busy' | 'notice' | 'bad';

/** One feed, as the page lists it. */
export interface FeedRow {
  readonly feed: string;
  readonly source: string;
  readonly kind: FeedStatusReport['kind'];
  readonly state: string;
  readonly severity: Severity;
  /** Undefined if the feed has never run. */
  readonly watermark?: string;
  readonly lagSeconds?: number;
  readonly lastSuccess?: string;
  readonly failures: number;
  /** Events delivered since the page's server has started. Undefined where nobody counts. */
  readonly delivered?: number;
  /** Events a minute, at equal steps over the last minutes, oldest first. */
  readonly pace: readonly number[];
  readonly quota?: { readonly limit: number; readonly remaining: number };
  /** What a person should know, the most urgent first. */
  readonly notes: readonly FeedNote[];
  readonly jobs: readonly JobProgress[];
  readonly quarantined: number;
}

export interface FeedNote {
  readonly severity: Severity;
  readonly text: string;
  readonly since?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Work that was started from the page: a verification, a backfill or a redrive. */
export interface WorkReport {
  readonly id: number;
  readonly kind: 'verify' | 'backfill' | 'redrive';
  readonly feeds: string;
  readonly range?: { readonly from: string; readonly to: string };
  readonly repair: boolean;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly state: 'running' | 'done' | 'problem' | 'stopped';
  /** Share of all of its ranges that is done. Undefined if that is not known. */
  readonly percent?: number;
  readonly eta?: string;
  readonly progress: readonly WorkProgress[];
  /** Why it failed, if it failed as a whole. */
  readonly error?: Problem;
}

/** How far one feed's part of some work is. */
export interface WorkProgress {
  readonly feed: string;
  readonly state: string;
  readonly percent?: number;
  readonly delivered?: number;
  readonly redriven?: number;
  readonly steps?: readonly VerifiedStepReport[];
  readonly problems: readonly string[];
}

/** What the page is told again and again while it is open. */
export interface LiveState {
  readonly at: string;
  readonly kind: PlaceKind;
  readonly place: string;
  /** Where events are kept, or the name of the deployment. */
  readonly detail: string;
  /** Undefined until the feeds have been looked at for the first time. */
  readonly feeds?: readonly FeedRow[];
  readonly left: readonly LeftFeed[];
  readonly work: readonly WorkReport[];
  /** Number of events that have been seen in the destination's files: it grows when there are new ones. */
  readonly eventsSeen: number;
  /** Whether there are simulators whose faults can be switched. */
  readonly hasSimulators: boolean;
  /** Why the state is not the present one, if it is not. */
  readonly problem?: Problem;
}

export interface Problem {
  readonly message: string;
  readonly remedy: string;
}

/** Lines of a chart. */
export interface Chart {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

export interface History {
  /** Seconds between two points. */
  readonly step: number;
  /** What one value of the throughput counts, such as `events a minute`. */
  readonly unit: string;
  readonly throughput: Chart;
  readonly lag: Chart;
  /** Where the figures come from, and what they do not show. */
  readonly remark: string;
}

/** What was delivered of each hour's events. */
export interface HeatMap {
  /** The newest day first. */
  readonly days: readonly HeatDay[];
  /** The destinations, in the order of their figures. */
  readonly destinations: readonly string[];
  /** Upper bounds of the steps of colour. */
  readonly bounds: readonly number[];
}

export interface HeatDay {
  readonly day: string;
  /** 24 hours (UTC). */
  readonly hours: readonly HeatHour[];
  readonly total: number;
}

export interface HeatHour {
  readonly events: number;
  /** `none`: before the feeds began. `future`: not over yet, or not read yet. */
  readonly reach: 'none' | 'read' | 'future';
  /** Number of delivered events by destination, where some destination lacks some. */
  readonly lacking?: Readonly<Record<string, number>>;
}

export interface LatenessRow {
  readonly feed: string;
  readonly lateness?: LatenessReport;
}

/** All steps of the histogram of lateness, as the program writes durations. */
export interface LatenessView {
  readonly steps: readonly string[];
  readonly rows: readonly LatenessRow[];
}

export interface QuarantineRow extends QuarantineReport {
  readonly feed: string;
}

export interface QuarantineView {
  readonly rows: readonly QuarantineRow[];
  /** What Firehose has put aside, in a deployment. */
  readonly putAside: readonly {
    readonly destination: string;
    readonly source: string;
    readonly objects: number;
    readonly bytes: number;
    readonly since?: string;
  }[];
}

/** An event in a list. */
export interface EventRow {
  readonly key: number;
  readonly time?: string;
  readonly feed: string;
  readonly action?: string;
  readonly user?: string;
  readonly outcome?: string;
  readonly text: string;
}

export interface EventsView {
  readonly rows: readonly EventRow[];
  /** Number of events that fit, of which the newest are in `rows`. */
  readonly found: number;
  /** Number of events that were searched. */
  readonly kept: number;
  /** The destination whose events are shown, and their format. */
  readonly destination?: string;
  readonly format?: string;
  /** Why there are none, or why they are not all. */
  readonly remark?: string;
}

/** One event in each format. */
export interface EventForms {
  readonly forms: readonly EventForm[];
}

export interface EventForm {
  readonly format: string;
  readonly title: string;
  /** Undefined if it cannot be made, with the reason in `remark`. */
  readonly text?: string;
  readonly remark?: string;
}

/** A fault of a simulator, with what it is set to. */
export interface FaultView {
  readonly name: string;
  readonly words: string;
  readonly fields: readonly FaultField[];
  /** Whether the fault is one value, and no object with fields. */
  readonly single: boolean;
  readonly value?: unknown;
}

export interface FaultField {
  readonly name: string;
  readonly kind: 'number' | 'text' | 'flag';
  readonly optional: boolean;
  readonly choices?: readonly string[];
  readonly isList: boolean;
}

export interface SimulatorView {
  readonly id: string;
  readonly title: string;
  readonly origin: string;
  readonly faults: readonly FaultView[];
  /** Undefined if it does not answer. */
  readonly counters?: {
    readonly requests: number;
    readonly rowsServed: number;
    readonly byStatus: Readonly<Record<string, number>>;
  };
  readonly problem?: string;
}

/** One line of doctor's list. */
export interface CheckRow {
  readonly subject: string;
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  /** Empty if all is well. */
  readonly remedy: string;
}

export interface DoctorView {
  readonly state: 'never' | 'running' | 'done';
  readonly checks: readonly CheckRow[];
  /** What is examined now. */
  readonly doing?: string;
  readonly at?: string;
  readonly problem?: Problem;
}
