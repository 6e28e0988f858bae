import type { Duration, Range } from '../../functions/core/time.ts';
import { isPurged, type LoggedRow } from './log.ts';
import type { Oracle } from './oracle.ts';
import { FOREVER, isCalm } from './scenario/scenario.ts';
import { clock } from './scenario/story.ts';

/** What must hold when all faults have stopped and everything has been read. */
export function judgeEnd(oracle: Oracle): void {
  const { item, scenario, world } = oracle;
  if (!item) {
    oracle.fail('there is no checkpoint');
    return;
  }
  if (item.kind === 'feed' && item.owed) oracle.fail(`it still owes ${JSON.stringify(item.owed)}`);
  demandAll(oracle);
  forbidExtras(oracle);
  for (const { planned, lateness } of oracle.log.poison) {
    if (lateness <= latestPromised(oracle)) tellsOf(oracle, planned.time);
  }
  if (item.scope !== JSON.stringify(world.source.scope(world.connection)))
    oracle.fail(`the scope is still ${item.scope}`);
  if (isCalm(scenario) && item.owner !== undefined) oracle.fail(`${item.owner} keeps the lease`);
}

/** How late an event may come and still has to arrive. */
function latestPromised({ scenario }: Oracle): Duration {
  return scenario.settle + scenario.overlap;
}

/** Whatever came within what is promised has arrived. */
function demandAll(oracle: Oracle): void {
  const { scenario, world, log } = oracle;
  const item = oracle.item as NonNullable<Oracle['item']>;
  const latest = latestPromised(oracle);
  for (const row of log.rows) {
    if (row.lateness > latest || oracle.swallowed.has(row)) continue;
    if (isPurged(row, scenario.vendor.keeps, world.vendor.now)) continue;
    oracle.demand(row, item, 'in the end', true);
  }
}

/** So many equal records, so many events; and none from below the floor. */
function forbidExtras(oracle: Oracle): void {
  const { log, books, scenario } = oracle;
  const alike = Map.groupBy(log.rows, ({ content }) => content);
  for (const [content, rows] of alike) {
    const { planned, events } = rows[0] as LoggedRow;
    const what = `${planned.name} (${clock(planned.time)})`;
    const most = rows.reduce((sum, { versions }) => sum + versions.length, 0);
    const isBelow = planned.date === undefined && !scenario.coarse && planned.time < oracle.lowestFloor;
    for (const { id } of scenario.destinations) {
      for (const { phase } of events) {
        const count = books.count(id, content + phase);
        if (count > 0 && isBelow) oracle.fail(`${id} has ${what} from below the floor`);
        if (count <= most) continue;
        oracle.extras += count - most;
        if (!isUnsteady(oracle)) oracle.fail(`${id} has ${count} ${what}, and there are ${most}`);
      }
    }
  }
}

/** Whether pages shifted while they were read: then one row may look like two. */
function isUnsteady({ scenario, log, workers }: Oracle): boolean {
  if (scenario.vendor.paging !== 'offset' && !scenario.selfLink) return false;
  if (scenario.vendor.keeps < FOREVER) return true;
  return log.rows.some(({ planned }) =>
    workers.some(({ from, to = Number.POSITIVE_INFINITY }) => from <= planned.visibleAt && planned.visibleAt <= to),
  );
}

/** What could not be read was said to every destination. */
function tellsOf(oracle: Oracle, time: number): void {
  const { unreadable, item } = oracle;
  for (const [destination, since] of Object.entries(item?.destinations ?? {})) {
    const told = unreadable.some((one) => one.destination === destination && touches(one.range, time));
    if (time >= since && time >= (item?.floor ?? 0) && !told)
      oracle.fail(`${destination} was not told of unreadable data at ${clock(time)}`);
  }
}

function touches({ from, to }: Range, time: number): boolean {
  return time >= from - 1_000_000 && time <= to + 1_000_000;
}
