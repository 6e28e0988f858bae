import { createHash } from 'node:crypto';
import { feedsOf, parseConnection } from '../functions/core/config/connection.ts';
import type { Effects } from '../functions/core/effects.ts';
import { runConnection } from '../functions/core/invocation/run-connection.ts';
import type { Answer, Feed } from '../functions/core/model.ts';
import { DAY, formatInstant, HOUR, MINUTE, SECOND } from '../functions/core/time.ts';
import { writeEvent } from '../functions/destinations/write-event.ts';
import { source } from './made-up-source.ts';
import { race, sayRace } from './ratio.ts';

// What the engine costs from answer to Firehose records, as a multiple of the least there can be:
// parsing the same answers, one SHA-256 and one JSON.stringify an event.

const ROWS = 20_000;
const PAGE = 500;
const START = 1_768_039_200 * SECOND;

const rows = Array.from({ length: ROWS }, (_, at) => ({
  accountGroupName: 'Production',
  aid: '1402',
  date: formatInstant(START - HOUR - Math.floor((at * 20 * HOUR) / ROWS / SECOND) * SECOND, 's'),
  event: at % 3 === 0 ? 'Login failed.' : 'Test updated.',
  ipAddress: '198.51.100.23',
  uid: String(88_000 + (at % 900)),
  user: `Person ${at % 900} (person${at % 900}@example.com)`,
  resources: [{ type: 'testName', name: `Test ${at}` }],
}));
const pages: string[] = [];
for (let at = 0; at < ROWS; at += PAGE) {
  const next = at + PAGE < ROWS ? `/events?cursor=${at + PAGE}` : undefined;
  pages.push(JSON.stringify({ events: rows.slice(at, at + PAGE), next }));
}

const connection = parseConnection(source, { id: 'bench', source: source.id });
const feed = feedsOf(source, connection)[0] as Feed;
/** Keeps the work from being optimised away. */
let bytes = 0;

/** A world that costs nothing: answers at once, accepts everything. */
function freeWorld(): Effects {
  return {
    now: () => START,
    random: () => 0.5,
    sleep: async () => {},
    remainingTime: () => 10 * MINUTE,
    stopping: () => false,
    secretVersion: async () => '1',
    fetch: async ({ url }): Promise<Answer> => {
      const at = Number(/cursor=(\d+)/.exec(url)?.[1] ?? 0);
      return { status: 200, headers: { 'content-type': 'application/json' }, text: pages[at / PAGE] as string };
    },
    load: async () => undefined,
    recall: () => undefined,
    write: async () => 'written',
    loadConnection: async () => undefined,
    writeConnection: async () => 'written',
    async *loadSeen() {},
    remember: async () => {},
    seal: (id) => createHash('sha256').update(id).digest().subarray(0, 8),
    put: async (_, records) => {
      for (const record of records) bytes += record.length;
      return records.map(() => undefined);
    },
    quarantine: async () => {},
    obtainToken: async () => ({ answer: { status: 404, headers: {}, text: '' }, open: false }),
    keptToken: async () => undefined,
    keepToken: () => undefined,
    loadOngoing: async () => [],
    noteOngoing: async () => {},
    saveSnapshot: async () => {},
    loadSnapshot: async () => undefined,
    dropSnapshots: async () => {},
    loadJobs: async () => [],
    async *loadQuarantine() {},
    dropQuarantine: async () => {},
    saveLedger: async () => 'written',

    loadLedger: async () => [],
    count: () => {},
    log: () => {},
  };
}

const best = await race({
  'floor: parse, hash, stringify': () => {
    for (const page of pages) {
      for (const row of (JSON.parse(page) as { events: object[] }).events) {
        const text = JSON.stringify(row);
        bytes += createHash('sha256').update(text).digest('hex').length + text.length;
      }
    }
  },
  'engine: answers to records': async () => {
    const reports = await runConnection({
      effects: freeWorld(),
      source,
      connection,
      feeds: [feed],
      destinations: [{ id: 'lake', deliveryStream: 'lake', shape: { format: 'ecs' } }],
      write: writeEvent,
      owner: 'bench',
      maxSeenKeys: 500_000,
      seenFor: 30 * DAY,
      askAgain: false,
      task: { act: 'run' },
    });
    if (reports[0]?.delivered !== ROWS)
      throw new Error(`delivered ${reports[0]?.delivered} of ${ROWS}: ${JSON.stringify(reports[0])}`);
  },
});
process.stdout.write(sayRace(best, ROWS));
process.stdout.write(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`);
if (bytes === 0) throw new Error('nothing was written');
