import type { LogLine } from '../../local/lambda.ts';

/** What a report has that a line of log need not repeat. */
const LEFT_OUT = new Set(['level', 'time', 'source', 'message', 'feed', 'state']);

/** A function's log line for people: time, level, message, then what it counted. Metrics are for CloudWatch: none. */
export function sayLine(line: LogLine): string | undefined {
  if ('_aws' in line) return undefined;
  const time = typeof line.time === 'string' ? line.time : new Date().toISOString();
  const level = String(line.level ?? 'info').padEnd(5);
  const facts = Object.entries(line)
    .filter(([key, value]) => !LEFT_OUT.has(key) && value !== 0 && value !== undefined)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
  return clean([`${time.slice(11, 19)}Z`, level, String(line.message), ...facts].join(' '));
}

/** Text for a terminal: what a vendor or a record says must not steer it. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').toWellFormed();
}
