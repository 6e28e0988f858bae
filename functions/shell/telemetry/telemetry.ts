import { METRICS, type Metric, metricNamespace } from '../../core/metrics.ts';
import { Mask } from './mask.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** CloudWatch takes so many values of a metric in one line. */
const MOST_VALUES = 100;

/**
 * Logs and metrics as lines of JSON; metrics in CloudWatch's embedded format, one line an invocation, with the source as
 * the only dimension; and where it is asked for, a line a feed. A small own one instead of a library: redaction is in one place, and it costs the bundle nothing.
 */
export class Telemetry {
  readonly #source: string;
  readonly #namespace: string;
  readonly #least: number;
  readonly #mask = new Mask();
  readonly #sums = new Map<Metric, number>();
  readonly #values = new Map<Metric, number[]>();
  readonly #feeds = new Map<string, ReadonlyMap<Metric, number>>();

  constructor(source: string, level: string | undefined, namespace = metricNamespace()) {
    this.#source = source;
    this.#namespace = namespace;
    this.#least = Math.max(0, LEVELS.indexOf((level?.toLowerCase() ?? 'info') as Level));
  }

  /** From now on this text is masked wherever it would be written. */
  hide(secret: string): void {
    this.#mask.hide(secret);
  }

  /** The text without anything secret. */
  redact(text: string): string {
    return this.#mask.redact(text);
  }

  /** What can be written as JSON, without anything secret. */
  redactValue<T>(value: T): T {
    return this.#mask.redactValue(JSON.parse(JSON.stringify(value))) as T;
  }

  /** The same error, of which nothing secret is left: neither in its message and stack, nor in its causes. */
  redactError(thrown: unknown): unknown {
    return this.#mask.redactError(thrown);
  }

  log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
    if (LEVELS.indexOf(level) < this.#least) return;
    this.#write({ level, time: new Date().toISOString(), source: this.#source, message, ...fields });
  }

  /** Counts add up; seconds and hours are kept one by one, so that the worst feed can be told. */
  count(metric: Metric, value: number): void {
    if (METRICS[metric] === 'Count') {
      this.#sums.set(metric, (this.#sums.get(metric) ?? 0) + value);
      return;
    }
    const values = this.#values.get(metric) ?? [];
    this.#values.set(metric, values);
    if (values.length < MOST_VALUES) values.push(value);
    else keepWorst(values, value, metric === 'RetentionLeftHours' ? -1 : 1);
  }

  /** Counts for a feed by itself: each metric is billed for each feed. */
  countFeed(feed: string, values: ReadonlyMap<Metric, number>): void {
    this.#feeds.set(feed, values);
  }

  /** Writes what was counted, once, at the end of an invocation. */
  flush(now: number): void {
    this.#emit(
      now,
      { source: this.#source },
      new Map<Metric, number | readonly number[]>([...this.#sums, ...this.#values]),
    );
    // A line has one value a dimension, so each feed has a line of its own.
    for (const [feed, values] of this.#feeds) this.#emit(now, { source: this.#source, feed }, values);
    this.#sums.clear();
    this.#values.clear();
    this.#feeds.clear();
  }

  #emit(
    now: number,
    dimensions: Readonly<Record<string, string>>,
    counted: ReadonlyMap<Metric, number | readonly number[]>,
  ): void {
    if (counted.size === 0) return;
    const Metrics = [...counted.keys()].map((Name) => ({ Name, Unit: METRICS[Name] }));
    const CloudWatchMetrics = [{ Namespace: this.#namespace, Dimensions: [Object.keys(dimensions)], Metrics }];
    this.#write({ _aws: { Timestamp: now, CloudWatchMetrics }, ...dimensions, ...Object.fromEntries(counted) });
  }

  #write(line: object): void {
    process.stderr.write(`${JSON.stringify(this.redactValue(line))}\n`);
  }
}

/** Puts a value in the place of the mildest one, if it is worse. @param sign 1 where more is worse, -1 where less is */
function keepWorst(values: number[], value: number, sign: 1 | -1): void {
  const mildest = values.reduce((at, other, index) => (other * sign < (values[at] as number) * sign ? index : at), 0);
  if (value * sign > (values[mildest] as number) * sign) values[mildest] = value;
}
