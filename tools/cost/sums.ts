import { verifiedAges } from '../../functions/core/jobs/scheduled-verify.ts';
import { DAY } from '../../functions/core/time.ts';
import { ASSUMED, type Assumptions } from './assumed.ts';
import { type Costs, sum, times, total } from './costs.ts';
import type { Drawn } from './drawn.ts';
import { type Flow, flowOf, verifyOf } from './flow.ts';
import type { Measured } from './measured.ts';
import { billed } from './packed.ts';
import type { PriceId } from './price-list.ts';

/** The amount of events. */
export interface Load {
  /** For all connections together. Their streams have equal shares. */
  readonly eventsPerDay: number;
  /** Size of a delivered event with its newline. */
  readonly bytes: number;
}

/** Use of each thing that has a price, in a month. */
export type Amounts = Readonly<Record<PriceId, number>>;

/** What a configuration uses in a day. */
export interface Day {
  readonly invocations: number;
  readonly costs: Costs;
  /** Total duration of all invocations. */
  readonly seconds: number;
  readonly flows: readonly Flow[];
  /** Bytes that are sent to one destination. */
  readonly bytes: number;
}

export interface DayInputs {
  readonly drawn: Drawn;
  readonly load: Load;
  readonly assumptions?: Assumptions;
  readonly measured: Measured;
}

export const DAYS = 30;
const GIB = 1024 ** 3;
/** Maximum number of objects a day: Firehose writes one every five minutes. */
const MAX_OBJECTS_A_DAY = 288;
/** Requests that an announced object takes: S3 sends a message, a reader receives and deletes it. */
const REQUESTS_OF_OBJECT = 3;
/** Bytes of the item of a known connection with some streams. */
const KNOWN_BYTES = 200;
/** Bytes that one read unit covers, and items of one batch. */
const READ_BYTES = 4_096;
const BATCH = 25;
/** Number of checkpoints that a census reads at the same time. */
const CENSUS_PARALLEL_READS = 25;

/** Calculates what a configuration uses in a day. */
export function dayOf({ drawn, load, assumptions = {}, measured }: DayInputs): Day {
  const { runs, verifications, censuses } = drawn;
  const feeds = total(runs.map(({ overlaps }) => overlaps.length));
  const verified = verifications.length > 0 ? verifiedAges(drawn.seenDays * DAY).length : 0;
  const share = { eventsPerDay: feeds > 0 ? load.eventsPerDay / feeds : 0, bytes: load.bytes, verified };
  const flows = runs.map((each) => flowOf(each, share, measured));
  const invocations = total([...runs, ...verifications, ...censuses].map(({ aDay }) => aDay));
  const costs = sum([
    ...flows.flatMap(({ idle, added }) => [idle, added]),
    ...verifications.map((each) => verifyOf(each, measured)),
    ...censuses.map((each) => times(censusOf(each, measured), each.aDay)),
  ]);
  const seconds =
    assumptions.secondsPerRun === undefined
      ? estimatedSeconds(drawn, costs, flows, measured)
      : invocations * assumptions.secondsPerRun;
  return { invocations, costs, seconds, flows, bytes: load.eventsPerDay * load.bytes };
}

/** It reads a checkpoint of each feed and the list of all known connections, and notes once an hour that its own are configured. */
function censusOf({ feeds, connections, known, aDay }: Drawn['censuses'][number], { census }: Measured): Costs {
  const [listed, noted] = [Math.ceil((known * KNOWN_BYTES) / READ_BYTES), (connections * 24) / aDay];
  return {
    ...census,
    reads: census.reads * feeds + listed,
    writes: noted,
    tableCalls: census.tableCalls * feeds + 1 + noted / BATCH,
  };
}

/** The processor time, divided by the share of a vCPU that the memory gives, plus all waiting. */
function estimatedSeconds(drawn: Drawn, costs: Costs, flows: readonly Flow[], { census }: Measured): number {
  const { streamSeconds, eventSeconds, vcpuMb, vendorSeconds, awsSeconds } = ASSUMED;
  const streams = total([...drawn.runs, ...drawn.verifications].map((each) => each.streams.length * each.aDay));
  const processor = streams * streamSeconds.value + total(flows.map(({ read }) => read)) * eventSeconds.value;
  // A census makes many calls at the same time.
  const censusCalls = total(drawn.censuses.map(({ aDay, feeds }) => aDay * census.tableCalls * feeds));
  const censusWaits = total(drawn.censuses.map(({ aDay, feeds }) => aDay * Math.ceil(feeds / CENSUS_PARALLEL_READS)));
  const puts = total(flows.map(({ flushes }) => flushes)) * drawn.destinations.all;
  const calls = costs.tableCalls - censusCalls + censusWaits + costs.secretCalls + puts;
  const share = Math.min(1, drawn.memoryMb / vcpuMb.value);
  return processor / share + costs.vendorCalls * vendorSeconds.value + calls * awsSeconds.value;
}

/** Returns what thirty such days use. */
export function amountsOf(drawn: Drawn, day: Day, measured: Measured): Amounts {
  const { invocations, costs, flows } = day;
  const { archived, tables } = drawn.destinations;
  const logBytes =
    costs.logBytes * (drawn.quiet ? measured.quietLogs : 1) + invocations * ASSUMED.platformLogBytes.value;
  const stored = storedBytes(drawn, flows, measured) / GIB;
  return {
    lambdaRequests: invocations * DAYS,
    lambdaSeconds: (day.seconds * DAYS * drawn.memoryMb) / 1024,
    schedules: invocations * DAYS,
    tableReads: costs.reads * DAYS,
    tableWrites: costs.writes * DAYS,
    tableStorage: stored,
    tableBackups: stored,
    firehose: (billedBytes(day, drawn.destinations) * DAYS) / GIB,
    firehoseTables: (day.bytes * total(tables.map(({ bytes }) => bytes)) * DAYS) / GIB,
    archivePuts: objects(drawn, flows) * (archived + total(tables.map(({ puts }) => puts))) * DAYS,
    archiveStorage: (day.bytes * ASSUMED.packedEvents.value * archived * drawn.archiveDays) / GIB,
    logs: (logBytes * DAYS) / GIB,
    logStorage: (logBytes * ASSUMED.packedLogs.value * drawn.logDays) / GIB,
    metrics: metricsOf(drawn, flows, measured),
    alarms: drawn.fixed.alarmMetrics,
    dashboards: drawn.fixed.dashboards,
    secrets: drawn.secrets,
    secretCalls: (costs.secretCalls + destinationSecretCalls(drawn)) * DAYS,
    keys: drawn.fixed.keys,
    // The rest is used only when something is wrong, or when somebody asks for it.
    keyRequests: 0,
    queueRequests:
      drawn.destinations.announced * (objects(drawn, flows) * REQUESTS_OF_OBJECT + ASSUMED.queuePolls.value) * DAYS,
    mails: 0,
    transitions: drawn.fixed.transitions,
  };
}

/** Number of bytes that a query of the last seven days reads from an archive. */
export function weekBytes({ bytes }: Day): number {
  return bytes * ASSUMED.packedEvents.value * 7;
}

/** Includes what is delivered without any activity: our own sign-ins, at vendors that require one. */
function billedBytes({ flows, costs }: Day, { all, onePerRecord, tables }: Drawn['destinations']): number {
  const byRecord = all - tables.length;
  const others = costs.records - total(flows.map(({ added }) => added.records));
  const ofFlows = flows.map(
    ({ billedBytes: packed, billedAlone }) => packed * (byRecord - onePerRecord) + billedAlone * onePerRecord,
  );
  return total(ofFlows) + Math.max(0, others) * billed(1) * byRecord;
}

/** Firehose reads a destination's secret for each stream, and each source has one. */
function destinationSecretCalls({ destinations, connections }: Drawn): number {
  return destinations.secretCalls * Object.keys(connections).length;
}

/** Number of bytes in the table after a year. Ledger rows stay, keys and verifications expire. */
function storedBytes({ runs, seenDays }: Drawn, flows: readonly Flow[], { seen, kept }: Measured): number {
  const overhead = ASSUMED.itemOverhead.value;
  const feeds = total(runs.map(({ streams }) => streams.length));
  const keys = total(flows.map(({ events }) => events)) * seen.keyBytes;
  const items = total(flows.map(({ flushes }) => flushes)) * (seen.itemBytes + overhead);
  const ofFeed = kept.feed + (kept.ledgerDay + overhead) * 365 + (kept.verifyDay + overhead) * seenDays;
  return feeds * ofFeed + (keys + items) * seenDays;
}

function objects({ connections }: Drawn, flows: readonly Flow[]): number {
  const ofSource = (source: string) =>
    flows.filter((flow) => flow.source === source).map(({ busy, idle }) => busy + idle.records);
  return total(Object.keys(connections).map((source) => Math.min(MAX_OBJECTS_A_DAY, total(ofSource(source)))));
}

/** A metric is billed for the hours in which it is written. */
function metricsOf({ connections }: Drawn, flows: readonly Flow[], { metrics }: Measured): number {
  return total(
    Object.keys(connections).map((source) => {
      const { idle, busy } = metrics[source] ?? { idle: 0, busy: 0 };
      const events = total(flows.filter((flow) => flow.source === source).map((flow) => flow.events));
      return idle + (busy - idle) * Math.min(1, events / 24);
    }),
  );
}
