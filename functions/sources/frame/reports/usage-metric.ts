import type { EcsFields } from '../../../core/ecs-event.ts';
import { formatInstant, HOUR } from '../../../core/time.ts';
import type { Fields } from '../../../source-kit/json-values.ts';
import { numberOf } from '../../../source-kit/scalars.ts';
import { hourOf } from './usage-rows.ts';

/** The shared fields of usage events: each measures one hour. Throws for a record with neither a time nor hours. */
export function metricOf(record: Fields, action: string): Pick<EcsFields, 'event'> {
  const hour = hourOf(record.time);
  if (hour === undefined && numberOf(record.hours_used) === undefined) {
    throw new Error('the record has neither a time nor hours_used that can be read');
  }
  return {
    event: {
      kind: 'metric',
      category: ['host'],
      type: ['info'],
      action,
      provider: 'frame',
      ...(hour !== undefined && { start: formatInstant(hour), end: formatInstant(hour + HOUR) }),
    },
  };
}
