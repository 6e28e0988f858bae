import { expect, test } from 'vitest';
import { fieldsOf } from '../../../../cli/preview/fields.ts';
import { leavesOf, WHOLE } from '../../../../cli/preview/leaves.ts';
import { previewRecord } from '../../../../cli/preview/preview-record.ts';
import type { ConfiguredConnection } from '../../../../functions/core/config/connection.ts';
import { parseInstant } from '../../../../functions/core/time.ts';
import { findSources } from '../../../../lib/plan/find-sources.ts';
import { goldenCases, goldenRows, rowEvents, snapshotCases } from '../../../../tools/golden.ts';

// Every stream's recorded answers are previewed as they would be forwarded.

const sources = await findSources();
const cases = sources.flatMap((source) => goldenCases(source).map((golden) => [golden.name, source, golden] as const));
const readable = cases.filter(([, , golden]) => goldenRows(golden).length > 0);

test.each(readable)('%s', (_, source, golden) => {
  const { feed, answer } = golden;
  const connection = feed.connection as ConfiguredConnection;
  const readAt = parseInstant('2026-01-10T10:05:00Z') as number;
  const rows = goldenRows(golden);

  const { events, unmapped, rules, notExamined, records } = previewRecord(source, feed.stream.name, answer, {
    connection,
    readAt,
  });

  expect(records).toBe(rows.length);
  expect(notExamined).toBe(0);
  expect(events.map(({ ecs }) => ecs)).toEqual(rowEvents(feed, rows.slice(0, 1)));
  const paths = new Set(
    [WHOLE, ...leavesOf(rows[0]?.value)].map((leaf) => (typeof leaf === 'string' ? leaf : leaf.path)),
  );
  for (const event of events) {
    expect(Object.keys(event.rules)).toEqual([...fieldsOf(event.ecs).keys()]);
    const made = Object.values(event.rules).flatMap((rule) => (rule === 'constant' ? [] : rule));
    for (const path of made) expect(paths).toContain(path);
    expect(made.filter((path) => unmapped.includes(path))).toEqual([]);
  }
  for (const path of unmapped) expect(paths).toContain(path);
  if (events[0]?.ecs.event.kind === 'event') expect(rules['event.provider']).toBe('constant');
});

test.each(readable)('%s: one record alone is the same event', (_, source, golden) => {
  const { feed } = golden;
  const connection = feed.connection as ConfiguredConnection;
  const [row] = goldenRows(golden);
  // A broken line of CSV is no JSON, and no record by itself.
  if (!row?.text.startsWith('{')) return;

  const { ecs } = previewRecord(source, feed.stream.name, row.text, { connection });

  const [golden1] = rowEvents(feed, [row]);
  expect(ecs.event.id).toBe(golden1?.event.id);
  expect(ecs.message).toBe(golden1?.message);
});

const snapshots = sources.flatMap((source) => snapshotCases(source).map((one) => [one.name, source, one] as const));

test.each(snapshots)('%s: an item can be previewed', (_, source, { feed, answers }) => {
  const { stream } = feed;
  const items = answers.flatMap(({ text }) => {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as object[]) : [value as object];
  });
  const item = items.at(-1);
  if (item === undefined || Object.keys(item).length === 0) return;

  const { ecs } = previewRecord(source, stream.name, JSON.stringify(item));

  expect(ecs.event.dataset).toBe(`${source.id}.${stream.name}`);
  expect(ecs.event.kind).not.toBe('pipeline_error');
});
