import type { EcsFields } from '../../../core/ecs-event.ts';
import type { Answer, Connection, Page, Request, Row, Stream } from '../../../core/model.ts';
import { DAY, HOUR, type Range } from '../../../core/time.ts';
import { recordOf } from '../../../source-kit/json-values.ts';
import { present } from '../../../source-kit/present.ts';
import { numberOf, textOf } from '../../../source-kit/scalars.ts';
import { customerPath } from '../customer.ts';
import { HEADERS } from '../offset-pages.ts';
import { daysOf } from './days.ts';
import { metricOf } from './usage-metric.ts';
import { stableUsageFields, usageCheck, usageEvents, usageRows } from './usage-rows.ts';

/** How much of which disks was used, hour by hour. */
export const diskVolumeUsage: Stream = {
  name: 'disk-volume-usage',
  title: 'Disk volume usage',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: false,
  every: 6 * HOUR,
  // The vendor answers for whole days, and may add one. Two hours after the end of both, their counts are complete.
  settle: 2 * DAY + 2 * HOUR,
  overlap: 6 * HOUR,
  longestWindow: DAY,
  retention: 365 * DAY,
  precision: 1,
  rangeIgnoresRowTime: true,
  windowStep: DAY,
  needs: 'Customer Auditor; if that is refused, Customer Administrator',
  first,
  read: (answer: Answer): Page => ({ rows: usageRows(answer) }),
  listCheck: usageCheck,
  events: usageEvents,
  stableFields: stableUsageFields,
  knows: {
    file: 'functions/sources/frame/reports/disk-volume-usage.ts',
    fields: [
      'account',
      'account_external_id',
      'time',
      'datacenter',
      'datacenter_id',
      'hours_used',
      'disk_volume_type_id',
      'disk_volume_size_used',
    ],
  },
  map,
};

function first(range: Range, connection: Connection): Request {
  const query = new URLSearchParams({ ...daysOf(range), resolution_type: 'by_hour' });
  return { url: `${customerPath(connection, 'disk_volume_usage')}?${query}`, headers: HEADERS, list: 'data' };
}

function map(row: Row): EcsFields {
  const record = recordOf(row);
  const [size, disk] = [numberOf(record.disk_volume_size_used), textOf(record.disk_volume_type_id)];
  const used = present({
    account: textOf(record.account),
    account_external_id: textOf(record.account_external_id),
    datacenter: textOf(record.datacenter),
    datacenter_id: textOf(record.datacenter_id),
    disk_volume_type_id: disk,
    disk_volume_size_used: size,
    hours_used: numberOf(record.hours_used),
  });
  return {
    message: `${disk ?? 'disks'}: ${size ?? 'unknown'} GB used`,
    ...metricOf(record, 'disk-volume-usage-measured'),
    ...(used && { frame: { disk_volume_usage: used } }),
  };
}
