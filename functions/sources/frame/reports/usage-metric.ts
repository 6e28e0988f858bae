import type { EcsFields } from '../../../core/ecs-event.ts';
import { formatInstant, HOUR } from '../../../core/time.ts';
import { type Fields, numberOf } from '../fields.ts';
import { hourOf } from './usage-rows.ts';

/** What the events about usage share: each is a measurement of one hour. What has neither a time nor hours measures nothing. */
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
