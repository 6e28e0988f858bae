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

/** A kind of stream, with a vendor that has enough of it for several flushes. */
export interface Kind {
  readonly name: string;
  readonly source: string;
  readonly stream: string;
  readonly settings: object;
  readonly secret: object;
  /** The log lies between these times (milliseconds), and does not grow. */
  start(from: number, to: number, now: () => number): Promise<RunningSimulator>;
  /** All records of the log, as an answer that the stream can read; none where only differences are told. */
  held?(vendor: RunningSimulator): Pick<Answer, 'headers' | 'text'>;
  /** What changes at the vendor before the run that is killed, where the first one only shows how things were. */
  readonly drift?: Faults & Readonly<Record<string, unknown>>;
  /** The steps that a run of it takes: these, and no others. */
  readonly steps: readonly Step[];
}

/** The steps that a run of every log takes. */
export const ALWAYS = [
  'secret read',
  'lease taken',
  'connection noted',
  'seen read',
  'page asked',
  'records put',
  'seen written',
  'checkpoint committed',
  'ledger written',
  'lease returned',
] as const;
/** Enough for several flushes. */
export const ROWS = 4_500;
