import type { Answer } from '../../functions/core/model.ts';
import type { Faults } from '../../simulators/faults.ts';
import type { RunningSimulator } from '../../simulators/simulator.ts';
import type { Step } from './steps.ts';

const EVER = { from: 0, to: Date.UTC(2200, 0, 1) };
export const JSON_TYPE = { 'content-type': 'application/json' };

/** The texts of a vendor's records. */
export function textsOf(vendor: RunningSimulator, collection?: string): string[] {
  return [...vendor.events({ ...EVER, ...(collection !== undefined && { collection }) })].map(({ text }) => text);
}

/** A kind of stream, with a vendor that has enough records for several flushes. */
export interface Kind {
  readonly name: string;
  readonly source: string;
  readonly stream: string;
  readonly settings: object;
  readonly secret: object;
  /** What lookups find at the vendor that ids of events are made from. */
  readonly found?: Readonly<Record<string, unknown>>;
  /** Starts a vendor whose log lies between these times (milliseconds) and does not grow. */
  start(from: number, to: number, now: () => number): Promise<RunningSimulator>;
  /** All records of the log, as an answer that the stream can read. Undefined for snapshots, which deliver only differences. */
  held?(vendor: RunningSimulator): Pick<Answer, 'headers' | 'text'>;
  /** Changes at the vendor before the run that is killed. Snapshots need them: their first run only stores the present state. */
  readonly drift?: Faults & Readonly<Record<string, unknown>>;
  /** Exactly the steps that a run takes. */
  readonly steps: readonly Step[];
}

/** The steps that every run of a log takes. A commit before its end is due only in longer runs than these; the simulation has those. */
export const ALWAYS = [
  'secret read',
  'lease taken',
  'connection noted',
  'seen read',
  'page asked',
  'records put',
  'seen written',
  'ledger written',
  'lease returned',
] as const;
/** Enough for several flushes. */
export const ROWS = 16_000;
