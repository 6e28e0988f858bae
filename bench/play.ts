import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type AttributeValue, DynamoDBClient, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import db from 'dynalite/db/index.js';
import { destinationFor } from '../functions/core/config/destination.ts';
import { parseConfig } from '../functions/core/config/tidemark-config.ts';
import { type AnyStream, isSnapshot, type Source } from '../functions/core/model.ts';
import { HOUR, MILLISECOND } from '../functions/core/time.ts';
import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../functions/destinations/destination-types.ts';
import { versionVariable } from '../lib/plan/code-version.ts';
import { cadence, type PlannedSchedule, planSchedules } from '../lib/plan/plan-schedules.ts';
import { LocalFunction } from '../local/lambda.ts';
import { Signatures } from '../local/services/access/signature.ts';
import { startTable } from '../local/services/dynamodb.ts';
import { startFirehose } from '../local/services/firehose.ts';
import { startSecrets } from '../local/services/secrets.ts';
import { findSimulator } from '../simulators/find-simulator.ts';
import type { RunningSimulator, Simulator } from '../simulators/simulator.ts';
import type { Measured } from './handler-at.ts';
import { meterSecrets, meterTable, type Usage } from './metered.ts';

/** Total usage of some invocations. */
export interface Used extends Usage {
  invocations: number;
  vendorCalls: number;
  firehoseCalls: number;
  records: number;
  recordBytes: number;
  logBytes: number;
  /** Microseconds of this machine's processor. */
  processor: number;
  delivered: number;
  /** Invocations that delivered something. */
  busy: number;
}

/** Items of one kind in the table, at the end. */
export interface Stored {
  readonly items: number;
  readonly bytes: number;
  /** Of seen items: how many keys they hold. */
  readonly keys: number;
}

/** Usage of the played time by kind of schedule, and the content of the table and of the archive at its end. */
export interface Played {
  readonly byKind: Readonly<Record<string, Used>>;
  /** In how many hours each metric was written at least once. */
  readonly metricHours: Readonly<Record<string, number>>;
  readonly stored: Readonly<Record<string, Stored>>;
  /** The size of what was delivered, before and after compression as Firehose does it. */
  readonly archive: { readonly bytes: number; readonly gzipped: number; readonly lines: number };
}

/** What is played. */
export interface Play {
  readonly source: Source;
  /** Events a day in each of the vendor's logs. */
  readonly eventsPerDay: number;
  /** Hours played before counting starts, so that there is a past. */
  readonly hoursBefore: number;
  /** Counted, from midnight. */
  readonly hours: number;
  /** Only this stream; without it, those that are enabled. */
  readonly stream?: string;
  readonly logLevel?: string;
}

/** Midnight of an ordinary Wednesday. */
const MIDNIGHT = Date.UTC(2026, 2, 4);
/** Long enough for a day of every age that is verified. */
const LONG_BEFORE = '2026-02-10T00:00:00Z';
const MS_HOUR = HOUR / MILLISECOND;
const BUDGET_MS = 120_000;

/**
 * Plays some hours of one connection to a simulated vendor by a clock of their own: the real handler, at all the times at which the
 * schedules invoke it, against the embedded services, which are asked what AWS would bill.
 */
export async function play(asked: Play): Promise<Played> {
  const { source, eventsPerDay, hoursBefore, hours } = asked;
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-play-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const vendor = await findSimulator(source.id);
    if (!vendor)
      throw new Error(`${source.id} has no simulator to measure it with: write simulators/${source.id}/simulator.ts.`);
    let at = MIDNIGHT - hoursBefore * MS_HOUR;
    const start = at;
    const perMinute = eventsPerDay / (24 * 60);
    const running = await vendor.start({ now: () => at, ...(vendor.atRate?.(perMinute) ?? { perMinute }) });
    closing.unshift(() => running.stop());
    const secret = `tidemark/${source.id}/measured`;
    const secretsFile = join(folder, 'secrets.json');
    await writeFile(secretsFile, JSON.stringify({ [secret]: vendor.demo.secretValue }), { mode: 0o600 });
    // A source that paces its requests would wait by this machine's clock, which is not the one that is played.
    const settings = { ...foundAtStart(vendor, running), ...vendor.demo.hurried?.settings };
    const config = configure(asked, { ...running.connection, settings, id: 'measured', secret });

    const usage: Usage = { reads: 0, writes: 0, tableCalls: 0, secretCalls: 0 };
    const told = config.destinations.map((destination) => destinationFor(source.id, destination));
    const streams = told.map(({ id, deliveryStream }) => ({ deliveryStream, destination: id, source: source.id }));
    const signatures = new Signatures(KEY);
    const table = await startTable({ directory: join(folder, 'table'), tableName: 'tidemark', signatures });
    const secrets = await startSecrets({ file: secretsFile, signatures });
    // The function signs by the clock that is played.
    const callers = new Signatures(KEY, () => at);
    const firehose = await startFirehose({ out: join(folder, 'out'), streams, signatures: callers });
    const meters = {
      table: await meterTable({ behind: table.url, callers, meter: signatures }, usage),
      secrets: await meterSecrets({ behind: secrets.url, callers, meter: signatures }, usage),
    };
    const subject = new LocalFunction(
      new URL(`handler-at.ts?source=${source.id}`, import.meta.url),
      {
        TIDEMARK_TABLE: 'tidemark',
        TIDEMARK_DESTINATIONS: JSON.stringify(told),
        TIDEMARK_SEEN_DAYS: String(config.deployment.seenDays),
        ...versionVariable(source.id),
        TIDEMARK_LOG_LEVEL: asked.logLevel ?? config.deployment.logLevel,
        AWS_ENDPOINT_URL_DYNAMODB: meters.table.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: meters.secrets.url,
        AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
        ...NOBODY,
      },
      () => undefined,
    );
    const services = [table, secrets, firehose, meters.table, meters.secrets];
    closing.unshift(async () => {
      await subject.stop(0);
      await Promise.all(services.map((service) => service.close()));
    });

    const counters = () => ({ ...usage, ...firehoseOf(firehose.counters), vendorCalls: running.counters.requests });
    const byKind: Record<string, Used> = {};
    const metricHours: Record<string, Set<number>> = {};
    for (const { time, schedule } of timesOf(planSchedules(config, [source]).flat(), start, hours)) {
      at = time;
      const before = counters();
      const { answer, written, processor } = (await subject.invoke(
        { input: schedule.input, at },
        BUDGET_MS,
      )) as Measured;
      expectFine(answer, schedule, written);
      if (time < MIDNIGHT) continue;
      const lines = written.map((text) => JSON.parse(text) as Record<string, unknown>);
      const used = { ...minus(counters(), before), ...spoken(written, lines), invocations: 1, processor };
      const kind = kindOf(schedule, used.vendorCalls);
      byKind[kind] = plus(byKind[kind], used);
      const hour = Math.floor((time - MIDNIGHT) / MS_HOUR);
      for (const name of metricsOf(lines)) metricHours[name] = (metricHours[name] ?? new Set()).add(hour);
    }
    return {
      byKind,
      metricHours: Object.fromEntries(Object.entries(metricHours).map(([name, set]) => [name, set.size])),
      stored: await storedIn(table.url),
      archive: await archiveIn(join(folder, 'out')),
    };
  } finally {
    for (const close of closing) await close();
  }
}

const KEY = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The credentials of the embedded services; those of this machine are not looked for. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: KEY.accessKeyId,
  AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
  AWS_REGION: 'us-east-1',
};

/** Settings that are known only once a simulator runs, such as its token endpoint. Else everything is as it is by default. */
function foundAtStart({ demo }: Simulator, { connection }: RunningSimulator): object {
  const [usual, all] = [demo.connection.settings ?? {}, connection.settings ?? {}];
  return Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(usual, name)));
}

function configure({ source, stream, eventsPerDay }: Play, connection: object) {
  const streams = source.streams.map((one) => [one.name, settingsOf(one, eventsPerDay, stream)] as const);
  const file = {
    connections: [{ ...connection, streams: Object.fromEntries(streams) }],
    destinations: [{ id: 'lake', type: SIMPLEST_TYPE.id, format: 'ecs' }],
  };
  return parseConfig(JSON.stringify(file), 'the measured configuration', [source], DESTINATION_TYPES);
}

function settingsOf(stream: AnyStream, eventsPerDay: number, only: string | undefined): object {
  return {
    // The cost of an idle run does not depend on how often it runs.
    ...(only !== undefined && { enabled: stream.name === only, ...(stream.every > HOUR && { every: '1h' }) }),
    // Without events there is no backlog, so streams that look far back can start long ago.
    ...(eventsPerDay === 0 && !isSnapshot(stream) && { startFrom: LONG_BEFORE }),
  };
}

/** The times at which the schedules invoke, some seconds apart as with flexible windows. */
function* timesOf(schedules: readonly PlannedSchedule[], start: number, hours: number) {
  const due = schedules.map((schedule, at) => ({ schedule, time: start + (at + 1) * 7_000 }));
  for (;;) {
    const next = due.reduce((one, other) => (other.time < one.time ? other : one));
    if (next.time >= MIDNIGHT + hours * MS_HOUR) return;
    yield { time: next.time, schedule: next.schedule };
    next.time += next.schedule.every / MILLISECOND;
  }
}

/** `run every 5m`, `verify`, `verify done`, `census`: a verification that finds its day done asks the vendor nothing. */
function kindOf({ input, every }: PlannedSchedule, vendorCalls: number): string {
  const { act } = input as { act?: string };
  if (act === 'verify') return vendorCalls > 0 ? 'verify' : 'verify done';
  return act ?? `run every ${cadence(every)}`;
}

function expectFine(answer: unknown, { description }: PlannedSchedule, written: readonly string[]): void {
  const { feeds = [] } = answer as { feeds?: readonly { state: string }[] };
  const wrong = feeds.find(({ state }) => state !== 'caught-up');
  if (wrong) throw new Error([description, JSON.stringify(wrong), ...written].join('\n'));
}

function firehoseOf(counters: Readonly<Record<string, { calls: number; records: number; bytes: number }>>) {
  const all = Object.values(counters);
  return {
    firehoseCalls: total(all.map(({ calls }) => calls)),
    records: total(all.map(({ records }) => records)),
    recordBytes: total(all.map(({ bytes }) => bytes)),
  };
}

type Numbers<T> = { readonly [Key in keyof T]: number };

function minus<T extends Numbers<T>>(one: T, other: T): T {
  return Object.fromEntries(Object.keys(one).map((key) => [key, one[key as keyof T] - other[key as keyof T]])) as T;
}

function plus(one: Used | undefined, other: Used): Used {
  if (!one) return other;
  const names = Object.keys(one) as (keyof Used)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Used;
}

/** Bytes that CloudWatch adds to each line. */
const LINE_BYTES = 26;

function spoken(written: readonly string[], lines: readonly Record<string, unknown>[]) {
  const delivered = total(lines.map(({ _aws, Delivered }) => (_aws === undefined ? 0 : Number(Delivered ?? 0))));
  const logBytes = total(written.map((text) => Buffer.byteLength(text) + LINE_BYTES));
  return { logBytes, delivered, busy: delivered > 0 ? 1 : 0 };
}

function metricsOf(lines: readonly Record<string, unknown>[]): string[] {
  return lines.flatMap(({ _aws }) => {
    const { CloudWatchMetrics = [] } = (_aws ?? {}) as { CloudWatchMetrics?: { Metrics: { Name: string }[] }[] };
    return CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
  });
}

/** Items by the first word of their sort key, in bytes as DynamoDB counts them. */
async function storedIn(endpoint: string): Promise<Record<string, Stored>> {
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: KEY, endpoint });
  const stored: Record<string, Stored> = {};
  let start: Item | undefined;
  do {
    const scan = new ScanCommand({ TableName: 'tidemark', ...(start && { ExclusiveStartKey: start }) });
    const page: ScanCommandOutput = await client.send(scan);
    for (const item of page.Items ?? []) {
      const kind = item.sk?.S?.split('#')[0] ?? '';
      const { items, bytes, keys } = stored[kind] ?? { items: 0, bytes: 0, keys: 0 };
      stored[kind] = { items: items + 1, bytes: bytes + sizeOf(item), keys: keys + Number(item.count?.N ?? 0) };
    }
    start = page.LastEvaluatedKey;
  } while (start);
  client.destroy();
  return stored;
}

type Item = Record<string, AttributeValue>;

/** Size of an item. The client returns binary values as bytes, but dynalite expects base64. */
function sizeOf(item: Item): number {
  const wire = Object.entries(item).map(([name, value]) => [
    name,
    value.B ? { B: Buffer.from(value.B).toString('base64') } : value,
  ]);
  return db.itemSize(Object.fromEntries(wire));
}

async function archiveIn(folder: string): Promise<Played['archive']> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = found.filter((entry) => entry.isFile());
  const texts = await Promise.all(names.map(({ parentPath, name }) => readFile(join(parentPath, name))));
  const bytes = total(texts.map(({ length }) => length));
  // Firehose collects five minutes into one object, about the events of a few runs.
  const gzipped = total(texts.map((text) => gzipSync(text).length));
  return { bytes, gzipped, lines: total(texts.map((text) => text.toString('utf8').split('\n').length - 1)) };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
