import { METRICS, type Metric, metricNamespace } from '../../core/metrics.ts';
import { Mask } from './mask.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** Maximum values of one metric that CloudWatch takes in one line. */
const MAX_VALUES = 100;

/**
 * Writes logs and metrics as lines of JSON. Metrics are in CloudWatch's embedded format: one line per invocation, with the source
 * as the only dimension, and one line per feed where that is wanted. No library is used, so that secrets are masked
 * in one place and the bundle stays small.
 */
export class Telemetry {
  readonly #source: string;
  readonly #namespace: string;
  /** Index of the lowest level that is logged. */
  readonly #minLevel: number;
  readonly #mask = new Mask();
  readonly #sums = new Map<Metric, number>();
  readonly #values = new Map<Metric, number[]>();
  readonly #feeds = new Map<string, ReadonlyMap<Metric, number>>();

  constructor(source: string, level: string | undefined, namespace = metricNamespace()) {
    this.#source = source;
    this.#namespace = namespace;
    this.#minLevel = Math.max(0, LEVELS.indexOf((level?.toLowerCase() ?? 'info') as Level));
  }

  /** From now on this text is masked in everything that is written. */
  hide(secret: string): void {
    this.#mask.hide(secret);
  }

  /** Returns the text with its secrets masked. */
  redact(text: string): string {
    return this.#mask.redact(text);
  }

  /** The same for a text that comes in pieces. */
  redactPieces(pieces: AsyncIterable<string>): AsyncIterable<string> {
    return this.#mask.redactPieces(pieces);
  }

  /** Returns a copy of the value, as JSON has it, with its secrets masked. */
  redactValue<T>(value: T): T {
    return this.#mask.redactValue(JSON.parse(JSON.stringify(value))) as T;
  }

  /** Masks the secrets in the error's message, stack and causes, and returns the same error. */
  redactError(thrown: unknown): unknown {
    return this.#mask.redactError(thrown);
  }

  log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
    if (LEVELS.indexOf(level) < this.#minLevel) return;
    this.#write({ level, time: new Date().toISOString(), source: this.#source, message, ...fields });
  }

  /** Adds up counts; keeps seconds and hours as single values, so that their maximum is that of the worst feed. */
  count(metric: Metric, value: number): void {
    if (METRICS[metric] === 'Count') {
      this.#sums.set(metric, (this.#sums.get(metric) ?? 0) + value);
      return;
    }
    const values = this.#values.get(metric) ?? [];
    this.#values.set(metric, values);
    if (values.length < MAX_VALUES) values.push(value);
    else keepWorst(values, value, metric === 'RetentionLeftHours' ? -1 : 1);
  }

  /** Sets the metrics of one feed. CloudWatch bills each metric of each feed. */
  countFeed(feed: string, values: ReadonlyMap<Metric, number>): void {
    this.#feeds.set(feed, values);
  }

  /** Writes the metrics; called once, at the end of an invocation. */
  flush(now: number): void {
    this.#emit(
      now,
      { source: this.#source },
      new Map<Metric, number | readonly number[]>([...this.#sums, ...this.#values]),
    );
    // A line has one value per dimension, so each feed has its own line.
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

/**
 * Replaces the mildest value by this one, if this one is worse.
 *
 * @param sign 1 if larger values are worse, -1 if smaller ones are
 */
function keepWorst(values: number[], value: number, sign: 1 | -1): void {
  const mildest = values.reduce((at, other, index) => (other * sign < (values[at] as number) * sign ? index : at), 0);
  if (value * sign > (values[mildest] as number) * sign) values[mildest] = value;
}
