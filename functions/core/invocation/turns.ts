import { asTidemarkError } from '../errors.ts';
import type { AnyFeed } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import type { PreparedConnection } from '../run/feed-context.ts';
import { joinReports } from '../run/make-report.ts';
import type { FeedReport } from '../run/report.ts';
import { type Instant, SECOND } from '../time.ts';
import type { ConnectionContext, Shared } from './connection-context.ts';
import { prepareConnection } from './prepare-connection.ts';
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
  let waiting = await mostLaggingFirst(context);
  while (waiting.length > 0) {
    const again: AnyFeed[] = [];
    for (const [at, feed] of waiting.entries()) {
      const others = waiting.length - at - 1 + again.length;
      const began = effects.now();
      const report = await runSlice(context, shared, feed, others);
      const before = reports.get(feed.name);
      reports.set(feed.name, before ? joinReports(before, report) : report);
      if (report.state === 'refused') return await reportRestRefused(context, reports, report);
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
 * Sorts by the watermarks that are remembered, and reads the others; these are remembered then, so that no run reads its
 * checkpoint a second time. An old watermark does no harm: it only decides who goes first.
 */
async function mostLaggingFirst({ effects, feeds }: ConnectionContext): Promise<AnyFeed[]> {
  if (feeds.length < 2) return [...feeds];
  const watermarks = new Map<AnyFeed, Instant>();
  for (const feed of feeds) {
    const { watermark = 0 } = effects.recall(feed.name) ?? (await effects.load(feed.name)) ?? {};
    watermarks.set(feed, watermark);
  }
  return [...feeds].sort((one, other) => (watermarks.get(one) as Instant) - (watermarks.get(other) as Instant));
}
