import type { FeedLook, LatenessLook } from '../../functions/core/invocation/feed-status.ts';
import { formatDuration, SECOND } from '../../functions/core/time.ts';
import { columns } from '../views/columns.ts';
import { clean } from '../views/log-line.ts';
import { open } from './open.ts';
import type { FeedOptions } from './opened.ts';
import { type RangeOptions, rangeOf } from './range.ts';

/** What there is to be seen beside the feeds: for programs, and for people. */
interface Beside {
  readonly json: object;
  readonly text: string;
}

/** How the feeds stand: reads the table, and asks no vendor. */
async function look(
  options: FeedOptions & RangeOptions,
  say: (looks: readonly FeedLook[]) => string,
  lookBeside: () => Promise<Beside | undefined> = async () => undefined,
): Promise<number> {
  const range = rangeOf(options, new Date());
  const opened = await open(options);
  try {
    const answers = await Promise.all(
      opened.groups.map((group) => opened.invoke(group, { act: 'look', ...range }, 60_000)),
    );
    const looks = answers.flatMap((answer) => (answer as { looks: FeedLook[] }).looks);
    const beside = await lookBeside();
    const text = beside ? `${say(looks)}\n\n${beside.text}` : say(looks);
    process.stdout.write(options.json ? `${JSON.stringify({ feeds: looks, ...beside?.json })}\n` : `${text}\n`);
    return 0;
  } finally {
    await opened.close();
  }
}

export async function status(options: FeedOptions): Promise<number> {
  return await look(options, (looks) => {
    const rows = looks.map(({ feed, watermark, lagSeconds, failures = 0, lastSuccess, quarantine, jobs }) => [
      feed,
      watermark ?? 'never run',
      lagSeconds === undefined ? '-' : formatDuration(Math.max(0, lagSeconds) * SECOND),
      lastSuccess ?? '-',
      failures,
      quarantine.length,
      jobs.filter(({ state }) => state === 'running').length,
    ]);
    const head = ['feed', 'watermark', 'behind', 'caught up', 'failures', 'quarantined', 'jobs'];
    return [columns(head, rows), ...looks.flatMap(troubles)].join('\n');
  });
}

/** Why a feed does not get on, and the jobs beside it. */
function troubles({ feed, hold, lastError, lease, jobs }: FeedLook): string[] {
  return [
    ...(lease ? [`  ${feed}: at work until ${lease.until} at the latest`] : []),
    ...(hold ? [`  ${feed}: waits until ${hold.until} (${hold.reason}): ${hold.message}`] : []),
    ...(lastError ? [`  ${feed}: ${lastError.at} ${lastError.code}: ${lastError.message}`] : []),
    ...jobs
      .filter(({ kind, state }) => kind === 'backfill' && state === 'running')
      .map(({ id, percent, eta }) => `  ${feed}: backfill ${id} ${percent} %${eta ? `, done about ${eta}` : ''}`),
  ].map(clean);
}

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

function sayLateness(feed: string, lateness: LatenessLook): string {
  const { since, onTime, late, steps, settle, overlap, wouldCatch } = lateness;
  const total = onTime + late;
  const share = (events: number) => `${((100 * events) / Math.max(1, total)).toFixed(2)} %`;
  const rows = [
    ['when first read', onTime, share(onTime)],
    ...steps.map(({ upTo, events }) => [`up to ${upTo} late`, events, share(events)] as const),
  ];
  return [
    `${feed}, since ${since}`,
    columns(['first seen', 'events', 'share'], rows),
    late === 0
      ? `none was late (the overlap is ${overlap}, settle ${settle})`
      : `the overlap is ${overlap} (settle ${settle}); ${wouldCatch['99.9%']} would have caught 99.9 % of all events, ${wouldCatch['100%']} all of them`,
  ].join('\n');
}

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

function sayDays(days: readonly NonNullable<FeedLook['ledger'][number]['done']>[]): string[] {
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

export async function quarantine(options: FeedOptions): Promise<number> {
  return await look(
    options,
    (looks) => sayQuarantine(looks, options.cloud ?? false),
    async () => {
      if (!options.cloud) return undefined;
      const { listPutAside, sayPutAside } = await import('./put-aside.ts');
      const putAside = await listPutAside(options);
      return putAside && { json: { putAside }, text: sayPutAside(putAside) };
    },
  );
}

function sayQuarantine(looks: readonly FeedLook[], cloud: boolean): string {
  const rows = looks.flatMap(({ feed, quarantine }) =>
    quarantine.map(({ id, reason, at, bytes, destinations }) => [
      feed,
      id,
      reason,
      at,
      bytes,
      destinations?.join(', ') ?? '-',
    ]),
  );
  if (rows.length === 0) return 'Nothing is in quarantine.';
  const again = `tidemark redrive --feed PATTERN [--id ID]${cloud ? ' --cloud' : ''} sends them again.`;
  return [columns(['feed', 'id', 'reason', 'since', 'bytes', 'lacking at'], rows), again].join('\n');
}
