import type { Source } from '../../functions/core/model.ts';
import { planSchedules } from '../../lib/plan-schedules.ts';
import { drawnFor } from './drawn.ts';
import { madeUpConfig } from './made-up.ts';
import { MEASURED } from './measured.ts';
import type { Figures } from './pages.ts';
import { amountText, dollars, reportOf } from './report.ts';
import { dayOf, type Load } from './sums.ts';

const SIZES = [30, 1_000, 3_000];
const EVENTS_A_CONNECTION = 5_000;
const SECONDS_A_DAY = 24 * 3_600;

/** The tables of docs/scaling.md. */
export function scaleFigures(sources: readonly Source[]): Figures {
  return { load: loadRows(sources), shards: shardRows(sources) };
}

/** What a deployment asks of an account, on the average over a day: idle, and with events. */
function loadRows(sources: readonly Source[]): string[][] {
  const all = SIZES.flatMap((connections) => {
    const drawn = drawnFor(madeUpConfig({ connections, destinations: 1 }, sources), sources);
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
