import type { EcsFields } from '../../../core/ecs-event.ts';
import type { Answer, Connection, Page, Request, Row, Stream } from '../../../core/model.ts';
import { ceilTo, DAY, floorTo, formatInstant, HOUR, type Range, SECOND } from '../../../core/time.ts';
import { customerPath } from '../customer.ts';
import { numberOf, present, recordOf, textOf } from '../fields.ts';
import { HEADERS } from '../offset-pages.ts';
import { metricOf } from './usage-metric.ts';
import { usageEvents, usageLikeness, usageRows } from './usage-rows.ts';

/** How many hours machines ran, hour by hour. */
export const usage: Stream = {
  name: 'usage',
  title: 'Usage',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: false,
  every: HOUR,
  // A question ends at a full hour, and the vendor may add the hour that begins there. After four hours that one, too, has
  // been over for two and is counted to the end: what is counted by half would be another event later on.
  settle: 4 * HOUR,
  overlap: 6 * HOUR,
  longestWindow: DAY,
  retention: 365 * DAY,
  precision: 1,
  rangeIgnoresRowTime: true,
  windowStep: HOUR,
  needs: 'Customer Auditor; if that is refused, Customer Administrator',
  first,
  read: (answer: Answer): Page => ({ rows: usageRows(answer) }),
  events: usageEvents,
  stableFields: usageLikeness,
  map,
};

/** Whether the bounds belong to the range is not documented: the hour that begins at the first of them must come in any case. */
function first({ from, to }: Range, connection: Connection): Request {
  const query = new URLSearchParams({
    from_date: formatInstant(Math.max(0, floorTo(from, HOUR) - SECOND), 's'),
    to_date: formatInstant(ceilTo(to, HOUR), 's'),
    resolution_type: 'by_hour',
  });
  return { url: `${customerPath(connection, 'usage')}?${query}`, headers: HEADERS };
}

function map(row: Row): EcsFields {
  const record = recordOf(row);
  const [hours, server] = [numberOf(record.hours_used), textOf(record.server_type)];
  const used = present({
    account: textOf(record.account),
    account_external_id: textOf(record.account_external_id),
    datacenter: textOf(record.datacenter),
    datacenter_id: textOf(record.datacenter_id),
    instance_type: textOf(record.instance_type),
    instance_type_id: textOf(record.instance_type_id),
    server_type: server,
    hours_used: hours,
  });
  return {
    message: `${server ?? 'servers'}: ${hours ?? 'unknown'} h used`,
    ...metricOf(record, 'usage'),
    ...(used && { frame: { usage: used } }),
  };
}
