import type { FeedStatus } from '../../local/runner.ts';
import type { Throughput } from './throughput.ts';

/** What the live view shows: the state of the program at one moment. */
export interface LiveState {
  readonly now: number;
  readonly startedAt: number;
  readonly statuses: readonly FeedStatus[];
  readonly throughput: Throughput;
  /** Whether the user has paused the reading. */
  readonly isPaused: boolean;
  /** Whether the program is about to end. */
  readonly isEnding: boolean;
  /** The titles of the vendors for which shipped simulators stand in. */
  readonly simulated: readonly string[];
  /** Where the events go. */
  readonly out: string;
  /** The address of the page in the browser, if there is one. */
  readonly pageAddress?: string | undefined;
  readonly latestEvent: string | undefined;
  /** The latest warnings and errors of the log, oldest first. `feed` is undefined for what is about no feed. */
  readonly notes: readonly { readonly feed: string | undefined; readonly text: string }[];
}
