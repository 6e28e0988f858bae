import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { partOf } from '../../../cli/feeds/part-of.ts';
import { ProgressCount } from '../../../cli/views/progress/progress-count.ts';
import { showProgress } from '../../../cli/views/progress/show-progress.ts';
import { tell } from '../../../cli/views/terminal.ts';
import type { JobProgress } from '../../../functions/core/run/job-progress.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { emptyTally } from '../../../functions/core/stored/tally.ts';

const at = (seconds: number) => seconds * 1_000;

describe('the progress of some work', () => {
  const verify = (parts: number) => new ProgressCount({ title: 'verify', unit: 'events', parts }, 0);

  test('is its share, what has come, how fast, and how long it will take', () => {
    const count = verify(1);
    count.note('a', { share: 0.2, added: 1_000 }, at(10));
    count.note('a', { share: 0.4, added: 1_000 }, at(20));

    // 60 % are left, at 20 % in ten seconds.
    expect(count.text(at(20))).toBe('verify  40 %  2,000 events  100 a second  about 30s left');
    expect(count.text(at(24), 10)).toBe('verify  ████░░░░░░ 40 %  2,000 events  83 a second  about 26s left');
  });

  test('of several parts is their mean; those that have not begun count', () => {
    const count = verify(4);
    count.note('a', { share: 1 }, at(10));
    count.note('b', { share: 0.5 }, at(20));

    expect(count.text(at(20))).toBe('verify  37 %  about 50s left');
  });

  test('says how long it has taken where nothing else is known', () => {
    expect(verify(1).text(at(75))).toBe('verify  1m 15s so far');

    const resumed = verify(1);
    resumed.note('a', { share: 0.9, added: 4 }, at(8));
    expect(resumed.text(at(8)), 'it may have been at 80 % when it began').toBe(
      'verify  90 %  4 events  0.5 a second  8s so far',
    );
  });

  test('says who waits, and for what, until it goes on', () => {
    const count = verify(2);
    count.note('a', { share: 0, waits: 'waits for the quota' }, at(1));
    count.note('b', { share: 0, waits: 'waits for the quota' }, at(1));
    expect(count.text(at(3))).toBe('verify  0 %  3s so far  a waits for the quota and 1 more');

    count.note('a', { share: 0 }, at(4));
    expect(count.text(at(4))).toBe('verify  0 %  4s so far  b waits for the quota');
  });
});

describe('a report', () => {
  const report = (change: Partial<FeedReport>): FeedReport => ({
    ...emptyTally(),
    feed: 'a/b/c',
    state: 'more',
    warnings: [],
    ...change,
  });

  test('of a job tells its share', () => {
    const job = { percent: 12.5 } as JobProgress;

    expect(partOf(report({ state: 'more', job, fetched: 7 }), new Map())).toMatchObject({ share: 0.125, added: 7 });
  });

  test('of a feed tells how far its watermark has come, from where it was to the present', () => {
    const begun = new Map<string, number>();
    const reports: Partial<FeedReport>[] = [
      { state: 'more', watermark: '2026-03-01T00:00:00Z', lagSeconds: 1_000 },
      { state: 'more', watermark: '2026-03-01T00:05:00Z', lagSeconds: 700 },
      { state: 'caught-up', watermark: '2026-03-01T00:16:00Z', lagSeconds: 40 },
    ];
    const shares = reports.map((change) => partOf(report(change), begun).share);

    expect(shares).toEqual([0, 0.3, 1]);
  });

  test('tells what it waits for', () => {
    const until = '2026-03-01T00:00:00Z';

    expect(partOf(report({ state: 'paused', until }), new Map()).waits).toMatch(/^waits for the vendor’s quota until /);
    expect(partOf(report({ state: 'busy', until }), new Map()).waits).toMatch(/^waits for another worker, until /);
    expect(partOf(report({ state: 'forbidden', until }), new Map()).waits).toBeUndefined();
  });
});

describe('without a terminal', () => {
  let written = '';
  beforeEach(() => {
    vi.useFakeTimers();
    written = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test('there is a line every ten seconds, until the end', () => {
    const progress = showProgress({ title: 'verify', parts: 1, json: false });
    vi.advanceTimersByTime(9_000);
    expect(written).toBe('');
    progress.note('a', { share: 0.5, added: 10 });
    vi.advanceTimersByTime(12_000);
    progress.end();
    vi.advanceTimersByTime(60_000);

    expect(written).toBe(
      'verify  50 %  10 events  1.0 a second  10s so far\nverify  50 %  10 events  0.5 a second  20s so far\n',
    );
  });

  test('there is none if the result is for a program', () => {
    const progress = showProgress({ title: 'verify', parts: 1, json: true });
    progress.note('a', { share: 0.5 });
    vi.advanceTimersByTime(60_000);
    progress.end();

    expect(written).toBe('');
  });

  test('a vendor’s text does not control the terminal', () => {
    const progress = showProgress({ title: 'verify', parts: 1, json: false });
    progress.note('a', { share: 0.5, waits: '\u001b[2Jwaits' });
    vi.advanceTimersByTime(10_000);
    progress.end();
    tell('over');

    expect(written).not.toContain('\u001b');
    expect(written).toContain('over\n');
  });
});
