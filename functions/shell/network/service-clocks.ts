import type { OtherClock } from '../../core/clocks/believed-clocks.ts';

interface Heard {
  /** In milliseconds, ahead of ours. */
  readonly offset: number;
  /** Our clock at the answer. */
  readonly at: number;
}

/** The latest answer of each service in this process. */
const HEARD = new Map<OtherClock, Heard>();

/** The last step before a request goes out, so that each attempt is seen by itself. */
export const LAST_STEP = { step: 'deserialize', priority: 'low' } as const;

/** A client's step that notes the Date header of each answer, also of those that are errors: they come before the SDK has judged them. */
export function notesDate(clock: OtherClock) {
  return <Call, Answered extends { readonly response: unknown }>(next: (call: Call) => Promise<Answered>) =>
    async (call: Call): Promise<Answered> => {
      const sentAt = Date.now();
      const answered = await next(call);
      const offset = offsetOf(dateOf(answered.response), sentAt, Date.now());
      if (offset !== undefined) HEARD.set(clock, { offset, at: sentAt });
      return answered;
    };
}

/** The Date header of a raw answer, of which the SDK says no type. */
function dateOf(response: unknown): unknown {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  return typeof headers === 'object' && headers !== null && 'date' in headers ? headers.date : undefined;
}

/** What the clocks of the services are ahead of ours, in milliseconds, by their answers since a time of our clock. */
export function heardSince(start: number): ReadonlyMap<OtherClock, number> {
  const now = Date.now();
  const recent = [...HEARD].filter(([, { at }]) => at >= start && at <= now);
  return new Map(recent.map(([clock, { offset }]) => [clock, offset]));
}

/**
 * What a clock is ahead of ours, by the Date of its answer. The header has whole seconds, and the answer was made at any time between
 * request and receipt: what this explains is no difference. Undefined without a readable header.
 */
export function offsetOf(date: unknown, sentAt: number, receivedAt: number): number | undefined {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(theirs)) return undefined;
  const least = theirs - receivedAt;
  const most = theirs + 1_000 - sentAt;
  return Math.max(least, Math.min(most, 0));
}
