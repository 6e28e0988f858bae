import { AmbiguousWriteError, NetworkError, TidemarkError } from '../../functions/core/errors.ts';
import { type Duration, MILLISECOND } from '../../functions/core/time.ts';

/** The process of a run has died: nothing that it meant to do after this has happened. */
export class Crash extends Error {
  constructor(where: string) {
    super(`the process died at ${where}`);
    this.name = 'Crash';
  }
}

export type EffectName =
  | 'sleep'
  | 'fetch'
  | 'secretVersion'
  | 'load'
  | 'write'
  | 'loadConnection'
  | 'writeConnection'
  | 'loadKnownFeeds'
  | 'noteKnownFeeds'
  | 'loadSeen'
  | 'remember'
  | 'put'
  | 'quarantine'
  | 'obtainToken'
  | 'loadOngoing'
  | 'noteOngoing'
  | 'saveSnapshot'
  | 'loadSnapshot'
  | 'dropSnapshots'
  | 'loadJobs'
  | 'loadQuarantine'
  | 'dropQuarantine'
  | 'saveLedger'
  | 'loadLedger';

/** An effect that is about to happen. */
export interface EffectCall {
  readonly name: EffectName;
  /** The feed, the URL or the delivery stream that it is about. */
  readonly about: string;
  /** What is written, put or remembered. */
  readonly value?: unknown;
  /** Which of its invocation's effects this is, counted from one. */
  readonly number: number;
  /** Which of those of its name. */
  readonly nth: number;
}

/**
 * What goes wrong with one effect. `crash`: the process dies; `lost`: the answer never comes (NetworkError from fetch and put,
 * AmbiguousWriteError from the table). `before`: nothing took effect; `midway`: the first half of the records or chunks did;
 * `after`: all of it did. `latency`: it takes that long, and its time-out may pass. `refused` gives the records of a put their error codes.
 */
export type Fault =
  | `${'crash' | 'lost'}-${'before' | 'midway' | 'after'}`
  | { readonly latency: Duration }
  | { readonly refused: (record: number) => string | undefined };

/** Looks at every effect before it happens and may make it go wrong; throwing a Crash is the same as `crash-before`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing.
export type EffectHook = (call: EffectCall) => Fault | undefined | void;

/** How long each effect takes when nothing is wrong; a vendor has a latency of its own. */
export const LATENCY: Readonly<Record<EffectName, Duration>> = {
  sleep: 0,
  fetch: 0,
  secretVersion: 2 * MILLISECOND,
  load: 3 * MILLISECOND,
  write: 5 * MILLISECOND,
  loadConnection: 3 * MILLISECOND,
  writeConnection: 5 * MILLISECOND,
  loadKnownFeeds: 3 * MILLISECOND,
  noteKnownFeeds: 5 * MILLISECOND,
  loadSeen: 5 * MILLISECOND,
  remember: 5 * MILLISECOND,
  put: 20 * MILLISECOND,
  quarantine: 5 * MILLISECOND,
  obtainToken: 50 * MILLISECOND,
  loadOngoing: 3 * MILLISECOND,
  noteOngoing: 5 * MILLISECOND,
  saveSnapshot: 5 * MILLISECOND,
  loadSnapshot: 3 * MILLISECOND,
  dropSnapshots: 5 * MILLISECOND,
  loadJobs: 3 * MILLISECOND,
  loadQuarantine: 3 * MILLISECOND,
  dropQuarantine: 5 * MILLISECOND,
  saveLedger: 5 * MILLISECOND,
  loadLedger: 3 * MILLISECOND,
};

/** What the engine sees when an answer got lost. */
export function lostAnswer(name: EffectName): Error {
  if (name === 'fetch' || name === 'put' || name === 'obtainToken') return new NetworkError('socket hang up');
  if (name === 'secretVersion')
    return new TidemarkError({
      code: 'secret',
      stage: 'receiving',
      message: 'The secret cannot be read.',
      remedy: 'Wait.',
    });
  return new AmbiguousWriteError('the table did not answer');
}
