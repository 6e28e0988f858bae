import { ceilTo, DAY, floorTo, formatInstant, type Instant, type Range } from '../../../core/time.ts';

/**
 * The days that a range touches, as parameters: from the first to the day after the last. Whether that day belongs to the answer is
 * not documented; its rows do no harm.
 */
export function daysOf({ from, to }: Range): { from_date: string; to_date: string } {
  const firstDay = floorTo(from, DAY);
  return { from_date: dayOf(firstDay), to_date: dayOf(Math.max(ceilTo(to, DAY), firstDay + DAY)) };
}

function dayOf(instant: Instant): string {
  return formatInstant(instant, 's').slice(0, 10);
}
