import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VendorCall, VendorReply } from '../../../../bench/endpoints/vendor.ts';
import { LIMIT, MeasuredFunctions, MOST_MB, PATIENCE_MS, repeated } from '../../../infra/support/measured-functions.ts';

// An answer that fits the limit fits the smallest function. The deployed bundle reads the worst answers that the limit lets
// through, in a process with the heap's limits of the deployment.

const AT = Date.UTC(2026, 2, 3, 12);
const HOUR_MS = 3_600_000;
const JSON_TYPE = 'application/json; charset=utf-8';

let functions: MeasuredFunctions;
beforeAll(async () => {
  functions = await MeasuredFunctions.open();
});
afterAll(() => functions.close());

/** The text of one record that happened half an hour ago, with a field in front of the others. */
function record(field: string): string {
  return functions
    .source('frame')
    .endpoint.row(1, AT - 1_800_000)
    .replace('{', `{"more":${field},`);
}

function row(at: number): string {
  return functions.source('frame').endpoint.row(at, AT - 3_000_000 + (at % 3_000) * 800);
}

function rows(length: number): string {
  const texts: string[] = [];
  for (let size = 0; size < length; size += (texts.at(-1) as string).length) texts.push(row(texts.length));
  return texts.join();
}

function manyKeys(length: number): string {
  const keys: string[] = [];
  for (let size = 0; size < length; size += (keys.at(-1) as string).length + 1) keys.push(`"k${keys.length}":1`);
  return `{${keys.join()}}`;
}

/** The first page of a list, and an empty one after it. */
function firstPageOf(path: string, body: string): (call: VendorCall) => VendorReply | undefined {
  return ({ url }) => {
    if (!url.pathname.endsWith(path)) return undefined;
    return { type: JSON_TYPE, body: (url.searchParams.get('offset') ?? '0') === '0' ? body : '[]' };
  };
}

describe('the largest answers that the limit lets through', () => {
  test.each<[string, () => string]>([
    ['of usual records', () => `[${rows(LIMIT * 0.55)}]`],
    ['of one record with a long text', () => `[${record(`"${'x'.repeat(LIMIT * 0.98)}"`)}]`],
    [
      'of one record with a long text, a character of which takes two bytes',
      () => `[${record(`"\u4e2d${'x'.repeat(LIMIT * 0.98)}"`)}]`,
    ],
    ['of one record with empty objects', () => `[${record(`[${repeated('{},')}{}]`)}]`],
    ['of one record with keys', () => `[${record(manyKeys(LIMIT * 0.34))}]`],
    ['of lists in lists', () => `[${record(`${'['.repeat(LIMIT * 0.04)}${']'.repeat(LIMIT * 0.04)}`)}]`],
    ['of empty records', () => `[${repeated('{},')}{}]`],
    ['of numbers for records', () => `[${repeated('1,')}1]`],
  ])('%s', { timeout: PATIENCE_MS }, async (_, make) => {
    const body = make();

    const { report, peak } = await functions.run({
      source: 'frame',
      at: AT,
      since: HOUR_MS,
      answer: firstPageOf('/audit-trails', body),
    });

    expect(report.error).toBeUndefined();
    expect(report).toMatchObject({ state: 'caught-up', pages: 2 });
    expect(report.fetched).toBe((JSON.parse(body) as unknown[]).length);
    expect(peak).toBeLessThan(MOST_MB);
  });
});

test('eight answers in flight fit together, each with nearly its share', { timeout: PATIENCE_MS }, async () => {
  const many = `"more":[${'{},'.repeat(6)}{}],`;

  const { report, peak, inFlight } = await functions.run({
    source: 'frame',
    requestsInFlight: 8,
    at: AT,
    since: 20 * HOUR_MS,
    log: { rows: 40_000, change: (text) => text.replace('{', `{${many}`) },
  });

  expect(report.error).toBeUndefined();
  expect(report).toMatchObject({ state: 'caught-up', delivered: expect.any(Number) });
  expect(report.delivered).toBeGreaterThan(39_000);
  expect(inFlight).toBeGreaterThan(1);
  expect(peak).toBeLessThan(MOST_MB);
});

test('what is larger is not read, and takes no memory', { timeout: PATIENCE_MS }, async () => {
  const { report, peak } = await functions.run({
    source: 'frame',
    at: AT,
    since: HOUR_MS,
    answer: firstPageOf('/audit-trails', `[${record(`"${'x'.repeat(15 * LIMIT)}"`)}]`),
  });

  expect(report.error).toMatchObject({ code: 'unreadable', message: 'The vendor’s answer is larger than 4 MiB.' });
  expect(peak).toBeLessThan(MOST_MB);
});

test('a day in one answer of 60 MiB is read record by record', { timeout: PATIENCE_MS }, async () => {
  const activity = (at: number) => {
    const time = new Date(AT - 6 * HOUR_MS + (at % 3_000) * 1_000).toISOString();
    const more = 'x'.repeat(1_000);
    return `{"user_email":"p${at}@example.com","account_name":"a","accessed_at":"${time}","more":"${more}"}`;
  };
  const texts = Array.from({ length: 55_000 }, (_, at) => activity(at));
  const huge = `{"user_email":"${'y'.repeat(8 * 1024 * 1024)}"}`;
  const body = `{"total":${texts.length + 1},"data":[${texts.join()},${huge}]}`;
  expect(body.length).toBeGreaterThan(60 * 1024 * 1024);

  const { report, peak, lines } = await functions.run({
    source: 'frame',
    stream: 'user-activities',
    at: AT,
    since: 24 * HOUR_MS,
    answer: ({ url }) => (url.pathname.endsWith('/user_activities') ? { type: JSON_TYPE, body } : undefined),
  });

  expect(report.error).toBeUndefined();
  // Two days are asked for, and both have this answer. What came with the first is known with the second.
  expect(report).toMatchObject({ state: 'caught-up', pages: 2, delivered: texts.length + 1, unmapped: 1 });
  expect(lines).toBe(texts.length + 1);
  expect(peak).toBeLessThan(MOST_MB);
});
