import type { OtherClock } from '../../core/clocks/believed-clocks.ts';

/** The part of an AWS client that is needed to see its answers. */
interface Client {
  readonly middlewareStack: {
    add(step: (next: Handler) => Handler, where: { step: 'deserialize'; priority: 'low' }): void;
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the SDK's type of a step depends on the client's own commands.
type Handler = (call: any) => Promise<any>;

interface Heard {
  /** In milliseconds, ahead of ours. */
  readonly offset: number;
  /** Our clock at the answer. */
  readonly at: number;
}

/** The latest answer of each service in this process. */
const HEARD = new Map<OtherClock, Heard>();

/** Notes the Date header of each answer of a client, also of those that are errors: they come before the SDK has judged them. */
export function noteDates(client: Client, clock: OtherClock): void {
  client.middlewareStack.add(
    (next) => async (call) => {
      const sentAt = Date.now();
      const answered = await next(call);
      const offset = offsetOf(answered?.response?.headers?.date, sentAt, Date.now());
      if (offset !== undefined) HEARD.set(clock, { offset, at: sentAt });
      return answered;
    },
    // The last step before the request goes out, so each attempt is seen by itself.
    { step: 'deserialize', priority: 'low' },
  );
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
