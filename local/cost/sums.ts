import { type Duration, HOUR, DAY as WHOLE_DAY } from '../../functions/core/time.ts';
import { type Costs, NOTHING, sum, times } from './costs.ts';
import type { Drawn, Runs } from './drawn.ts';
import type { Measured } from './measured.ts';
import { billed, packed, type Sent, single } from './packed.ts';
import type { PriceId } from './price-list.ts';

/** How much is forwarded. */
export interface Load {
  /** Of all connections together; they and their streams have equal shares. */
  readonly eventsPerDay: number;
  /** Of an event as it is delivered, with its newline. */
  readonly bytes: number;
}

/** What cannot be measured here. */
export interface Assumptions {
  /** How long an invocation takes; without it, what the rest of this makes of the counts. */
  readonly secondsPerRun?: number;
}

/** How events are put into records: as many as fit, or one in each. */
export type Packing = 'packed' | 'single';

/** A month's use of each thing that has a price. */
export type Amounts = Readonly<Record<PriceId, number>>;

/** A month's use, and what else is worth telling of it. */
export interface Month {
  readonly amounts: Amounts;
  /** Invocations, and how long they all take. */
  readonly invocations: number;
  readonly seconds: number;
  /** What a query of the archive's last seven days reads. */
  readonly weekBytes: number;
}

const DAYS = 30;
const GIB = 1024 ** 3;
const MINUTE_RUNS = 288;

// What follows is assumed. Times of this machine and of vendors that are simulated say little of those of Lambda.

/** The processor's time that a run takes for each stream, and for each event in it, on a whole vCPU; measured at 9 and 0.4 ms, and rounded up. */
const STREAM_SECONDS = 0.015;
const EVENT_SECONDS = 0.000_5;
/** Lambda gives a whole vCPU at so many MB, and its share below. */
const VCPU_MB = 1_769;
/** How long a vendor takes to answer, and AWS. */
const VENDOR_SECONDS = 0.3;
const AWS_SECONDS = 0.01;
/** Checkpoints that a census reads at a time. */
const CENSUS_AT_ONCE = 25;
/** Rows that a vendor puts on a page. */
const PAGE_ROWS = 100;
/** What Lambda itself writes of an invocation: its start, its report, its end. */
const PLATFORM_LOG_BYTES = 900;
/** What gzip leaves of logs at CloudWatch, and of events in S3. */
const PACKED_LOG_SHARE = 0.15;
const PACKED_EVENT_SHARE = 0.15;
/** DynamoDB adds so much to each item's size. */
const ITEM_OVERHEAD = 100;
/** Firehose asks for Splunk's token so often. */
const TOKEN_CALLS_A_DAY = 144;

/** What a configuration uses in a month of thirty days. */
export function monthOf(drawn: Drawn, load: Load, packing: Packing, assumed: Assumptions, measured: Measured): Month {
  const feeds = drawn.runs.flatMap(({ overlaps }) => overlaps).length;
  const perFeed = feeds > 0 ? load.eventsPerDay / feeds : 0;
  const flows = drawn.runs.map((runs) => flowOf(runs, perFeed, load.bytes, packing, drawn, measured));
  const day = {
    runs: total(drawn.runs.map(({ aDay }) => aDay)),
    verifications: total(drawn.verifications.map(({ aDay }) => aDay)),
    censuses: total(drawn.censuses.map(({ aDay }) => aDay)),
  };
  const invocations = day.runs + day.verifications + day.censuses;
  const verified = drawn.verifications.map(({ source, streams }) => verifyOf(source, streams, measured));
  const censused = drawn.censuses.map(({ aDay, feeds: count }) => times(censusOf(count, measured), aDay));
  const costs = sum([...flows.map(({ costs: each }) => each), ...verified, ...censused]);
  const streams =
    total(drawn.runs.map((runs) => runs.streams.length * runs.aDay)) +
    total(drawn.verifications.map((each) => each.streams.length * each.aDay));
  const share = Math.min(1, drawn.memoryMb / VCPU_MB);
  const seconds =
    assumed.secondsPerRun !== undefined
      ? invocations * assumed.secondsPerRun
      : (streams * STREAM_SECONDS + total(flows.map(({ looked }) => looked)) * EVENT_SECONDS) / share +
        costs.vendorCalls * VENDOR_SECONDS +
        (callsInTurn(costs, drawn, measured) + total(flows.map(({ puts }) => puts))) * AWS_SECONDS;
  const copies = drawn.destinations.s3 + drawn.destinations.splunk;
  const bytesADay = load.eventsPerDay * load.bytes;
  const idleRecords = costs.records - total(flows.map(({ sentRecords }) => sentRecords));
  const stored = storedBytes(drawn, load, flows, measured);
  const logBytes = costs.logBytes * (drawn.quiet ? measured.quietLogs : 1) + invocations * PLATFORM_LOG_BYTES;
  const archived = bytesADay * PACKED_EVENT_SHARE * drawn.destinations.s3;
  const amounts: Amounts = {
    lambdaRequests: invocations * DAYS,
    lambdaSeconds: (seconds * drawn.memoryMb * DAYS) / 1024,
    schedules: invocations * DAYS,
    tableReads: costs.reads * DAYS,
    tableWrites: costs.writes * DAYS,
    tableStorage: stored / GIB,
    tableBackups: stored / GIB,
    firehose:
      ((total(flows.map(({ billedBytes }) => billedBytes)) + Math.max(0, idleRecords) * billed(1)) * copies * DAYS) /
      GIB,
    archivePuts: objectsADay(drawn, flows) * drawn.destinations.s3 * DAYS,
    archiveStorage: (archived * drawn.archiveDays) / GIB,
    logs: (logBytes * DAYS) / GIB,
    logStorage: (logBytes * drawn.logDays * PACKED_LOG_SHARE) / GIB,
    metrics: metricsOf(drawn, flows, measured),
    alarms: drawn.fixed.alarmMetrics,
    dashboards: drawn.fixed.dashboards,
    secrets: drawn.secrets,
    secretCalls:
      (costs.secretCalls + drawn.destinations.splunk * Object.keys(drawn.connections).length * TOKEN_CALLS_A_DAY) *
      DAYS,
    keys: drawn.fixed.keys,
    keyRequests: 0,
    queueRequests: 0,
    mails: 0,
    transitions: drawn.fixed.transitions,
  };
  return {
    amounts,
    invocations: invocations * DAYS,
    seconds: seconds * DAYS,
    weekBytes: (archived * 7) / Math.max(1, drawn.destinations.s3),
  };
}

/** What the runs of a schedule do in a day. */
interface Flow {
  readonly source: string;
  readonly costs: Costs;
  /** Runs that deliver something. */
  readonly busy: number;
  readonly events: number;
  readonly flushes: number;
  /** Events that are read, again and again as long as they lie within the overlap. */
  readonly looked: number;
  readonly puts: number;
  readonly sentRecords: number;
  readonly billedBytes: number;
}

function flowOf(runs: Runs, perFeed: number, bytes: number, packing: Packing, drawn: Drawn, measured: Measured): Flow {
  const idle = times(runOf(runs, measured), runs.aDay);
  const feeds = runs.overlaps.map((overlap) => feedOf(overlap, runs.aDay, perFeed, bytes, packing, measured));
  const copies = drawn.destinations.s3 + drawn.destinations.splunk;
  return {
    source: runs.source,
    costs: sum([idle, ...feeds.map(({ costs }) => costs)]),
    busy: Math.max(0, ...feeds.map(({ busy }) => busy)),
    events: perFeed * runs.overlaps.length,
    flushes: total(feeds.map(({ flushes }) => flushes)),
    looked: total(feeds.map(({ looked }) => looked)),
    puts: total(feeds.map(({ flushes }) => flushes)) * copies,
    sentRecords: total(feeds.map(({ costs }) => costs.records)),
    billedBytes: total(feeds.map(({ billedBytes }) => billedBytes)),
  };
}

/** What events add to the runs of one stream, in a day. They come evenly: each run finds as many. */
function feedOf(overlap: Duration, aDay: number, events: number, bytes: number, packing: Packing, { seen }: Measured) {
  if (events === 0) return { costs: NOTHING, busy: 0, flushes: 0, looked: 0, billedBytes: 0 };
  const each = Math.max(1, Math.ceil(events / aDay));
  const busy = events / each;
  const sent = sentBy(packing, each, bytes);
  const flushes = sent.flushes * busy;
  const perFlush = each / sent.flushes;
  // Keys are loaded by whole hours: half an hour more than the overlap, on the average.
  const inOverlap = (overlap + HOUR / 2) / WHOLE_DAY;
  const keyBytes = inOverlap * (events * seen.keyBytes + flushes * seen.itemBytes);
  const looked = aDay * (events * (overlap / WHOLE_DAY)) + events;
  const dayBytes = events * seen.keyBytes + flushes * seen.itemBytes;
  const costs: Costs = {
    ...NOTHING,
    reads: aDay * (units(keyBytes, 4_096) - 1) + LEDGER_READS * units(dayBytes, 4_096),
    writes: flushes * units(seen.itemBytes + perFlush * seen.keyBytes, 1_024),
    tableCalls: flushes,
    vendorCalls: aDay * Math.floor(looked / aDay / PAGE_ROWS) + Math.floor(events / PAGE_ROWS),
    records: sent.records * busy,
  };
  return { costs, busy, flushes, looked: looked + events, billedBytes: sent.billedBytes * busy };
}

/** A day's keys are read for its row in the ledger, once more before they expire, and for its verification. */
const LEDGER_READS = 3;

const sentBefore = new Map<string, Sent>();

/** Thousands of connections have the same share. */
function sentBy(packing: Packing, events: number, bytes: number): Sent {
  const key = `${packing} ${events} ${bytes}`;
  const sent = sentBefore.get(key) ?? (packing === 'packed' ? packed(events, bytes) : single(events, bytes));
  sentBefore.set(key, sent);
  return sent;
}

/** An idle run of some streams. */
function runOf({ source, streams }: Pick<Runs, 'source' | 'streams'>, measured: Measured): Costs {
  const { run: once } = sharedOf(source, measured);
  return sum([...streams.map((name) => streamOf(source, name, measured).run), times(once, 1 - streams.length)]);
}

/** A day's verifications of some streams. */
function verifyOf(source: string, streams: readonly string[], measured: Measured): Costs {
  const { verifyDay: once } = sharedOf(source, measured);
  const own = streams.map((name) => streamOf(source, name, measured).verifyDay ?? NOTHING);
  return sum([...own, times(once, 1 - streams.length)]);
}

function censusOf(feeds: number, { census }: Measured): Costs {
  return { ...census, reads: census.reads * feeds, tableCalls: census.tableCalls * feeds };
}

/** A stream that is made from another one (a watched object) is counted like the source's first. */
function streamOf(source: string, name: string, { streams }: Measured) {
  const found =
    streams[`${source}/${name}`] ?? Object.entries(streams).find(([key]) => key.startsWith(`${source}/`))?.[1];
  if (!found) throw new Error(`Nothing was measured of ${source}.`);
  return found;
}

function sharedOf(source: string, { shared }: Measured) {
  return shared[source] ?? { run: NOTHING, verifyDay: NOTHING };
}

/** Calls that wait for one another: of a census, many are on their way at once. */
function callsInTurn({ tableCalls, secretCalls }: Costs, { censuses }: Drawn, { census }: Measured): number {
  const asked = total(censuses.map(({ aDay, feeds }) => aDay * census.tableCalls * feeds));
  const waited = total(censuses.map(({ aDay, feeds }) => aDay * Math.ceil(feeds / CENSUS_AT_ONCE)));
  return tableCalls + secretCalls - asked + waited;
}

function storedBytes(
  { runs, seenDays, archiveDays }: Drawn,
  { eventsPerDay }: Load,
  flows: readonly Flow[],
  measured: Measured,
): number {
  const { seen, kept } = measured;
  const feeds = total(runs.map(({ streams }) => streams.length));
  const flushes = total(flows.map((flow) => flow.flushes));
  return (
    feeds * (kept.feed + (kept.ledgerDay + ITEM_OVERHEAD) * archiveDays + (kept.verifyDay + ITEM_OVERHEAD) * seenDays) +
    seenDays * (eventsPerDay * seen.keyBytes + flushes * (seen.itemBytes + ITEM_OVERHEAD))
  );
}

/** Firehose puts down what it has every five minutes, for each source. */
function objectsADay({ connections }: Drawn, flows: readonly Flow[]): number {
  return total(
    Object.keys(connections).map((source) => {
      const own = flows.filter((flow) => flow.source === source);
      return Math.min(
        MINUTE_RUNS,
        total(own.map(({ busy }) => busy)) + total(own.map(({ costs, sentRecords }) => costs.records - sentRecords)),
      );
    }),
  );
}

/** A metric is paid for the hours in which it is written. */
function metricsOf({ connections }: Drawn, flows: readonly Flow[], { metrics }: Measured): number {
  return total(
    Object.keys(connections).map((source) => {
      const { idle, busy } = metrics[source] ?? { idle: 0, busy: 0 };
      const events = total(flows.filter((flow) => flow.source === source).map((flow) => flow.events));
      return idle + (busy - idle) * Math.min(1, events / 24);
    }),
  );
}

function units(bytes: number, each: number): number {
  return Math.max(1, Math.ceil(bytes / each));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
