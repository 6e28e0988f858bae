import { DAY, type Duration, type Instant, MINUTE } from '../time.ts';

/** Clocks besides ours: the vendor's, and those of the AWS services that answer us. */
export type OtherClock = 'vendor' | 'table' | 'secrets' | 'firehose';

/** What other clocks are ahead of ours, as they were last heard. */
export type ClockOffsets = Readonly<Partial<Record<OtherClock, Duration>>>;

/** Our clock and what was heard of others: a part of the effects. */
export interface HeardClocks {
  now(): Instant;
  clocks(): ClockOffsets;
}

/** Two clocks agree if they are no further apart. What is further ahead than this is in the future. */
export const CLOCKS_AGREE: Duration = 5 * MINUTE;
/** How far beyond the earliest clock a run reads while no two agree: the latest one may be years ahead. */
const LONGEST_DOUBT: Duration = 7 * DAY;

/** Which of the known clocks are believed, and what follows for the present. */
export interface BelievedClocks {
  /** Whether two clocks agree, or there is only ours. If not, nothing may follow from the present. */
  readonly agree: boolean;
  /** The earliest of the believed clocks, ahead of ours by this; if none is believed, of all clocks. */
  readonly earliest: Duration;
  /** The latest of them. */
  readonly latest: Duration;
  /** The clocks with which no other agrees, and what they are ahead of ours. */
  readonly doubted: ReadonlyMap<string, Duration>;
}

/** A clock is believed if another one agrees with it: two that agree outvote one. */
export function believe(offsets: ClockOffsets): BelievedClocks {
  const all: [string, Duration][] = [['ours', 0], ...Object.entries(offsets)];
  const hasAnother = ([name, offset]: [string, Duration]) =>
    all.some(([other, its]) => other !== name && Math.abs(its - offset) <= CLOCKS_AGREE);
  const believed = all.length === 1 ? all : all.filter(hasAnother);
  const agree = believed.length > 0;
  const counted = agree ? believed : all;
  // The vendor's Date limits the watermark by itself, and more exactly than by its distance, of which the answer's way is a part.
  const early = agree ? counted.filter(([name]) => name !== 'vendor') : counted;
  const earliest = Math.min(...early.map(([, offset]) => offset));
  const latest = Math.max(...counted.map(([, offset]) => offset));
  return {
    agree,
    earliest,
    latest: agree ? latest : Math.min(latest, earliest + LONGEST_DOUBT),
    doubted: new Map(all.filter((one) => !believed.includes(one))),
  };
}

/** The earliest time that it may be now, by the clocks that this invocation has heard. */
export function earliestNow(effects: HeardClocks): Instant {
  return effects.now() + believe(effects.clocks()).earliest;
}

/** The latest time that it may be now. */
export function latestNow(effects: HeardClocks): Instant {
  return effects.now() + believe(effects.clocks()).latest;
}

/** Whether a time lies in the future, whichever of the believed clocks is right. */
export function isFuture(time: Instant, effects: HeardClocks): boolean {
  return time > latestNow(effects) + CLOCKS_AGREE;
}
