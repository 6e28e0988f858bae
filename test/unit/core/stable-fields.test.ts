import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordHash } from '../../../functions/core/events/identity.ts';
import type { AnyStream, Row, Source, Stream } from '../../../functions/core/model.ts';
import { source as frame } from '../../../functions/sources/frame/source.ts';
import { source as thousandeyes } from '../../../functions/sources/thousandeyes/source.ts';
import { source as vbrick } from '../../../functions/sources/vbrick/source.ts';

function streamOf(source: Source, name: string): Stream {
  return source.streams.find((one: AnyStream) => one.name === name) as Stream;
}

/** The rows of a fixture, as the stream reads them. */
function rowsOf(source: Source, name: string, file: string): readonly Row[] {
  const path = new URL(`../../../functions/sources/${source.id}/fixtures/${name}/${file}`, import.meta.url);
  const type = file.endsWith('.csv') ? 'text/csv' : 'application/json';
  const answer = { status: 200, headers: { 'content-type': type }, text: readFileSync(path, 'utf8') };
  return streamOf(source, name).read(answer, { url: '/' }).rows;
}

function changed(row: Row | undefined, changes: Record<string, unknown>): Row {
  const value = { ...(row?.value as object), ...changes };
  return { value, text: JSON.stringify(value) };
}

/** One record of each, what the vendor may change in it later, and what makes it another record. */
const CASES: readonly {
  readonly source: Source;
  readonly stream: string;
  readonly file: string;
  readonly same: Record<string, unknown>;
  readonly others: readonly Record<string, unknown>[];
}[] = [
  {
    source: thousandeyes,
    stream: 'audit-user-events',
    file: 'documented-sample.json',
    same: { user: 'Renamed (renamed@example.com)', accountGroupName: 'Renamed' },
    others: [
      { event: 'Logout' },
      { uid: '99' },
      { aid: '99' },
      { date: '2020-01-01T00:00:00Z' },
      { resources: [{ type: 'other' }] },
    ],
  },
  {
    source: vbrick,
    stream: 'users',
    file: 'created-and-deleted.csv',
    same: { Message: '{"FirstName":"Renamed"}', CurrentState: '{}' },
    others: [
      { MessageKey: 'Network:Other' },
      { EntityId: 'other' },
      { EntityKey: 'Network:Other' },
      { When: 'x' },
      { Principal: '{"Id":"other"}' },
    ],
  },
  {
    source: frame,
    stream: 'usage',
    file: 'documented-sample.json',
    same: { hours_used: 77, datacenter: 'renamed', account: 'renamed', instance_type: 'renamed' },
    others: [
      { time: 1 },
      { account_external_id: 'x' },
      { datacenter_id: 'x' },
      { instance_type_id: 'x' },
      { server_type: 'x' },
    ],
  },
  {
    source: frame,
    stream: 'disk-volume-usage',
    file: 'documented-sample.json',
    same: { hours_used: 77, disk_volume_size_used: 5, account: 'renamed' },
    others: [{ time: 1 }, { account_external_id: 'x' }, { datacenter_id: 'x' }, { disk_volume_type_id: 'x' }],
  },
];

describe.each(CASES)('the stableFields of $source.id/$stream', ({ source, stream, file, same, others }) => {
  const [row] = rowsOf(source, stream, file);
  const { stableFields } = streamOf(source, stream);

  it('stays when the vendor changes what it may change', () => {
    const later = changed(row, same);
    expect(recordHash(later)).not.toBe(recordHash(row as Row));
    expect(stableFields?.(later)).toBe(stableFields?.(row as Row));
  });

  it.each(others)('is another one with %o', (change) => {
    expect(stableFields?.(changed(row, change))).not.toBe(stableFields?.(row as Row));
  });

  it.each([null, 'text', 7, [], {}, { resources: [null, 1] }, { Principal: '{' }])('is there for %j', (value) => {
    expect(typeof stableFields?.({ value, text: JSON.stringify(value) })).toBe('string');
  });
});

describe('the fixtures of thousandeyes/audit-user-events', () => {
  it('hold no two different events that are alike', () => {
    const { stableFields } = streamOf(thousandeyes, 'audit-user-events');
    const rows = ['sign-ins.json', 'configuration.json', 'users-and-access.json'].flatMap((file) =>
      rowsOf(thousandeyes, 'audit-user-events', file),
    );
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map((row) => stableFields?.(row))).size).toBe(new Set(rows.map(recordHash)).size);
  });
});
