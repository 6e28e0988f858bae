import type { EcsEvent, EcsFields } from '../ecs-event.ts';
import type { AnyFeed } from '../model.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { formatInstant, formatTime, type Instant, type Range } from '../time.ts';
import { complete, type EventContext } from './complete.ts';
import { digest } from './identity.ts';

/** What Tidemark itself did or found, told to the SIEM like any other event. */
export type SelfEvent =
  /** The vendor deleted a range before it was read. */
  | { readonly act: 'gap'; readonly range: Range }
  /** A range whose answer cannot be read; its body lies in quarantine. */
  | { readonly act: 'unreadable'; readonly range: Range; readonly body: string; readonly message: string }
  /** An event that a destination could not take, or not whole. */
  | { readonly act: 'quarantine'; readonly event: string; readonly reason: QuarantineEntry['reason'] }
  /** A person moved the watermark: on, past a range that is then not read, or back. */
  | { readonly act: 'skip' | 'rewind'; readonly range: Range; readonly at: Instant }
  /** More was delivered in the overlap than a run can hold in memory: what comes late into this range is not found. */
  | { readonly act: 'overlap-shortened'; readonly range: Range }
  /** The credentials may no longer read this feed, or see less than they did; since it was last well. */
  | { readonly act: 'permission-lost'; readonly since: Instant; readonly message: string }
  /** What defines the feed has changed: what is new in this range takes a backfill. */
  | { readonly act: 'scope-changed'; readonly range: Range; readonly message: string }
  | {
      readonly act: 'backfill';
      readonly id: string;
      readonly state: 'started' | 'done' | 'cancelled';
      readonly range: Range;
      readonly resend: boolean;
    }
  /** Events that were missing have been delivered. */
  | { readonly act: 'repair'; readonly range: Range; readonly events: number; readonly at: Instant }
  /** Something was sent again that went into quarantine at that time. */
  | { readonly act: 'redrive'; readonly event: string; readonly at: Instant };

/** When each act is told. */
export const SELF_EVENTS: Readonly<Record<SelfEvent['act'], string>> = {
  gap: 'The vendor deleted a range before it was read. After a crash, a longer one may be told in addition.',
  unreadable: 'The answer for a range cannot be read. Its body is `event.original`, and lies in quarantine.',
  quarantine:
    'A destination could not take an event whole (`oversized`), or not say it (`inexpressible`); its id is `tidemark.event`.',
  skip: 'A person moved the watermark on: the range is not read.',
  rewind: 'A person moved the watermark back: the range is read again.',
  'overlap-shortened':
    'More was delivered in the overlap than a run can hold: what comes late into the range is not found.',
  'permission-lost':
    'The credentials may no longer read the feed, or see less. Once for each loss: again only after the feed was well.',
  'scope-changed': 'What defines the feed has changed: what is new in the range takes a backfill.',
  backfill: 'A backfill has started, is done, or was cancelled.',
  repair: 'Events that verification found missing have been delivered.',
  redrive: 'Something was sent again from quarantine; its id is `tidemark.event`.',
};

/** An act of Tidemark as an event: `event.module: tidemark`, its id made from the feed and the act, so that a repetition is recognised. */
export function selfEvent(feed: AnyFeed, act: SelfEvent, now: Instant): EcsEvent {
  const range = 'range' in act && { from: formatInstant(act.range.from), to: formatInstant(act.range.to) };
  const about: EventContext = {
    feed,
    id: digest(JSON.stringify(['tidemark', act.act, feed.name, ...identityOf(act, range)])),
    time: act.act === 'unreadable' ? act.range.from : now,
    readAt: now,
    ...('range' in act && { window: act.range }),
  };
  const row = { value: act, text: act.act === 'unreadable' ? act.body : '' };
  const event = complete(fieldsOf(feed, act), row, about);
  const { original, ...facts } = event.event;
  return {
    ...event,
    event: {
      ...facts,
      module: 'tidemark',
      dataset: `tidemark.${act.act}`,
      ...(act.act === 'unreadable' && original !== undefined && { original }),
    },
    tidemark: { ...event.tidemark, act: act.act, ...(range && { range }), ...('event' in act && { event: act.event }) },
  };
}

/** What tells an act from every other of its kind: the same one, told again after a crash, is the same event. */
function identityOf(act: SelfEvent, range: unknown): unknown[] {
  switch (act.act) {
    case 'gap':
    case 'unreadable':
    case 'overlap-shortened':
      return [range];
    case 'quarantine':
      return [act.event, act.reason];
    case 'skip':
    case 'rewind':
      return [range, act.at];
    case 'repair':
      return [range, act.at, act.events];
    case 'permission-lost':
      return [act.since];
    case 'scope-changed':
      return [range, act.message];
    case 'backfill':
      return [act.id, act.state];
    case 'redrive':
      return [act.event, act.at];
  }
}

function fieldsOf(feed: AnyFeed, act: SelfEvent): EcsFields {
  switch (act.act) {
    case 'gap':
      return notice(act.act, 'failure', `Not read before the vendor deleted it: ${span(act.range)}.`);
    case 'unreadable':
      return {
        message: `The vendor’s answer for ${span(act.range)} cannot be read; it lies in quarantine.`,
        event: { kind: 'pipeline_error', action: 'unreadable' },
        error: { message: act.message, type: 'unreadable' },
        tags: ['tidemark-unreadable'],
      };
    case 'quarantine':
      return notice(
        act.act,
        'failure',
        `Event ${act.event} of ${feed.name} is ${act.reason}; the whole lies in quarantine.`,
      );
    case 'skip':
      return notice(act.act, 'unknown', `The watermark was moved on by hand: ${span(act.range)} is not read.`);
    case 'rewind':
      return notice(act.act, 'unknown', `The watermark was moved back by hand: ${span(act.range)} is read again.`);
    case 'overlap-shortened':
      return notice(
        act.act,
        'failure',
        `More was delivered in the overlap than a run can hold: what comes late into ${span(act.range)} is not found.`,
      );
    case 'permission-lost':
      return { ...notice(act.act, 'failure', `${feed.name} may no longer be read.`), error: { message: act.message } };
    case 'scope-changed':
      return notice(act.act, 'unknown', act.message);
    case 'backfill':
      return notice(act.act, 'success', `Backfill of ${span(act.range)}: ${act.state}.`);
    case 'repair':
      return notice(act.act, 'success', `${act.events} missing event(s) of ${span(act.range)} have been delivered.`);
    case 'redrive':
      return notice(act.act, 'success', `${act.event} was sent again from quarantine.`);
  }
}

function notice(action: string, outcome: 'success' | 'failure' | 'unknown', message: string): EcsFields {
  return { message, event: { kind: 'event', category: ['configuration'], type: ['info'], action, outcome } };
}

function span({ from, to }: Range): string {
  return `${formatTime(from)} to ${formatTime(to)}`;
}
