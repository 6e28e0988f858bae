import type { EcsEvent, EcsFields } from '../ecs-event.ts';
import type { AnyFeed } from '../model.ts';
import type { QuarantineEntry } from '../stored/quarantine-entry.ts';
import { type Duration, formatDuration, formatInstant, formatTime, type Instant, type Range } from '../time.ts';
import { complete, type EventContext } from './complete.ts';
import { digest } from './identity.ts';
import { UNREADABLE } from './tags.ts';

/** The acts of Tidemark itself that are sent to the SIEM as events, each with its data. */
interface Acts {
  /** `announced` if the vendor has announced rows of the range and not sent them. Otherwise it has deleted the range. */
  gap: { readonly range: Range; readonly announced?: Announced };
  /** `body` is the answer that cannot be read. */
  unreadable: { readonly range: Range; readonly body: string; readonly message: string };
  quarantine: { readonly event: string; readonly reason: QuarantineEntry['reason'] };
  skip: { readonly range: Range; readonly at: Instant };
  rewind: { readonly range: Range; readonly at: Instant };
  'watermark-reset': { readonly range: Range };
  /** `since` is the time of the feed's last success. */
  'permission-lost': { readonly since: Instant; readonly message: string };
  'scope-changed': { readonly range: Range; readonly message: string };
  backfill: {
    readonly id: string;
    readonly state: 'started' | 'done' | 'cancelled';
    readonly range: Range;
    readonly resend: boolean;
  };
  repair: { readonly range: Range; readonly events: number; readonly at: Instant };
  'feed-left': { readonly watermark: Instant };
  /** The range was read, and the feed has had no events in it. `usual` is its longest pause before. */
  'feed-silent': { readonly range: Range; readonly usual: Duration };
  /** `at` is when the event went into quarantine. */
  redrive: { readonly event: string; readonly at: Instant };
  /** `since` is the time from which on the destination may lack events. */
  'destination-removed': { readonly destination: string; readonly since: Instant };
  'destination-returned': { readonly destination: string; readonly range: Range };
  /** `lost` is the time of the deliveries that may be lost. */
  'stream-replaced': {
    readonly destination: string;
    readonly range: Range;
    readonly lost: Range;
    readonly createdAt: Instant;
  };
  'owed-delivered': { readonly destination: string; readonly range: Range };
  'owed-lost': { readonly destination: string; readonly range: Range };
}

/** A number of rows that the vendor has announced, and the number that came. */
interface Announced {
  readonly total: number;
  readonly rows: number;
}

type Act = keyof Acts;

/** An act of Tidemark itself, or a finding. */
export type SelfEvent<A extends Act = Act> = { readonly [K in A]: { readonly act: K } & Acts[K] }[A];

/** When each event is sent: for the documentation only, so it stands apart from what the functions need. */
export const SELF_EVENTS: Readonly<Record<Act, string>> = {
  gap: 'The vendor deleted a range before it was read; after a crash, a longer one may be told in addition. Or it has announced more rows of a range than it sent, in several runs.',
  unreadable: 'The answer for a range cannot be read. Its body is `event.original`, and lies in quarantine.',
  quarantine:
    'A destination could not take an event whole (`oversized`), or not say it (`inexpressible`); its id is `tidemark.event`.',
  skip: 'A person moved the watermark on: the range is not read.',
  rewind: 'A person moved the watermark back: the range is read again.',
  'watermark-reset':
    'The watermark or the floor was in the future, at the end of the range; it was brought back to its beginning.',
  'permission-lost':
    'The credentials may no longer read the feed, or see less. Once for each loss: again only after the feed was well.',
  'scope-changed': 'What defines the feed has changed: what is new in the range takes a backfill.',
  backfill: 'A backfill has started, is done, or was cancelled.',
  repair: 'Events that verification found missing have been delivered.',
  'feed-left':
    'A feed that has run is no longer configured: what comes after its watermark is not read. Once for each time.',
  'feed-silent':
    'A feed that had events on most days has none any more, for at least a day and twice its longest pause of the four weeks before, although it was read. Once for each silence; the range begins with it.',
  redrive: 'Something was sent again from quarantine; its id is `tidemark.event`.',
  'destination-removed': 'A destination is no longer configured; its id is `tidemark.destination`.',
  'destination-returned': 'A destination is configured again. It is owed the range, which is read again for it alone.',
  'stream-replaced':
    'The delivery stream of a destination was deleted and created again. What it still held is owed to the destination.',
  'owed-delivered': 'A destination has received what it was owed.',
  'owed-lost': 'A part of what a destination is owed cannot be read again.',
};

interface Description<A extends Act> {
  /** The values that distinguish it from other events of the same act. Sent again after a crash, it must have the same ones. */
  identity(act: SelfEvent<A>, range: unknown): readonly unknown[];
  fields(act: SelfEvent<A>, feed: AnyFeed): EcsFields;
}

const byRange = (_act: unknown, range: unknown): readonly unknown[] => [range];

const DESCRIPTIONS: { readonly [A in Act]: Description<A> } = {
  gap: {
    identity: byRange,
    fields: ({ act, range, announced }) =>
      notice(
        act,
        'failure',
        announced ? missingText(range, announced) : `Not read before the vendor deleted it: ${textOf(range)}.`,
      ),
  },
  unreadable: {
    identity: byRange,
    fields: ({ range, message }) => ({
      message: `The vendor’s answer for ${textOf(range)} cannot be read; it lies in quarantine.`,
      event: { kind: 'pipeline_error', action: 'unreadable' },
      error: { message, type: 'unreadable' },
      tags: [UNREADABLE],
    }),
  },
  quarantine: {
    identity: ({ event, reason }) => [event, reason],
    fields: ({ act, event, reason }, feed) =>
      notice(act, 'failure', `Event ${event} of ${feed.name} is ${reason}; the whole lies in quarantine.`),
  },
  skip: {
    identity: ({ at }, range) => [range, at],
    fields: ({ act, range }) =>
      notice(act, 'unknown', `The watermark was moved on by hand: ${textOf(range)} is not read.`),
  },
  rewind: {
    identity: ({ at }, range) => [range, at],
    fields: ({ act, range }) =>
      notice(act, 'unknown', `The watermark was moved back by hand: ${textOf(range)} is read again.`),
  },
  'watermark-reset': {
    identity: byRange,
    fields: ({ act, range }) =>
      notice(
        act,
        'failure',
        `The watermark was in the future, at ${formatTime(range.to)}; it was brought back to ${formatTime(range.from)}.`,
      ),
  },
  'permission-lost': {
    identity: ({ since }) => [since],
    fields: ({ act, message }, feed) => ({
      ...notice(act, 'failure', `${feed.name} may no longer be read.`),
      error: { message },
    }),
  },
  'scope-changed': {
    identity: ({ message }, range) => [range, message],
    fields: ({ act, message }) => notice(act, 'unknown', message),
  },
  backfill: {
    identity: ({ id, state }) => [id, state],
    fields: ({ act, range, state }) => notice(act, 'success', `Backfill of ${textOf(range)}: ${state}.`),
  },
  repair: {
    identity: ({ at, events }, range) => [range, at, events],
    fields: ({ act, range, events }) =>
      notice(act, 'success', `${events} missing event(s) of ${textOf(range)} have been delivered.`),
  },
  'feed-left': {
    identity: ({ watermark }) => [watermark],
    fields: ({ act, watermark }, feed) =>
      notice(act, 'unknown', `${feed.name} is no longer configured. It was read up to ${formatTime(watermark)}.`),
  },
  'feed-silent': {
    identity: ({ range }) => [range.from],
    fields: ({ act, range, usual }, feed) =>
      notice(
        act,
        'unknown',
        `${feed.name} has been silent since ${formatTime(range.from)}, read up to ${formatTime(range.to)}. Its longest pause before was ${formatDuration(usual)}.`,
      ),
  },
  redrive: {
    identity: ({ event, at }) => [event, at],
    fields: ({ act, event }) => notice(act, 'success', `${event} was sent again from quarantine.`),
  },
  'destination-removed': {
    identity: ({ destination, since }) => [destination, since],
    fields: ({ act, destination, since }) =>
      notice(
        act,
        'unknown',
        `${destination} is no longer configured: it may lack events from ${formatTime(since)} on.`,
      ),
  },
  'destination-returned': {
    identity: ({ destination }, range) => [destination, range],
    fields: ({ act, destination, range }, feed) =>
      notice(
        act,
        'unknown',
        `${destination} is configured again and lacks events of ${textOf(range)}. They are read again; tidemark status --feed ${feed.name} shows how far.`,
      ),
  },
  'stream-replaced': {
    identity: ({ destination, createdAt }, range) => [destination, createdAt, range],
    fields: ({ act, destination, range, lost }) =>
      notice(
        act,
        'failure',
        `The delivery stream of ${destination} was deleted and created again. What it took from ${textOf(lost)} may be lost; of these events, those of ${textOf(range)} are sent again.`,
      ),
  },
  'owed-delivered': {
    identity: ({ destination }, range) => [destination, range],
    fields: ({ act, destination, range }) =>
      notice(act, 'success', `${destination} has received what it lacked of ${textOf(range)}.`),
  },
  'owed-lost': {
    identity: ({ destination }, range) => [destination, range],
    fields: ({ act, destination, range }, feed) =>
      notice(
        act,
        'failure',
        `${destination} may lack events of ${textOf(range)}, and they cannot be read again. Which destinations have them: tidemark ledger --feed ${feed.name} --from ${formatTime(range.from)} --to ${formatTime(range.to)}.`,
      ),
  },
};

/**
 * An act of Tidemark as an event. Its `event.module` is `tidemark`, and its id is made from the feed and the act, so that a repetition
 * is recognised.
 */
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
  const event = complete(fieldsOf(act, feed), row, about);
  const { original, ...facts } = event.event;
  return {
    ...event,
    event: {
      ...facts,
      module: 'tidemark',
      dataset: `tidemark.${act.act}`,
      ...(act.act === 'unreadable' && original !== undefined && { original }),
    },
    tidemark: {
      ...event.tidemark,
      act: act.act,
      ...(range && { range }),
      ...('event' in act && { event: act.event }),
      ...('destination' in act && { destination: act.destination }),
    },
  };
}

function identityOf<A extends Act>(act: SelfEvent<A>, range: unknown): readonly unknown[] {
  return DESCRIPTIONS[act.act].identity(act, range);
}

function fieldsOf<A extends Act>(act: SelfEvent<A>, feed: AnyFeed): EcsFields {
  return DESCRIPTIONS[act.act].fields(act, feed);
}

function notice(action: Act, outcome: 'success' | 'failure' | 'unknown', message: string): EcsFields {
  return { message, event: { kind: 'event', category: ['configuration'], type: ['info'], action, outcome } };
}

function missingText(range: Range, { total, rows }: Announced): string {
  return `The vendor announced ${total} rows of ${textOf(range)} and sent ${rows} when it was read last.`;
}

function textOf({ from, to }: Range): string {
  return `${formatTime(from)} to ${formatTime(to)}`;
}
