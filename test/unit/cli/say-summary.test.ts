import { expect, test } from 'vitest';
import { saySummary } from '../../../cli/views/summary.ts';
import { emptyTally } from '../../../functions/core/stored/tally.ts';
import type { FeedStatus } from '../../../local/runner.ts';

const STATUS: FeedStatus = {
  feed: 'memory/log/acme',
  source: 'memory',
  connection: 'acme',
  state: 'paused',
  runs: 1,
  ...emptyTally(),
  until: '2026-01-10T10:30:00.000Z',
  warnings: [],
  conditions: [],
};

test('a feed that waits for its quota says until when', () => {
  expect(saySummary([STATUS], 'out', 'secrets.json')).toContain('it goes on after 2026-01-10T10:30:00.000Z');
});

test('a feed that does not wait says nothing of it', () => {
  expect(saySummary([{ ...STATUS, state: 'caught-up' }], 'out', 'secrets.json')).not.toContain('it goes on after');
});
