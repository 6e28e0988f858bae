import type { EcsFields } from '../../../core/ecs-event.ts';
import type { Answer, Connection, Page, Request, Row, Stream } from '../../../core/model.ts';
import { ceilTo, DAY, floorTo, formatInstant, HOUR, type Range, SECOND } from '../../../core/time.ts';
import { recordOf } from '../../../source-kit/json-values.ts';
import { present } from '../../../source-kit/present.ts';
import { numberOf, textOf } from '../../../source-kit/scalars.ts';
import { customerPath } from '../customer.ts';
import { HEADERS } from '../offset-pages.ts';
import { metricOf } from './usage-metric.ts';
import { stableUsageFields, usageCheck, usageEvents, usageRows } from './usage-rows.ts';

/** How many hours machines ran, hour by hour. */
export const usage: Stream = {
  name: 'usage',
  title: 'Usage',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: false,
  every: HOUR,
  // A request ends at a full hour, and the vendor may add the hour that begins there. After four hours that hour has been over
  // for at least two, and its count is complete. An incomplete count would become another event later.
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
  listCheck: usageCheck,
  events: usageEvents,
  stableFields: stableUsageFields,
  knows: {
    file: 'functions/sources/frame/reports/usage.ts',
    fields: [
      'account',
      'account_external_id',
      'time',
      'datacenter',
      'datacenter_id',
      'hours_used',
      'instance_type',
      'instance_type_id',
      'server_type',
    ],
  },
  map,
};

/** Whether the bounds belong to the range is not documented. The hour that begins at the first bound must be in the answer. */
function first({ from, to }: Range, connection: Connection): Request {
  const query = new URLSearchParams({
    from_date: formatInstant(Math.max(0, floorTo(from, HOUR) - SECOND), 's'),
    to_date: formatInstant(ceilTo(to, HOUR), 's'),
    resolution_type: 'by_hour',
  });
  return { url: `${customerPath(connection, 'usage')}?${query}`, headers: HEADERS, list: 'data' };
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
    ...metricOf(record, 'usage-measured'),
    ...(used && { frame: { usage: used } }),
  };
}
