import type { ProbeResult, SignedProbe } from '../../../functions/destinations/probe.ts';
import type { FoundAlarm } from './alarms.ts';

// What doctor looks at in an account. Nothing here changes anything; the detection of drift stores its result at CloudFormation.

/** A stack as it is deployed. */
export interface FoundStack {
  readonly status: string;
  readonly reason: string;
  /** The template that was deployed. */
  readonly template: unknown;
}

/** Resources that are no longer as they were deployed. */
export interface Drift {
  readonly drifted: readonly string[];
}

export interface FoundSchedule {
  readonly name: string;
  readonly enabled: boolean;
}

export interface FoundStream {
  readonly status: string;
  readonly reason: string;
  /** The names of the buckets that it writes to. */
  readonly buckets: readonly string[];
}

/** The SHA-256 of the zip of a function’s code, and of the zips of its layers, in hexadecimal digits. */
export interface FunctionFiles {
  readonly code: string;
  readonly layers: readonly string[];
}

/** Who is told by a topic. */
export interface Listeners {
  readonly confirmed: number;
  readonly pending: number;
}

/** A deployed account, as far as it can be looked at. Each method throws a `Denied` where the credentials may not look. */
export interface Cloud {
  /** Undefined if there is no such stack. */
  stack(name: string): Promise<FoundStack | undefined>;
  drift(stack: string): Promise<Drift>;
  /** The schedules of a stack. */
  schedules(stack: string): Promise<readonly FoundSchedule[]>;
  /** The description that a schedule was deployed with. */
  scheduleAbout(stack: string, name: string): Promise<string>;
  alarms(): Promise<readonly FoundAlarm[]>;
  listeners(topicArn: string): Promise<Listeners>;
  /** Undefined if there is no such stream. */
  deliveryStream(name: string): Promise<FoundStream | undefined>;
  /** When a function was stopped by `tidemark drain`, in milliseconds; undefined if it is not stopped. */
  stoppedAt(functionArn: string): Promise<number | undefined>;
  files(functionArn: string): Promise<FunctionFiles>;
  secretExists(name: string): Promise<boolean>;
  /** The value of a secret. */
  secretValue(name: string): Promise<string>;
  bucketExists(name: string): Promise<boolean>;
  /** The Region of the deployment. */
  region(): Promise<string>;
  /** Asks AWS a question of a type of destination. */
  ask(probe: SignedProbe): Promise<ProbeResult>;
}

/** The credentials in use may not look at something. Nobody needs all of these rights, so that is no finding. */
export class Denied extends Error {
  constructor(action: string, cause: unknown) {
    super(`not looked at: the credentials in use may not ${action}`, { cause });
    this.name = 'Denied';
  }
}
