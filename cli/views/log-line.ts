import { clean } from '../../functions/core/events/excerpt.ts';
import type { LogLine } from '../../local/lambda.ts';

/** Fields of a report that its log line does not repeat. */
const OMITTED = new Set(['level', 'time', 'source', 'message', 'feed', 'state']);

/** A function's log line as text: time, level, message, then the other fields. Undefined for metrics, which are for CloudWatch. */
export function sayLine(line: LogLine): string | undefined {
  if ('_aws' in line) return undefined;
  const time = typeof line.time === 'string' ? line.time : new Date().toISOString();
  const level = String(line.level ?? 'info').padEnd(5);
  const facts = Object.entries(line)
    .filter(([key, value]) => !OMITTED.has(key) && value !== 0 && value !== undefined)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
  return clean([`${time.slice(11, 19)}Z`, level, String(line.message), ...facts].join(' '));
}
