import { TidemarkError } from '../../functions/core/errors.ts';
import {
  ceilTo,
  DAY,
  floorTo,
  formatInstant,
  type Instant,
  MILLISECOND,
  parseInstant,
} from '../../functions/core/time.ts';
import { timeOf } from '../feeds/range.ts';

/** The days (UTC) of an evidence, as whole days: `to` is not included. */
export interface Period {
  readonly from: Instant;
  readonly to: Instant;
  /** A part of the files' names: `2026-10`, or `2026-10-01-to-2026-10-08`. */
  readonly name: string;
}

/** The options that say which days are wanted. */
export interface PeriodOptions {
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
}

/** More days would be more than anybody reads, and than fits on a page. */
const MAX_DAYS = 400;

/** The period of `--month M`, or of `--from T --to T`, from the first day that it touches to the last. */
export function periodOf({ month, from, to }: PeriodOptions, now: Date): Period {
  const period = month === undefined ? rangeOf(from, to) : monthOf(month, from ?? to);
  const days = (period.to - period.from) / DAY;
  if (days > MAX_DAYS) throw wrong(`The range has ${days} days`, `Give ${MAX_DAYS} days or less.`);
  if (period.from >= now.getTime() * MILLISECOND) {
    throw wrong(`${firstDay(period)} is in the future`, 'Give days in the past: --month 2026-10.');
  }
  return period;
}

/** The first day of a period: `2026-10-01`. */
export function firstDay({ from }: Pick<Period, 'from'>): string {
  return formatInstant(from, 's').slice(0, 10);
}

/** The last day of a period. */
export function lastDay({ to }: Pick<Period, 'to'>): string {
  return formatInstant(to - DAY, 's').slice(0, 10);
}

function monthOf(month: string, other: string | undefined): Period {
  if (other !== undefined) throw wrong('--month stands for --from and --to', 'Give one or the other.');
  const from = /^\d{4}-\d\d$/.test(month) ? parseInstant(`${month}-01T00:00:00Z`) : undefined;
  if (from === undefined) throw wrong(`--month is ${JSON.stringify(month)}`, 'Give a month such as 2026-10.');
  const [year = 0, number = 0] = month.split('-').map(Number);
  const to = Date.UTC(year, number, 1) * MILLISECOND;
  return { from, to, name: month };
}

function rangeOf(from: string | undefined, to: string | undefined): Period {
  if (from === undefined || to === undefined) {
    const given = from === undefined ? (to === undefined ? undefined : '--to') : '--from';
    throw wrong(
      given === undefined ? 'Evidence is about a month or a range' : `Only ${given} is there`,
      'Give --month 2026-10, or --from and --to.',
    );
  }
  const [first, last] = [timeOf('--from', from), timeOf('--to', to)].map((text) => parseInstant(text) as Instant);
  if (first === undefined || last === undefined || first >= last) {
    throw wrong(`--from ${from} is not before --to ${to}`, 'Give a range that is not empty.');
  }
  const days = { from: floorTo(first, DAY), to: ceilTo(last, DAY) };
  return { ...days, name: `${firstDay(days)}-to-${lastDay(days)}` };
}

function wrong(what: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message: `${what}.`, remedy });
}
