import { expect, test } from 'vitest';
import { MINUTE } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { dollarsOf, dollarsOfAll, freeOf } from '../../tools/cost/bill.ts';
import { NOTHING } from '../../tools/cost/costs.ts';
import { type Drawn, drawnFor } from '../../tools/cost/drawn.ts';
import { exampleSources } from '../../tools/cost/example-sources.ts';
import { madeUpConfig } from '../../tools/cost/made-up.ts';
import type { Measured } from '../../tools/cost/measured.ts';
import { packed } from '../../tools/cost/packed.ts';
import { PRICES } from '../../tools/cost/price-list.ts';
import { reportOf } from '../../tools/cost/report.ts';
import { type Amounts, amountsOf, dayOf } from '../../tools/cost/sums.ts';
import { SOURCES as ALL } from '../infra/support/draw.ts';

/** The source with the most streams. */
/** Those of the examples: each was measured. */
const SOURCES = exampleSources(ALL);
const MANIFOLD = SOURCES.toSorted((one, other) => other.streams.length - one.streams.length)[0]?.id ?? '';
const KIB = 1_024;
const GIB = 1_024 ** 3;

/** One stream of one connection, read every five minutes, into one archive: so round that it can be added up by hand. */
const DRAWN: Drawn = {
  runs: [{ source: 'one', aDay: 288, streams: ['log'], overlaps: [30 * MINUTE] }],
  verifications: [{ source: 'one', aDay: 24, streams: ['log'] }],
  censuses: [{ aDay: 96, feeds: 1, connections: 1, known: 1 }],
  connections: { one: 1 },
  destinations: { all: 1, archived: 1, announced: 0, onePerRecord: 0, tables: [], secretCalls: 0 },
  memoryMb: 1_024,
  logDays: 90,
  quiet: false,
  seenDays: 30,
  archiveDays: 365,
  secrets: 1,
  fixed: { alarmMetrics: 15, dashboards: 1, keys: 1, transitions: 0 },
};
const RUN = { ...NOTHING, reads: 3, writes: 2, tableCalls: 5, secretCalls: 1, vendorCalls: 1, logBytes: 700 };
const MEASURED: Measured = {
  streams: { 'one/log': { run: RUN, verifyDay: { ...NOTHING, reads: 170, writes: 250, secretCalls: 24 } } },
  shared: {},
  metrics: { one: { idle: 7, busy: 12 } },
  census: { ...NOTHING, reads: 1, tableCalls: 1, logBytes: 900 },
  quietLogs: 0.5,
  seen: { itemBytes: 170, keyBytes: 12 },
  kept: { feed: 1_000, ledgerDay: 200, verifyDay: 2_600 },
};

function amounts(eventsPerDay: number, change: Partial<Drawn> = {}, secondsPerRun = 0.5): Amounts {
  const drawn = { ...DRAWN, ...change };
  const load = { eventsPerDay, bytes: 1_000 };
  const day = dayOf({ drawn, load, assumptions: { secondsPerRun }, measured: MEASURED });
  return amountsOf(drawn, day, MEASURED);
}

test('a month with nothing happening is thirty days of what idle invocations use', () => {
  const idle = amounts(0);

  expect(idle).toMatchObject({
    lambdaRequests: 30 * 408,
    schedules: 30 * 408,
    lambdaSeconds: 30 * 408 * 0.5,
    // A census reads a checkpoint and the list of known connections, which is written once an hour.
    tableReads: 30 * (288 * 3 + 170 + 2 * 96),
    tableWrites: 30 * (288 * 2 + 250 + 24),
    // A warm function remembers the secret for a quarter of an hour.
    secretCalls: 30 * (96 + 24),
    secrets: 1,
    metrics: 7,
    alarms: 15,
    firehose: 0,
    archivePuts: 0,
    archiveStorage: 0,
  });
  expect(idle.logs * GIB).toBeCloseTo(30 * (288 * 700 + 96 * 900 + 408 * 900), 3);
});

test('events add a record and an item for each run that finds some, and keys that are loaded once for each hour with rows', () => {
  const busy = amounts(2_880);

  // Ten events a run: 10 kB are two steps of 5 KiB, and 290 bytes of keys one unit.
  expect(busy.firehose * GIB).toBeCloseTo(30 * 288 * 10 * KIB, 3);
  expect(busy.tableWrites - amounts(0).tableWrites).toBe(30 * 288);
  // A warm function loads the keys of each hour once. A day's 83 kB are 21 units: twice for the ledger, and for five verifications.
  expect(busy.tableReads - amounts(0).tableReads).toBe(30 * (24 + 7 * 21));
  expect(busy.archivePuts).toBe(30 * 288);
  expect(busy.metrics).toBe(12);
});

test('fewer events than runs leave the other runs idle', () => {
  const few = amounts(10);

  expect(few.firehose * GIB).toBeCloseTo(30 * 10 * 5 * KIB, 3);
  expect(few.tableWrites - amounts(0).tableWrites).toBe(30 * 10);
  expect(few.metrics).toBeCloseTo(7 + 5 * (10 / 24));
});

test('each destination has its own records, and only archives have objects', () => {
  const both = amounts(2_880, {
    destinations: { all: 2, archived: 1, announced: 0, onePerRecord: 0, tables: [], secretCalls: 144 },
  });

  expect(both.firehose).toBeCloseTo(2 * amounts(2_880).firehose);
  expect(both.archivePuts).toBe(amounts(2_880).archivePuts);
  // Its secret is read again every ten minutes.
  expect(both.secretCalls - amounts(2_880).secretCalls).toBe(30 * 144);
});

test('the queue of an archive takes three requests for each object, and those of a reader that looks for one', () => {
  const announced = (events: number) =>
    amounts(events, {
      destinations: { all: 1, archived: 1, announced: 1, onePerRecord: 0, tables: [], secretCalls: 0 },
    });

  expect(amounts(2_880).queueRequests).toBe(0);
  expect(announced(0).queueRequests).toBe(30 * 4_320);
  expect(announced(2_880).queueRequests).toBe(30 * (3 * 288 + 4_320));
});

test('a destination that takes one event a record is billed for each event, rounded up', () => {
  const both = amounts(2_880, {
    destinations: { all: 2, archived: 1, announced: 0, onePerRecord: 1, tables: [], secretCalls: 0 },
  });

  // A run has ten events of 1,000 bytes: 10 KiB packed, and ten times 5 KiB.
  expect(both.firehose * GIB).toBeCloseTo(30 * 288 * (10 + 50) * KIB, 3);
});

test('a table is billed by its bytes, not by records, and has objects each time it is written', () => {
  const tables = [{ bytes: 1.5, puts: 6 }];
  const both = amounts(2_880, {
    destinations: { all: 2, archived: 1, announced: 0, onePerRecord: 0, tables, secretCalls: 0 },
  });

  expect(both.firehose).toBeCloseTo(amounts(2_880).firehose);
  expect(both.firehoseTables * GIB).toBeCloseTo(30 * 2_880 * 1_000 * 1.5, 3);
  expect(both.archivePuts).toBe(7 * amounts(2_880).archivePuts);
  expect(amounts(2_880).firehoseTables).toBe(0);
});

test('the report says what one event a record means, and nothing of it where all records are packed', () => {
  const drawn = { ...drawnFor(madeUpConfig({ connections: 1, destinations: 2 }, SOURCES), SOURCES, DESTINATION_TYPES) };
  const report = (onePerRecord: number) =>
    reportOf({ ...drawn, destinations: { ...drawn.destinations, onePerRecord } }, { eventsPerDay: 1e6, bytes: 1_000 });

  expect(report(0).notes).toEqual([]);
  expect(report(1).notes).toEqual([
    expect.stringMatching(
      /: 1 of 2\. Firehose bills 5\.12 times the bytes .*; in packed records it would be 1\.0\d times/,
    ),
  ]);
  expect(report(1).packed.dollars).toBeGreaterThan(report(0).packed.dollars);
  expect(report(2).packed.dollars).toBeCloseTo(report(2).single.dollars);
});

test('level warn halves what is measured to be halved, and not what Lambda writes', () => {
  const saved = amounts(0).logs - amounts(0, { quiet: true }).logs;

  expect(saved * GIB).toBeCloseTo((30 * (288 * 700 + 96 * 900)) / 2, 3);
});

test('without a duration it is estimated: less memory is less of a processor, and waiting stays', () => {
  const seconds = (memoryMb: number) =>
    dayOf({
      drawn: { ...DRAWN, memoryMb },
      load: { eventsPerDay: 0, bytes: 1_000 },
      measured: MEASURED,
    }).seconds;
  const processor = (288 + 24) * 0.015;
  const waiting = 288 * 0.3 + (288 * 5 + 96 + 96 + 24 + 96 + 24 / 25) * 0.01;

  expect(seconds(1_769)).toBeCloseTo(processor + waiting);
  expect(seconds(10_240)).toBeCloseTo(processor + waiting);
  expect(seconds(256)).toBeCloseTo(processor * (1_769 / 256) + waiting);
});

test('records are those that packing really makes: to the flush, and to the byte', () => {
  // 51 events of 1,000 bytes fit into 50 KiB.
  expect(packed(51, 1_000)).toEqual({ flushes: 1, records: 1, billedBytes: 50 * KIB, billedAlone: 255 * KIB });
  expect(packed(52, 1_000)).toEqual({ flushes: 1, records: 2, billedBytes: 55 * KIB, billedAlone: 260 * KIB });
  // A flush ends after 5,000 events or 3.8 MB.
  expect(packed(10_001, 100).flushes).toBe(3);
  expect(packed(22, 200_000).flushes).toBe(2);
  expect(packed(0, 100)).toEqual({ flushes: 0, records: 0, billedBytes: 0, billedAlone: 0 });
});

test('packing never costs more than a record an event', () => {
  for (const events of [1, 7, 51, 52, 1_999, 2_001]) {
    for (const bytes of [2, 600, 5_119, 5_120, 5_121, 60_000]) {
      const { billedBytes, billedAlone } = packed(events, bytes);
      expect(billedBytes).toBeLessThanOrEqual(billedAlone);
    }
  }
});

test('prices are for what they say, and free is only what there is', () => {
  const idle = amounts(0);

  expect(dollarsOf('schedules', 2_000_000)).toBe(2);
  expect(dollarsOf('secretCalls', 20_000)).toBeCloseTo(0.1);
  expect(dollarsOfAll(idle)).toBeGreaterThan(freeOf(idle));
  // Of 15 alarms 10 are free, of one dashboard one is.
  expect(freeOf({ ...NONE, alarms: 15, dashboards: 1 })).toBeCloseTo(1 + 3);
  for (const { source, dollars, per } of Object.values(PRICES)) {
    expect(source.length).toBeGreaterThan(10);
    expect(dollars / per).toBeGreaterThan(0);
  }
});

const NONE = Object.fromEntries(Object.keys(PRICES).map((id) => [id, 0])) as unknown as Amounts;

test('all of an idle deployment grows with its connections, and nothing that watches it does', () => {
  const report = (connections: number) =>
    reportOf(drawnFor(madeUpConfig({ connections, destinations: 1 }, SOURCES), SOURCES, DESTINATION_TYPES), {
      eventsPerDay: 0,
      bytes: 1_000,
    });
  const item = (connections: number, id: string) => report(connections).items.find((one) => one.id === id)?.idle ?? 0;

  for (const id of ['alarms', 'metrics', 'dashboards', 'keys']) expect(item(300, id), id).toBeCloseTo(item(30, id));
  for (const id of ['secrets', 'secretCalls', 'tableWrites'])
    expect(item(300, id) / item(30, id), id).toBeCloseTo(10, 1);
});

test('to ask every minute is told when it costs more than all the rest, and five minutes never', () => {
  const warnings = (connections: number, every: string) =>
    reportOf(
      drawnFor(
        madeUpConfig({ connections, destinations: 1, every, source: MANIFOLD }, SOURCES),
        SOURCES,
        DESTINATION_TYPES,
      ),
      { eventsPerDay: 0, bytes: 1_000 },
    ).warnings.filter((warning) => warning.startsWith('To ask'));

  expect(warnings(300, '1m')).toEqual([expect.stringMatching(/^To ask every 1m costs \$.*; every 5m .* about \$/)]);
  expect(warnings(1, '1m')).toEqual([]);
  expect(warnings(300, '5m')).toEqual([]);
});
