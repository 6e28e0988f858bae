import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BackfillCheckpoint, VerifyCheckpoint } from '../../../functions/core/stored/checkpoint.ts';
import { jobKey } from '../../../functions/core/stored/job.ts';
import { emptyTally } from '../../../functions/core/stored/tally.ts';
import { DAY, HOUR, parseInstant } from '../../../functions/core/time.ts';
import { loadCheckpoint, loadJobs, writeCheckpoint } from '../../../functions/shell/table/checkpoints.ts';
import { loadLedger, saveLedger } from '../../../functions/shell/table/ledger-rows.ts';
import { loadSeen, remember } from '../../../functions/shell/table/seen-chunks.ts';
import { TableClient } from '../../../functions/shell/table/table-client.ts';
import { startTable } from '../../../local/services/dynamodb.ts';
import type { Service } from '../../../local/services/service.ts';
import { SIGNATURES } from '../../local/signatures.ts';

// Against the embedded DynamoDB.

const FEED = 'memory/usage/acme';
const now = parseInstant('2026-01-10T10:00:00.123Z') as number;
const range = { from: now - 3 * DAY, to: now - HOUR };
const EVERYTHING = { from: '2026', to: '2027', stableHashes: true };

let folder: string;
let service: Service;
let table: TableClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  service = await startTable({ signatures: SIGNATURES, directory: folder, tableName: 'tidemark' });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', service.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  table = new TableClient('tidemark', 8);
});

afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const common = {
  fence: 1,
  version: 1,
  watermark: range.from + HOUR,
  floor: range.from,
  scope: '{}',
  destinations: { siem: range.from },
  failures: 0,
};

function backfill(id: string): BackfillCheckpoint {
  return {
    kind: 'backfill',
    ...common,
    job: { kind: 'backfill', id, range, resend: true, startedAt: now, state: 'running', tally: emptyTally() },
    lateness: { since: now, onTime: 3, late: [0, 1], worst: HOUR },
    folded: { first: now, final: now - DAY },
  };
}

function verify(id: string): VerifyCheckpoint {
  const counts = { vendor: 2, delivered: 1, missing: 1, changed: 0, repaired: 0, by: 'ledger', unsure: true } as const;
  const steps = [{ ...range, ...counts, note: 'a note' }];
  return {
    kind: 'verify',
    ...common,
    job: { kind: 'verify', id, range, repair: false, startedAt: now, state: 'done', steps },
  };
}

describe('jobs in the table', () => {
  test('come back as they were written, each kind by itself, and apart from the live feed', async () => {
    for (const item of [backfill('a'), backfill('b')]) {
      expect(await writeCheckpoint(table, jobKey(FEED, 'backfill', item.job.id), item)).toBe('written');
    }
    await writeCheckpoint(table, jobKey(FEED, 'verify', 'a'), verify('a'));

    expect(await loadJobs(table, FEED, 'backfill')).toEqual([backfill('a'), backfill('b')]);
    expect(await loadJobs(table, FEED, 'verify')).toEqual([verify('a')]);
    expect(await loadCheckpoint(table, jobKey(FEED, 'backfill', 'b'))).toEqual(backfill('b'));
    expect(await loadCheckpoint(table, FEED)).toBeUndefined();
    expect(await loadJobs(table, 'memory/usage/acm', 'backfill')).toEqual([]);
  });

  test('remember what is sent again apart from what the live feed knows', async () => {
    const keys = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    const stableHashes = new Uint8Array([9, 9, 9, 9]);
    const chunk = {
      bucket: '2026-01-09T10',
      id: '1-w#0#0',
      destinations: ['siem'],
      keys,
      stableHashes,
      at: now,
      count: 1,
      digest: 5n,
    };
    await remember(table, `${FEED}#resent#a`, [chunk], now);
    const at = async (place: string) => {
      const found = [];
      for await (const one of loadSeen(table, place, EVERYTHING)) found.push(one);
      return found;
    };

    expect(await at(FEED)).toEqual([]);
    expect(await at(`${FEED}#resent#b`)).toEqual([]);
    const [found] = await at(`${FEED}#resent#a`);
    expect(found).toMatchObject({ bucket: chunk.bucket, id: chunk.id, destinations: ['siem'] });
    expect([...(found?.stableHashes ?? [])]).toEqual([9, 9, 9, 9]);
    const { value: keysOnly } = await loadSeen(table, `${FEED}#resent#a`, { from: '2026', to: '2027' }).next();
    expect(Object.keys(keysOnly ?? {})).not.toContain('stableHashes');
    expect([...(keysOnly?.keys ?? [])]).toEqual([...keys]);
  });
});

describe('the ledger in the table', () => {
  test('takes a row only in place of the one that was expected', async () => {
    const day = '2026-01-09';
    const hour = { hour: '2026-01-09T10', events: 2, digest: '00000000000000ff', destinations: {} };
    const gaps = [range];
    const done = {
      day,
      windows: 1,
      pages: 1,
      fetched: 2,
      suppressed: 0,
      delivered: 2,
      quarantined: 0,
      unmapped: 0,
      late: 0,
    };
    const row = { day, madeAt: now, hours: [hour], done: { ...done, unreadable: [], gaps } };

    expect(await saveLedger(table, FEED, row, undefined)).toBe('written');
    expect(await saveLedger(table, FEED, { ...row, hours: [] }, undefined)).toBe('refused');
    expect(await saveLedger(table, FEED, { ...row, hours: [] }, now - 1_000)).toBe('refused');
    expect(await loadLedger(table, FEED, day, day)).toEqual([row]);
    expect(await saveLedger(table, FEED, { ...row, madeAt: now + 1_000, hours: [] }, now)).toBe('written');
    expect(await loadLedger(table, FEED, day, day)).toEqual([{ ...row, madeAt: now + 1_000, hours: [] }]);
    expect(await loadLedger(table, FEED, '2026-01-10', '2026-01-11')).toEqual([]);
  });

  test('decode keys without matching each of their characters with a pattern', async () => {
    const keys = Uint8Array.from({ length: 80_000 }, (_, at) => at % 251);
    const chunk = {
      bucket: '2026-01-09T11',
      id: '1-w#0#0',
      destinations: ['siem'],
      at: now,
      keys,
      count: 10_000,
      digest: 5n,
    };
    await remember(table, `${FEED}#resent#c`, [chunk], now);
    const exec = vi.spyOn(RegExp.prototype, 'exec');

    const { value: found } = await loadSeen(table, `${FEED}#resent#c`, { from: '2026', to: '2027' }).next();
    const matched = exec.mock.calls.filter(([text]) => text.length >= keys.length);
    exec.mockRestore();

    expect(Buffer.compare(found?.keys ?? new Uint8Array(), keys)).toBe(0);
    expect(matched).toEqual([]);
  });
});
