import { TidemarkError } from '../../functions/core/errors.ts';
import { formatInstant, MILLISECOND, parseDuration, parseInstant } from '../../functions/core/time.ts';

/** The options that give a time range. */
export interface RangeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly since?: string;
}

/** The range of `--from T --to T`, or of `--since 24h`, which ends now. Undefined if no such option is given. */
export function rangeOf({ from, to, since }: RangeOptions, now: Date): { from: string; to: string } | undefined {
  if (since !== undefined) {
    const length = parseDuration(since);
    if (from !== undefined || to !== undefined)
      throw wrong('--since stands for --from and --to', 'Give one or the other.');
    if (length === undefined)
      throw wrong(`--since is ${JSON.stringify(since)}`, 'Give a duration such as 90m, 24h or 7d.');
    const end = now.getTime() * MILLISECOND;
    return { from: formatInstant(end - length, 'us'), to: formatInstant(end, 'us') };
  }
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined) throw wrong('--to is there, --from is not', 'Give both.');
  const first = timeOf('--from', from);
  const last = to === undefined ? formatInstant(now.getTime() * MILLISECOND, 'us') : timeOf('--to', to);
  if (first < last) return { from: first, to: last };
  throw wrong(`--from ${from} is not before --to ${to ?? 'now'}`, 'Give a range that is not empty.');
}

/** Like `rangeOf`, but what ends now covers whole days: the same command gives the same range all day long. */
export function wholeDays(options: RangeOptions, now: Date): { from: string; to: string } | undefined {
  const range = rangeOf(options, now);
  if (!range || options.to !== undefined) return range;
  const tomorrow = new Date(now.getTime() + 24 * 3_600_000).toISOString().slice(0, 10);
  const from = options.since === undefined ? range.from : timeOf('--since', range.from.slice(0, 10));
  return { from, to: timeOf('--to', tomorrow) };
}

/** Parses a time given as an option; a day means its beginning. */
export function timeOf(option: string, text: string): string {
  const instant = parseInstant(text) ?? parseInstant(`${text}T00:00:00Z`);
  if (instant !== undefined) return formatInstant(instant, 'us');
  throw wrong(
    `${option} is ${JSON.stringify(text)}`,
    'Give a time such as 2026-01-10T09:00:00Z, or a day such as 2026-01-10.',
  );
}

/** The error of an option that is wrong. */
export function wrong(what: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message: `${what}.`, remedy });
}
