import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { heardSince, offsetOf } from '../../../../functions/shell/network/service-clocks.ts';
import { TableClient } from '../../../../functions/shell/table/table-client.ts';
import { Signatures } from '../../../../local/services/access/signature.ts';
import { startTable } from '../../../../local/services/dynamodb.ts';
import type { Service } from '../../../../local/services/service.ts';
import { KEY } from '../../../local/signatures.ts';

const HOUR_MS = 3_600_000;

let folder: string;
let service: Service;
let aheadMs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-clocks-'));
  // It refuses signatures of another time, as the real one does, and the SDK then corrects its own.
  const signatures = new Signatures(KEY, () => Date.now() + aheadMs);
  service = await startTable({ directory: folder, tableName: 'tidemark', signatures });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', service.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', KEY.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEY.secretAccessKey);
});

afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

it.each([-48, 20])('the table’s clock is heard from its answers, %i hours away', async (hours) => {
  aheadMs = hours * HOUR_MS;
  const table = new TableClient('tidemark', 30);
  const start = Date.now();

  await table.get({ pk: 'any', sk: 'any' });

  const heard = heardSince(start).get('table') ?? 0;
  expect(Math.abs(heard - hours * HOUR_MS)).toBeLessThan(HOUR_MS);
  expect(heardSince(Date.now() + 1).has('table')).toBe(false);
});

it('is heard from an answer that is an error, and from one that refuses a condition', async () => {
  aheadMs = 20 * HOUR_MS;
  const item = { pk: { S: 'one' }, sk: { S: 'one' }, schema: { N: '1' } };
  await new TableClient('tidemark', 30).put(item, undefined);
  aheadMs = 30 * HOUR_MS;
  expect(await new TableClient('tidemark', 30).put(item, undefined)).toBe('refused');
  expect(heardSince(0).get('table')).toBeGreaterThan(29 * HOUR_MS);
  aheadMs = 40 * HOUR_MS;
  await expect(new TableClient('elsewhere', 30).get({ pk: 'one', sk: 'one' })).rejects.toThrow('elsewhere');
  expect(heardSince(0).get('table')).toBeGreaterThan(39 * HOUR_MS);
});

const AT = Date.UTC(2026, 0, 10, 12, 0, 0);
const DATE = 'Sat, 10 Jan 2026 12:00:00 GMT';

it.each([
  ['the same second', DATE, AT + 400, AT + 900, 0],
  ['an answer that was long on its way', DATE, AT - 300, AT + 8_000, 0],
  ['a clock that is just ahead', DATE, AT - 500, AT - 200, 200],
  ['a clock that is just behind', DATE, AT + 1_300, AT + 1_500, -300],
  ['a clock two days ahead', 'Mon, 12 Jan 2026 12:00:00 GMT', AT, AT + 100, 48 * HOUR_MS - 100],
  ['no header', undefined, AT, AT, undefined],
  ['a header that is no date', 'yesterday', AT, AT, undefined],
])('the difference says no more than the header does: %s', (_, date, sentAt, receivedAt, expected) => {
  expect(offsetOf(date, sentAt, receivedAt)).toBe(expected);
});
