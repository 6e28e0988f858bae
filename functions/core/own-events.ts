import { say } from './checkpoint.ts';
import { type Circumstances, complete } from './complete.ts';
import { digest } from './identity.ts';
import type { EcsEvent, Feed } from './model.ts';
import { formatInstant, type Instant, type Range } from './time.ts';

/** What Tidemark itself did or found, told to the SIEM like any other event. */
export type OwnAct =
  | { readonly act: 'gap'; readonly range: Range }
  | { readonly act: 'unreadable'; readonly range: Range; readonly body: string; readonly message: string };

/** An act of Tidemark as an event: `event.module: tidemark`, its id made from the feed and the act, so that a repetition is recognised. */
export function ownEvent(feed: Feed, act: OwnAct, now: Instant): EcsEvent {
  const range = { from: formatInstant(act.range.from), to: formatInstant(act.range.to) };
  const id = digest(JSON.stringify(['tidemark', act.act, feed.name, range]));
  const about: Circumstances = {
    feed,
    id,
    time: act.act === 'gap' ? now : act.range.from,
    readAt: now,
    window: act.range,
  };
  const row = { value: act, text: act.act === 'unreadable' ? act.body : '' };
  const event = complete(act.act === 'gap' ? gap(act.range) : unreadable(act), row, about);
  const { original, ...facts } = event.event;
  return {
    ...event,
    event: {
      ...facts,
      module: 'tidemark',
      dataset: `tidemark.${act.act}`,
      ...(act.act === 'unreadable' && original !== undefined && { original }),
    },
    tidemark: { ...event.tidemark, act: act.act, range },
  };
}

function gap(range: Range) {
  return {
    message: `Not read before the vendor deleted it: ${say(range.from)} to ${say(range.to)}.`,
    event: {
      kind: 'event' as const,
      category: ['configuration'],
      type: ['info'],
      action: 'gap',
      outcome: 'failure' as const,
    },
  };
}

function unreadable(act: OwnAct & { act: 'unreadable' }) {
  return {
    message: `The vendor’s answer for ${say(act.range.from)} to ${say(act.range.to)} cannot be read; it lies in quarantine.`,
    event: { kind: 'pipeline_error' as const, action: 'unreadable' },
    error: { message: act.message, type: 'unreadable' },
    tags: ['tidemark-unreadable'],
  };
}
