import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordHash } from '../../functions/core/events/identity.ts';
import { isSnapshot, type Row, type Source, type Stream } from '../../functions/core/model.ts';

/** A record of a stream, what the vendor may change in it later, and what makes it another record. */
export interface StableCase {
  readonly source: Source;
  readonly stream: string;
  readonly file: string;
  readonly same: Record<string, unknown>;
  readonly others: readonly Record<string, unknown>[];
}

export function streamOf(source: Source, name: string): Stream {
  const found = source.streams.find((one) => one.name === name);
  if (found === undefined || isSnapshot(found)) throw new Error(`${source.id} has no stream ${name} of events.`);
  return found;
}

/** The rows of a fixture, as the stream reads them. */
export function fixtureRows(source: Source, name: string, file: string): readonly Row[] {
  const path = new URL(`../../functions/sources/${source.id}/fixtures/${name}/${file}`, import.meta.url);
  const type = file.endsWith('.csv') ? 'text/csv' : 'application/json';
  const answer = { status: 200, headers: { 'content-type': type }, text: readFileSync(path, 'utf8') };
  return streamOf(source, name).read(answer, { url: '/' }).rows;
}

function changed(row: Row | undefined, changes: Record<string, unknown>): Row {
  const value = { ...(row?.value as object), ...changes };
  return { value, text: JSON.stringify(value) };
}

/** Tests the stable fields of streams: they tell a record that the vendor has changed from another record. */
export function testStableFields(cases: readonly StableCase[]): void {
  describe.each(cases)('the stable fields of $source.id/$stream', ({ source, stream, file, same, others }) => {
    const [row] = fixtureRows(source, stream, file);
    const { stableFields } = streamOf(source, stream);

    test('stay the same when the vendor changes what it may change', () => {
      const later = changed(row, same);
      expect(recordHash(later)).not.toBe(recordHash(row as Row));
      expect(stableFields?.(later)).toBe(stableFields?.(row as Row));
    });

    test.each(others)('are others with %o', (change) => {
      expect(stableFields?.(changed(row, change))).not.toBe(stableFields?.(row as Row));
    });

    test.each([null, 'text', 7, [], {}, { resources: [null, 1] }, { Principal: '{' }])('are a text for %j', (value) => {
      expect(typeof stableFields?.({ value, text: JSON.stringify(value) })).toBe('string');
    });
  });
}
