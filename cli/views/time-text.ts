import { formatDuration, SECOND } from '../../functions/core/time.ts';

let isExact = false;

/** Whether times are shown exactly, in UTC, for the rest of this process (`--utc`). */
export function useUtc(exact: boolean): void {
  isExact = exact;
}

/**
 * A time as a person reads it, in the zone of this machine, and how long ago it is: `14:05:09 (3m ago)`, `2026-01-10 14:05`.
 * With `--utc` it is shown as it is.
 */
export function timeText(iso: string, now: Date = new Date()): string {
  const time = Date.parse(iso);
  if (isExact || Number.isNaN(time)) return iso;
  const away = time - now.getTime();
  const clock = new Date(time).toTimeString().slice(0, 8);
  if (dayText(time) !== dayText(now.getTime())) return `${dayText(time)} ${clock.slice(0, 5)}`;
  return `${clock} (${awayText(away)})`;
}

/** How long ago a time is, for columns in which nothing else is of interest: `3m ago`. With `--utc` it is shown as it is. */
export function agoText(iso: string, now: Date = new Date()): string {
  const time = Date.parse(iso);
  return isExact || Number.isNaN(time) ? iso : awayText(time - now.getTime());
}

function dayText(time: number): string {
  const date = new Date(time);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The largest unit is enough: a glance is to tell how old something is. */
function awayText(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 1) return 'now';
  const unit = seconds < 60 ? 1 : seconds < 3600 ? 60 : 3600;
  const text = formatDuration(Math.floor(seconds / unit) * unit * SECOND);
  return milliseconds > 0 ? `in ${text}` : `${text} ago`;
}
