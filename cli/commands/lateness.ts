import type { LatenessReport } from '../../functions/core/invocation/feed-status.ts';
import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { timeText } from '../views/time-text.ts';

/** Shows how late the events of each feed came, and the overlap that would have caught them. */
export async function lateness(options: FeedOptions): Promise<number> {
  return await look(options, (looks) =>
    looks
      .filter(({ kind }) => kind === 'events')
      .map(({ feed, lateness }) =>
        lateness ? sayLateness(feed, lateness) : `${feed}\n  nothing has been delivered yet`,
      )
      .join('\n\n'),
  );
}

function sayLateness(feed: string, lateness: LatenessReport): string {
  const { since, onTime, late, steps, settle, overlap, wouldCatch } = lateness;
  const total = onTime + late;
  const share = (events: number) => `${((100 * events) / Math.max(1, total)).toFixed(2)} %`;
  const rows = [
    ['when first read', onTime, share(onTime)],
    ...steps.map(({ upTo, events }) => [`up to ${upTo} late`, events, share(events)] as const),
  ];
  return [
    `${feed}, since ${timeText(since)}`,
    columns(['first seen', 'events', 'share'], rows),
    late === 0
      ? `none was late (the overlap is ${overlap}, settle ${settle})`
      : `the overlap is ${overlap} (settle ${settle}); ${wouldCatch['99.9%']} would have caught 99.9 % of all events, ${wouldCatch['100%']} all of them`,
  ].join('\n');
}
