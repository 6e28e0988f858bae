import { formatDuration, SECOND } from '../../functions/core/time.ts';
import { columns } from '../views/columns.ts';
import { paint } from '../views/paint.ts';
import type { SourceDescription, StreamDescription } from './describe-sources.ts';

const HEAD = ['stream', 'runs', 'settle', 'overlap', 'late up to', 'kept', 'requests a run'];
const FEED_HEAD = ['feed', 'events a minute', 'requests an event'];
const UNKNOWN = 'unknown';

/** Descriptions of sources as text. */
export function showSources(descriptions: readonly SourceDescription[]): string {
  return descriptions.map(showSource).join('\n\n');
}

function showSource({ source, title, vendor, origin, secret, streams }: SourceDescription): string {
  return [
    paint('strong', `${source}: ${title} (${vendor})`),
    `  API: ${origin ?? 'a host of its own for each tenant'}`,
    `  secret: ${secret}`,
    '',
    columns(HEAD, streams.map(rowOf)),
    ...rereadsOf(streams),
    '',
    ...permissionsOf(streams),
    ...feedsOf(streams),
  ].join('\n');
}

function rowOf({ stream, kind, enabled, everySeconds, requestsPerRun, ...timing }: StreamDescription) {
  const every = `every ${text(everySeconds)}`;
  const isSnapshot = kind === 'snapshot';
  return [
    stream,
    enabled ? every : `off; ${every} if enabled`,
    isSnapshot ? 'snapshot' : text(timing.settleSeconds),
    text(timing.overlapSeconds),
    text(timing.lateUpToSeconds),
    text(timing.retentionSeconds),
    requestsPerRun ?? UNKNOWN,
  ];
}

function rereadsOf(streams: readonly StreamDescription[]): string[] {
  return streams
    .filter(({ rereads }) => rereads.length > 0)
    .map(({ stream, rereads }) => {
      const texts = rereads.map((one) => `${text(one.overlapSeconds)} every ${text(one.everySeconds)}`);
      return `  ${stream} reads again further back: ${texts.join(', ')}`;
    });
}

/** Each permission once, with the streams that need it. */
function permissionsOf(streams: readonly StreamDescription[]): string[] {
  const byPermission = Map.groupBy(streams, ({ needs }) => needs);
  return [
    'Permissions, in the vendor’s words:',
    ...[...byPermission].map(([needs, some]) => `  ${needs}: ${some.map(({ title }) => title).join(', ')}`),
  ];
}

/** What was measured of the configured feeds. */
function feedsOf(streams: readonly StreamDescription[]): string[] {
  const feeds = streams.flatMap((stream) => stream.feeds);
  if (feeds.length === 0) return ['Events a minute and requests an event are unknown: no feed of it has run here.'];
  const rows = feeds.map(({ feed, eventsPerMinute, requestsPerEvent }) => [
    feed,
    eventsPerMinute ?? UNKNOWN,
    requestsPerEvent ?? UNKNOWN,
  ]);
  return ['', 'Measured in the last 7 days:', columns(FEED_HEAD, rows)];
}

function text(seconds: number | null): string {
  return seconds === null ? '-' : formatDuration(seconds * SECOND);
}
