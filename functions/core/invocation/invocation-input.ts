import * as z from 'zod/mini';
import { type ConfiguredConnection, check, feedsOf, parseConnection } from '../config/connection.ts';
import { TidemarkError } from '../errors.ts';
import type { AnyFeed, Source } from '../model.ts';
import { type Instant, parseDuration, parseInstant, type Range } from '../time.ts';
import type { ConfiguredFeeds } from './census.ts';
import type { Task } from './tasks.ts';

/** The checked input of an invocation. */
export interface InvocationInput {
  readonly task:
    | Task
    /** Reports the status of the feeds without asking the vendor. */
    | {
        readonly act: 'look';
        readonly range?: Range;
        /** Whether the feeds that left the source are wanted, too. */
        readonly left?: boolean;
        /** Whether the evidence of the range is wanted instead of its ledger. */
        readonly evidence?: boolean;
      }
    /** Finds out why nothing arrives. Delivers nothing. */
    | { readonly act: 'examine'; readonly signInAgain?: boolean; readonly servicesShareClock?: boolean }
    | { readonly act: 'census'; readonly feeds: ConfiguredFeeds; readonly retired?: readonly string[] | undefined };
  /** Undefined for a census, which is about all connections. */
  readonly connection?: ConfiguredConnection;
  readonly feeds: readonly AnyFeed[];
  /** A person started this invocation: requests that the vendor refused before are tried again now. */
  readonly askAgain: boolean;
}

const time = z
  .string()
  .check(z.refine((text) => parseInstant(text) !== undefined, 'a time such as 2026-01-10T00:00:00Z'));
const feeds = {
  connection: z.unknown(),
  streams: z.array(z.string()).check(z.minLength(1)),
  askAgain: z.optional(z.boolean()),
};
const duration = z.string().check(z.refine((text) => parseDuration(text) !== undefined, 'a duration such as 15m'));
const every = z.string().check(z.refine((text) => (parseDuration(text) ?? 0) > 0, 'a duration such as 15m'));
const timing = z.union([every, z.strictObject({ every, settle: duration })]);
const who = z.string().check(z.minLength(1), z.maxLength(256));
const range = { from: z.optional(time), to: z.optional(time) };

/** The input that schedules, the command line and the state machine send. The default of `act` is `run`. */
const input = z.discriminatedUnion('act', [
  z.strictObject({ act: z._default(z.literal('run'), 'run'), ...feeds }),
  z.strictObject({
    act: z.literal('backfill'),
    ...feeds,
    ...range,
    id: z.optional(
      z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, dots, dashes and underscores')),
    ),
    resend: z.optional(z.boolean()),
    cancel: z.optional(z.boolean()),
  }),
  z.strictObject({ act: z.literal('verify'), ...feeds, ...range, repair: z.optional(z.boolean()) }),
  z.strictObject({ act: z.literal('redrive'), ...feeds, ids: z.optional(z.array(z.string()).check(z.minLength(1))) }),
  z.strictObject({ act: z.literal('move'), ...feeds, to: time, by: z.optional(who) }),
  z.strictObject({
    act: z.literal('look'),
    ...feeds,
    ...range,
    left: z.optional(z.boolean()),
    evidence: z.optional(z.boolean()),
  }),
  z.strictObject({
    act: z.literal('examine'),
    ...feeds,
    signInAgain: z.optional(z.boolean()),
    servicesShareClock: z.optional(z.boolean()),
  }),
  z.strictObject({
    act: z.literal('census'),
    feeds: z.record(z.string(), z.record(z.string(), timing)),
    retired: z.optional(z.array(z.string())),
  }),
]);

export function readInput(source: Source, value: unknown): InvocationInput {
  const given = typeof value === 'object' && value !== null && !('act' in value) ? { act: 'run', ...value } : value;
  const checked = check(input, given, 'The invocation');
  if (checked.act === 'census') return { task: checked, feeds: [], askAgain: false };
  const { connection: unchecked, streams, askAgain = false, ...rest } = checked;
  const connection = parseConnection(source, unchecked);
  return { task: taskOf(rest), connection, feeds: feedsNamed(source, connection, streams), askAgain };
}

function taskOf(
  rest: Omit<Exclude<z.infer<typeof input>, { act: 'census' }>, 'connection' | 'streams' | 'askAgain'>,
): InvocationInput['task'] {
  const parts = rest as { act: string; from?: string; to?: string } & Record<string, unknown>;
  const { from, to, ...more } = parts;
  if (parts.act === 'move') {
    return { ...(more as { by?: string }), act: 'move', to: parseInstant(to) as Instant };
  }
  const wanted = rangeOf(from, to);
  return { ...more, ...(wanted && { range: wanted }) } as InvocationInput['task'];
}

function rangeOf(from: string | undefined, to: string | undefined): Range | undefined {
  if (from === undefined && to === undefined) return undefined;
  const [first, last] = [parseInstant(from), parseInstant(to)];
  if (first !== undefined && last !== undefined && first < last) return { from: first, to: last };
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The invocation is not right:\n  $.from, $.to: there is ${from ?? 'nothing'} to ${to ?? 'nothing'}, wanted a range: from before to.`,
    remedy: 'Give both from and to.',
  });
}

function feedsNamed(source: Source, connection: ConfiguredConnection, streams: readonly string[]): AnyFeed[] {
  const all = feedsOf(source, connection);
  return streams.map((name, at) => {
    const feed = all.find(({ stream }) => stream.name === name);
    if (feed) return feed;
    const known = all.map(({ stream }) => stream.name).join(', ');
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `The invocation is not right:\n  $.streams[${at}]: there is ${JSON.stringify(name)}; ${source.id} has: ${known}.`,
      remedy: 'Correct the schedule’s input.',
    });
  });
}
