import { expect, test } from 'vitest';
import { recordHash } from '../../../functions/core/events/identity.ts';
import { source } from '../../../functions/sources/thousandeyes/source.ts';
import { fixtureRows, streamOf, testStableFields } from '../stable-fields.ts';

testStableFields([
  {
    source,
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
]);

test('no two different events of the fixtures have the same stable fields', () => {
  const { stableFields } = streamOf(source, 'audit-user-events');
  const rows = ['sign-ins.json', 'configuration.json', 'users-and-access.json'].flatMap((file) =>
    fixtureRows(source, 'audit-user-events', file),
  );

  expect(rows.length).toBeGreaterThan(5);
  expect(new Set(rows.map((row) => stableFields?.(row))).size).toBe(new Set(rows.map(recordHash)).size);
});
