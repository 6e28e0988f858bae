import type { Source } from '../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { planSchedules } from '../../lib/plan/plan-schedules.ts';
import { drawnFor } from './drawn.ts';
import type { Figures } from './figures.ts';
import { madeUpConfig } from './made-up.ts';
import { MEASURED } from './measured.ts';
import { amountText, dollars, reportOf } from './report.ts';
import { dayOf, type Load } from './sums.ts';

const SIZES = [30, 1_000, 3_000];
const EVENTS_A_CONNECTION = 5_000;
const SECONDS_A_DAY = 24 * 3_600;

/** The tables of docs/scaling.md. */
export function scaleFigures(sources: readonly Source[]): Figures {
  return { load: loadRows(sources), shards: shardRows(sources), headroom: headroomRows(sources) };
}

/** What a deployment asks of an account, on the average over a day: idle, and with events. */
function loadRows(sources: readonly Source[]): string[][] {
  const all = SIZES.flatMap((connections) => {
    const drawn = drawnFor(madeUpConfig({ connections, destinations: 1 }, sources), sources, DESTINATION_TYPES);
    return [0, connections * EVENTS_A_CONNECTION].map((eventsPerDay) => {
      const load: Load = { eventsPerDay, bytes: 1_200 };
      const day = dayOf(drawn, load, 'packed', {}, MEASURED);
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
    row('running at once', ({ day }) => rate(day.seconds)),
    row('DynamoDB read units a second', ({ day }) => rate(day.costs.reads)),
    row('DynamoDB write units a second', ({ day }) => rate(day.costs.writes)),
    row('Secrets Manager calls a second', ({ day }) => rate(day.costs.secretCalls)),
    row('KiB a second for a destination, all sources', ({ day }) => rate(day.bytes / 1_024)),
    row('checkpoints in the largest census', ({ drawn }) =>
      String(Math.max(...drawn.censuses.map(({ feeds }) => feeds))),
    ),
  ];
}

/** How schedules lie in shards. */
function shardRows(sources: readonly Source[]): string[][] {
  return [
    [
      'connections',
      'shards',
      'schedules',
      'in the fullest shard',
      'in the emptiest',
      'characters of the largest input',
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

/** Schedules that were made at the same moment are spread over a fifth of their time. */
const PEAK = 5;
const MANY = 1_000;

/** Quotas that a rate meets: how much there is, and what a day of a thousand connections uses of it. */
function headroomRows(sources: readonly Source[]): string[][] {
  const drawn = drawnFor(madeUpConfig({ connections: MANY, destinations: 1 }, sources), sources, DESTINATION_TYPES);
  const { invocations, seconds, costs, bytes } = dayOf(
    drawn,
    { eventsPerDay: MANY * EVENTS_A_CONNECTION, bytes: 1_200 },
    'packed',
    {},
    MEASURED,
  );
  const quotas: [string, number, number][] = [
    ['Lambda, at once, in a new account', 10, seconds],
    ['Lambda, at once, usually', 1_000, seconds],
    ['Scheduler, invocations a second', 1_000, invocations],
    ['DynamoDB, writes a second of a new table', 4_000, costs.writes],
    ['DynamoDB, reads a second of a new table', 12_000, costs.reads],
    ['Secrets Manager, values read a second', 10_000, costs.secretCalls],
    ['Firehose, KiB a second into a stream', 1_024, bytes / 1_024 / sources.length],
  ];
  const met = (quota: number, aDay: number, peak: number) =>
    amountText(Math.floor((quota * MANY * SECONDS_A_DAY) / (aDay * peak)));
  return [
    ['quota', 'there is', `${amountText(MANY)} connections use`, 'met by connections, all at once', 'and evenly'],
    ['---', '---:', '---:', '---:', '---:'],
    ...quotas
      .toSorted(([, most, use], [, otherMost, otherUse]) => most / use - otherMost / otherUse)
      .map(([title, most, aDay]) => [
        title,
        amountText(most),
        amountText(aDay / SECONDS_A_DAY),
        met(most, aDay, PEAK),
        met(most, aDay, 1),
      ]),
  ];
}
