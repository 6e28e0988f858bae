import { type Instant, parseInstant } from '../../../core/time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** JavaScript's text of a time, in whole seconds: `Sat Jan 10 2026 09:03:27 GMT+0000 (Coordinated Universal Time)`. */
const JAVASCRIPT =
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d\d)(\d\d)(?: \([^()]{0,100}\))?$/;

/** The time of a row. Rev's documentation has ISO times; its own client also reads JavaScript's form. */
export function parseWhen(text: unknown): Instant | undefined {
  if (typeof text !== 'string') return undefined;
  const when = text.trim();
  const instant = parseInstant(when);
  if (instant !== undefined) return instant;
  const [, month = '', day, year, clock, hours, minutes] = JAVASCRIPT.exec(when) ?? [];
  const number = MONTHS.indexOf(month) + 1;
  if (number === 0) return undefined;
  return parseInstant(`${year}-${String(number).padStart(2, '0')}-${day}T${clock}${hours}:${minutes}`);
}
