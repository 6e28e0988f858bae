import type { Source } from '../../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../../functions/destinations/destination-types.ts';
import { planSchedules } from '../../../lib/plan/plan-schedules.ts';
import { drawnFor } from '../drawn.ts';
import { madeUpConfig } from '../made-up.ts';
import { MEASURED } from '../measured.ts';
import { amountText, dollars, reportOf } from '../report.ts';
import { dayOf, type Load } from '../sums.ts';
import type { Figures } from './figures.ts';

const SIZES = [30, 1_000, 3_000];
const EVENTS_A_CONNECTION = 5_000;
const SECONDS_A_DAY = 24 * 3_600;

/** The tables of docs/scaling.md. */
export function scaleFigures(sources: readonly Source[]): Figures {
  return { load: loadRows(sources), shards: shardRows(sources), headroom: headroomRows(sources) };
}

/** What a deployment uses in an account, as an average over a day: idle, and with events. */
function loadRows(sources: readonly Source[]): string[][] {
  const all = SIZES.flatMap((connections) => {
    const drawn = drawnFor(madeUpConfig({ connections, destinations: 1 }, sources), sources, DESTINATION_TYPES);
    return [0, connections * EVENTS_A_CONNECTION].map((eventsPerDay) => {
      const load: Load = { eventsPerDay, bytes: 1_200 };
      const day = dayOf({ drawn, load, measured: MEASURED });
      return { connections, eventsPerDay, drawn, day, price: reportOf(drawn, load).packed.dollars };
    });
  });
  const row = (title: string, cell: (one: (typeof all)[number]) => string) => [title, ...all.map(cell)];
  const rate = (aDay: number) => amountText(aDay / SECONDS_A_DAY);
  return [
    row('connections', ({ connections }) => String(connections)),
    row('---', () => '---:'),
    row('events a day', ({ eventsPerDay }) => amountText(eventsPerDay)),
    row('dollars a month', ({ price }) => dollars(price)),
    row('invocations a second', ({ day }) => rate(day.invocations)),
    row('running at the same time', ({ day }) => rate(day.seconds)),
    row('DynamoDB read units a second', ({ day }) => rate(day.costs.reads)),
    row('DynamoDB write units a second', ({ day }) => rate(day.costs.writes)),
    row('Secrets Manager calls a second', ({ day }) => rate(day.costs.secretCalls)),
    row('KiB a second to one destination, all sources', ({ day }) => rate(day.bytes / 1_024)),
    row('checkpoints in the largest census', ({ drawn }) =>
      String(Math.max(...drawn.censuses.map(({ feeds }) => feeds))),
    ),
  ];
}

/** How schedules are spread over shards. */
function shardRows(sources: readonly Source[]): string[][] {
  return [
    [
      'connections',
      'shards',
      'schedules',
      'in the fullest shard',
      'in the emptiest shard',
      'characters in the largest input',
    ],
    ['---:', '---:', '---:', '---:', '---:', '---:'],
    ...SIZES.map((connections) => {
      const planned = planSchedules(madeUpConfig({ connections, destinations: 1 }, sources), sources);
      const counts = planned.map(({ length }) => length);
      const inputs = planned.flat().map(({ input }) => JSON.stringify(input).length);
      const all = planned.flat().length;
      return [connections, counts.length, all, Math.max(...counts), Math.min(...counts), Math.max(...inputs)].map(
        String,
      );
    }),
  ];
}

/** Schedules that were created at the same moment are spread over a fifth of their interval. */
const PEAK = 5;
const MANY = 1_000;

/** Quotas for a rate: the limit, and how much of it a thousand connections use. */
function headroomRows(sources: readonly Source[]): string[][] {
  const drawn = drawnFor(madeUpConfig({ connections: MANY, destinations: 1 }, sources), sources, DESTINATION_TYPES);
  const load: Load = { eventsPerDay: MANY * EVENTS_A_CONNECTION, bytes: 1_200 };
  const { invocations, seconds, costs, bytes } = dayOf({ drawn, load, measured: MEASURED });
  const quotas: [string, number, number][] = [
    ['Lambda, concurrent invocations, new account', 10, seconds],
    ['Lambda, concurrent invocations, usual quota', 1_000, seconds],
    ['Scheduler, invocations a second', 1_000, invocations],
    ['DynamoDB, writes a second to a new table', 4_000, costs.writes],
    ['DynamoDB, reads a second from a new table', 12_000, costs.reads],
    ['Secrets Manager, values read a second', 10_000, costs.secretCalls],
    ['Firehose, KiB a second into a stream', 1_024, bytes / 1_024 / sources.length],
  ];
  const connectionsAtLimit = (quota: number, aDay: number, peak: number) =>
    amountText(Math.floor((quota * MANY * SECONDS_A_DAY) / (aDay * peak)));
  return [
    [
      'quota',
      'limit',
      `used by ${amountText(MANY)} connections`,
      'reached by connections, same moment',
      'spread evenly',
    ],
    ['---', '---:', '---:', '---:', '---:'],
    ...quotas
      .toSorted(([, limit, use], [, otherLimit, otherUse]) => limit / use - otherLimit / otherUse)
      .map(([title, limit, aDay]) => [
        title,
        amountText(limit),
        amountText(aDay / SECONDS_A_DAY),
        connectionsAtLimit(limit, aDay, PEAK),
        connectionsAtLimit(limit, aDay, 1),
      ]),
  ];
}
