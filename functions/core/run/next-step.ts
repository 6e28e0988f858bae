import { formatTime, type Instant, MINUTE, parseInstant, SECOND } from '../time.ts';
import type { FeedReport, NextStep } from './report.ts';

/** A pause whose end is not known. */
const SHORT_PAUSE = MINUTE;
const PAUSE_AFTER_FAILURE = 15 * MINUTE;

/** The next step after a run. The command line and the state machine follow it, so they need not know the states. */
export function nextStep({ state, until, error }: FeedReport, now: Instant): NextStep {
  // Time as text may have lost its fraction of a second.
  const named = until === undefined ? undefined : (parseInstant(until) ?? now) + SECOND;
  const after = (pause: number) => formatTime(Math.max(now, named ?? now + pause));
  switch (state) {
    case 'caught-up':
      return { do: 'end', at: formatTime(now) };
    case 'more':
    case 'stopped':
      return { do: 'again', at: formatTime(now) };
    case 'paused':
    case 'busy':
      return { do: 'again', at: after(SHORT_PAUSE) };
    case 'failed':
      return { do: error?.code === 'config' ? 'give-up' : 'retry', at: after(PAUSE_AFTER_FAILURE) };
    case 'refused':
    case 'forbidden':
      return { do: 'retry', at: after(PAUSE_AFTER_FAILURE) };
  }
}
