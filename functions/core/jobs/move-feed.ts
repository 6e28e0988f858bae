import { sendSelfEvent } from '../delivery/send-self-event.ts';
import type { FeedContext } from '../run/feed-context.ts';
import type { RunOutcome } from '../run/outcome.ts';
import { newCheckpoint } from '../run/reconcile-config.ts';
import type { FeedReport } from '../run/report.ts';
import { startSending } from '../run/start-sending.ts';
import { withLease } from '../run/with-lease.ts';
import { floorTo, type Instant } from '../time.ts';

/**
 * Moves the watermark by hand, and says so to the SIEM before it counts: on, past what is then not read, or back, to read it again.
 * What was delivered before is not delivered again as long as its keys are remembered.
 */
export async function moveFeed(task: FeedContext, to: Instant): Promise<FeedReport> {
  const { feed } = task;
  return await withLease(task, {
    fresh: (start) => newCheckpoint(task, start),
    heedsHold: false,
    work: async (held): Promise<RunOutcome> => {
      const { lease, start } = held;
      const { watermark, floor, destinations } = lease.item;
      const { precision, retention } = feed.stream;
      const wanted = Math.min(Math.max(to, start - retention), start - feed.settle);
      const moved = floorTo(wanted, precision);
      // Whether the feed works is not known by that.
      const ending: RunOutcome = { state: 'caught-up', changes: {} };
      if (moved === watermark) return ending;
      const own = startSending(task, held);
      await own.seen.open();
      const act = moved > watermark ? 'skip' : 'rewind';
      const range = { from: Math.min(moved, watermark), to: Math.max(moved, watermark) };
      // Known by when the feed was last well: the same move, asked for again after a crash, is told once.
      await sendSelfEvent(own, { act, range, at: lease.item.lastSuccess ?? floor });
      // Who is to get what lies there is asked for by hand: all.
      const since = Object.entries(destinations).map(([id, from]) => [id, Math.min(from, moved)] as const);
      return {
        ...ending,
        changes: {
          watermark: moved,
          // Skipped is skipped: without a floor there, the overlap would still look for some of it.
          floor: act === 'skip' ? moved : Math.min(floor, moved),
          destinations: Object.fromEntries(since),
          plan: undefined,
          narrowed: undefined,
          broken: undefined,
        },
      };
    },
  });
}
