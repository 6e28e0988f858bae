import { asTidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import type { PreparedConnection } from '../run/feed-context.ts';
import { joinReports } from '../run/make-report.ts';
import type { FeedReport } from '../run/report.ts';
import type { Checkpoint } from '../stored/checkpoint.ts';
import { type Instant, SECOND } from '../time.ts';
import type { ConnectionContext, Shared } from './connection-context.ts';
import { prepareConnection } from './prepare-connection.ts';
import { refusalOfAll } from './refusals.ts';
import { performTask } from './tasks.ts';
import { reportRestRefused, reportUnrun } from './unrun-feeds.ts';

/** Time for which a lease outlasts its worker, because the clocks of two workers may differ. */
const LEASE_MARGIN = 5 * SECOND;
/** Minimum slice of a run for a feed while others wait. */
const SHORTEST_SLICE = 5 * SECOND;

/** Runs all feeds in slices of the invocation's time, until every feed is done or the time is up. */
export async function runInTurns(context: ConnectionContext, shared: Shared): Promise<FeedReport[]> {
  const { effects } = context;
  const reports = new Map<string, FeedReport>();
  let waiting = await longestWaitingFirst(context);
  while (waiting.length > 0) {
    const again: AnyFeed[] = [];
    for (const [at, feed] of waiting.entries()) {
      const others = waiting.length - at - 1 + again.length;
      const began = effects.now();
      const report = await runSlice(context, shared, feed, others);
      const before = reports.get(feed.name);
      reports.set(feed.name, before ? joinReports(before, report) : report);
      const refusal = refusalOfAll(shared, [...reports.values()]);
      if (refusal) return await reportRestRefused(context, reports, refusal);
      // A feed that did nothing because its turn to ask comes after the end of this run gets no further slice.
      const wasUsed = report.pages > 0 || effects.now() - began >= SHORTEST_SLICE;
      if (report.state === 'more' && wasUsed && effects.now() < shared.stopAt) again.push(feed);
    }
    waiting = again;
  }
  return [...reports.values()];
}

async function runSlice(
  context: ConnectionContext,
  shared: Shared,
  feed: AnyFeed,
  others: number,
): Promise<FeedReport> {
  const { effects, source, connection, destinations, write, owner, maxSeenKeys, seenFor, askAgain, task } = context;
  const { pacer, access, secretVersion, stopAt, endBy } = shared;
  const now = effects.now();
  const slice = Math.max(SHORTEST_SLICE, (stopAt - now) / (others + 1));
  // At a slow pace, the next turn to ask may come after that.
  const sliceEnd = Math.max(now + slice, pacer.lastTurn + SHORTEST_SLICE);
  const asker = {
    effects,
    source,
    connection,
    pacer,
    secretVersion,
    ...(access && { access }),
    stopAt: Math.min(stopAt, sliceEnd),
    endBy,
  };
  const prepare = (feedAsker: Asker) => prepareOnce(context, shared, feedAsker);
  try {
    return await performTask(task, {
      effects,
      feed,
      key: feed.name,
      destinations,
      write,
      owner,
      leaseUntil: endBy + LEASE_MARGIN,
      asker,
      maxSeenKeys,
      seenFor,
      askAgain,
      prepare,
    });
  } catch (thrown) {
    return await reportUnrun(context, feed, { state: 'failed', error: asTidemarkError(thrown) });
  }
}

/** Prepares the connection, and once more when the secret is replaced: no answer to a new secret is used before it is known what that may see. */
async function prepareOnce(context: ConnectionContext, shared: Shared, asker: Asker): Promise<PreparedConnection> {
  const secretInUse = context.effects.secretInUse();
  if (secretInUse !== shared.secretVersion) {
    shared.secretVersion = secretInUse;
    delete shared.prepared;
  }
  shared.prepared ??= prepareConnection(context, shared, asker);
  return await shared.prepared;
}

/**
 * Sorts by the time of the last turn, so that a feed that takes all of a run's time or quota cannot keep another one waiting
 * for ever; those with the same turn by their lag. Checkpoints that are remembered are good enough for that. The others are
 * read; these are remembered then, so that no run reads its checkpoint a second time.
 */
async function longestWaitingFirst({ effects, feeds }: ConnectionContext): Promise<AnyFeed[]> {
  if (feeds.length < 2) return [...feeds];
  const now = effects.now();
  const waiting: { readonly feed: AnyFeed; readonly turn: Instant; readonly watermark: Instant }[] = [];
  for (const feed of feeds) {
    const item = effects.recall(feed.name) ?? (await effects.load(feed.name));
    waiting.push({ feed, turn: lastTurn(item, now), watermark: item?.watermark ?? 0 });
  }
  waiting.sort((one, other) => one.turn - other.turn || one.watermark - other.watermark);
  return waiting.map(({ feed }) => feed);
}

/** When a feed had its last turn; zero if it had none. A worker that has not given its lease back has died in its turn, or is at work. */
function lastTurn(item: Checkpoint | undefined, now: Instant): Instant {
  const { askedAt = 0, leaseUntil } = item ?? {};
  // A time in the future comes from a wrong clock.
  return leaseUntil ?? (askedAt <= now ? askedAt : 0);
}
