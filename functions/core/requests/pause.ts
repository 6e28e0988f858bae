import type { PauseError } from '../errors.ts';
import type { Instant } from '../time.ts';

/** A time before which no request starts, with the reason. */
export class Pause {
  until: Instant = 0;
  why = '';
  /** Whether the vendor itself has asked for the pause. */
  throttled = false;
  /** Whether a feed that meets this pause notes it. */
  scope: PauseError['scope'] = 'feed';

  /** Lets no request start before this time. A later time that was set before stays. */
  hold(until: Instant, why: string, throttled = true, scope: PauseError['scope'] = 'feed'): void {
    if (until <= this.until) {
      // The vendor's own word counts more than what its quota makes us wait for, although that may be a second longer.
      if (throttled && !this.throttled) {
        this.why = why;
        this.throttled = true;
      }
      return;
    }
    this.until = until;
    this.why = why;
    this.throttled = throttled;
    this.scope = scope;
  }
}

/** The endpoint that one feed asks, in one run. Its answers hold this feed; other endpoints of the connection may be well. */
export class Endpoint extends Pause {
  /** Whether a request was sent. */
  isAsked = false;
}
