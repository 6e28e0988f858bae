import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { RangeOptions } from '../feeds/range.ts';
import { columns } from '../views/columns.ts';

type Day = NonNullable<FeedStatusReport['ledger'][number]['done']>;

/** Shows what was delivered in each hour, and what each day's runs did. */
export async function ledger(options: FeedOptions & RangeOptions): Promise<number> {
  const since = options.from === undefined && options.since === undefined ? '7d' : options.since;
  return await look({ ...options, ...(since !== undefined && { since }) }, (looks) =>
    looks
      .filter(({ kind }) => kind === 'events')
      .map(({ feed, ledger }) => {
        const rows = ledger.flatMap(({ hours }) =>
          hours.map(({ hour, events, digest, destinations }) => [
            `${hour.replace('T', ' ')}:00`,
            events,
            digest,
            Object.entries(destinations)
              .map(([id, one]) => `${id} ${one.events}${one.digest === digest ? '' : ` (${one.digest})`}`)
              .join(', '),
          ]),
        );
        const done = ledger.flatMap(({ done }) => (done ? [done] : []));
        return [feed, columns(['hour', 'events', 'digest', 'destinations'], rows), ...sayDays(done)].join('\n');
      })
      .join('\n\n'),
  );
}

function sayDays(days: readonly Day[]): string[] {
  if (days.length === 0) return [];
  const head = [
    'done on',
    'windows',
    'pages',
    'read',
    'known already',
    'delivered',
    'late',
    'unmapped',
    'quarantined',
    'unreadable',
    'gaps',
  ];
  const rows = days.map((day) => [
    day.day,
    day.windows,
    day.pages,
    day.fetched,
    day.suppressed,
    day.delivered,
    day.late,
    day.unmapped,
    day.quarantined,
    day.unreadable.length,
    day.gaps.length,
  ]);
  return [columns(head, rows)];
}
