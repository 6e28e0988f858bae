import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import type { Identity, RecordKey, Row, Stream } from '../../../functions/core/model.ts';
import { ceilTo, floorTo, MINUTE, parseInstant } from '../../../functions/core/time.ts';
import { memoryStream } from '../../memory/source.ts';
import { createWorld, type World } from '../../memory/world.ts';
import type { Scenario } from './scenario.ts';
import { BEGIN } from './scenario-rows.ts';

/** The stream of the other feed. */
const NEIGHBOUR = 'beside';

/** The world of a scenario, without its rows. */
export function createWorldOf(scenario: Scenario): World {
  const { vendor, settle, overlap, longestWindow, cutAfterPages, startFrom, destinations } = scenario;
  const plain = memoryStream('events', vendor.precision, vendor.paging === 'offset');
  const world = createWorld({
    seed: scenario.seed,
    start: BEGIN,
    vendor: { ...vendor, echo: scenario.echo ? ({ to }, now) => Math.min(to, now) : undefined },
    stream: {
      settle,
      overlap,
      longestWindow,
      retention: vendor.keeps,
      recordKey,
      events: (row) => eventsOf(plain, row),
      map: (_row, { phase }) => ({ event: phase === undefined ? {} : { reason: phase } }),
      ...(cutAfterPages !== undefined && { cutAfterPages }),
      ...(scenario.coarse && {
        first: ({ from, to }, connection) =>
          plain.first({ from: floorTo(from, MINUTE), to: ceilTo(to, MINUTE) }, connection),
      }),
      ...(scenario.selfLink && {
        read: (answer, asked) => {
          const page = plain.read(answer, asked);
          return page.next ? page : { ...page, next: asked };
        },
      }),
    },
    destinations: destinations.filter(({ from }) => from === 0).map(({ id }) => id),
    ...(startFrom !== undefined && { startFrom }),
    requestsInFlight: scenario.requestsInFlight,
    more: scenario.neighbour ? [{ stream: { name: NEIGHBOUR } }] : [],
  });
  const neighbour = world.vendors.get(NEIGHBOUR);
  if (neighbour) neighbour.onRequest = () => scenario.neighbour;
  return world;
}

/** A record that changes keeps its id, its time and its name. */
function recordKey({ value }: Row): RecordKey | undefined {
  const { id, date, name } = value as { id?: string; date?: unknown; name?: unknown };
  return id === undefined ? undefined : { id, content: JSON.stringify([date, name]) };
}

/** A session is its start and its end. */
function eventsOf(plain: Stream, row: Row): Identity[] {
  const [start = {}] = plain.events(row);
  const { end } = row.value as { end?: string };
  const endTime = parseInstant(end);
  return endTime === undefined ? [start] : [start, { ...start, time: endTime, phase: 'end' }];
}

/** An event as this world's destinations keep it: its id, and the record; of our own acts, what they are about. */
export function lineOf({ event, tidemark }: EcsEvent): string {
  if (event.module !== 'tidemark') return `${event.id}\t${event.original}\t${event.reason ?? ''}`;
  // A lost permission is about no range.
  const { from = '', to = '' } = (tidemark.range ?? {}) as { from?: string; to?: string };
  // What a neighbour tells is not about the feed that is looked at.
  const whose = String(tidemark.feed).includes(NEIGHBOUR) ? `${NEIGHBOUR} ` : '';
  return `${event.id}\t@${whose}${String(tidemark.act)}\t\t${parseInstant(from)}\t${parseInstant(to)}`;
}
