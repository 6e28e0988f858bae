import { afterEach, expect, test, vi } from 'vitest';
import { agoText, timeText, useUtc } from '../../../cli/views/time-text.ts';

const NOW = new Date('2026-01-10T14:05:09Z');

afterEach(() => {
  useUtc(false);
  vi.unstubAllEnvs();
});

test.each([
  ['UTC', '2026-01-10T14:05:09Z', '14:05:09 (now)'],
  ['UTC', '2026-01-10T14:04:27.500Z', '14:04:27 (42s ago)'],
  ['UTC', '2026-01-10T14:01:59Z', '14:01:59 (3m ago)'],
  ['UTC', '2026-01-10T02:00:00.123456Z', '02:00:00 (12h ago)'],
  ['UTC', '2026-01-10T14:10:09Z', '14:10:09 (in 5m)'],
  ['UTC', '2026-01-09T23:59:59Z', '2026-01-09 23:59'],
  ['Asia/Tokyo', '2026-01-10T14:04:09Z', '23:04:09 (1m ago)'],
  ['Asia/Tokyo', '2026-01-10T14:59:59Z', '23:59:59 (in 54m)'],
  ['Asia/Tokyo', '2026-01-10T15:00:00Z', '2026-01-11 00:00'],
  ['UTC', 'not a time', 'not a time'],
])('in %s, %s reads %s', (zone, iso, text) => {
  vi.stubEnv('TZ', zone);

  expect(timeText(iso, NOW)).toBe(text);
});

test('with --utc a time is shown as it is', () => {
  useUtc(true);

  expect(timeText('2026-01-10T14:04:27.500123Z', NOW)).toBe('2026-01-10T14:04:27.500123Z');
});

test.each([
  ['2026-01-10T14:05:09Z', 'now'],
  ['2026-01-10T14:01:59Z', '3m ago'],
  ['2026-01-08T14:05:09Z', '2d ago'],
  ['2026-01-10T14:10:09Z', 'in 5m'],
  ['not a time', 'not a time'],
])('%s is %s', (iso, text) => {
  expect(agoText(iso, NOW)).toBe(text);
});

test('with --utc, how long ago becomes the time itself', () => {
  useUtc(true);

  expect(agoText('2026-01-10T14:04:27Z', NOW)).toBe('2026-01-10T14:04:27Z');
});
