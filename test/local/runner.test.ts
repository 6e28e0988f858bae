import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { feedsOf, parseConnection } from '../../functions/core/config/connection.ts';
import { SECOND } from '../../functions/core/time.ts';
import type { LocalFunction } from '../../local/lambda.ts';
import { Runner } from '../../local/runner.ts';
import { inventoryStream } from '../memory/inventory.ts';
import { memorySource, memoryStream } from '../memory/source.ts';

const source = memorySource([
  memoryStream('audit', SECOND, false),
  memoryStream('sessions', SECOND, false),
  inventoryStream('keys'),
]);
const NOON = Date.parse('2026-06-01T12:00:00Z');

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

test('each day is verified once, two hours into the next: the feeds that have a past, and those with more to do again', async () => {
  const connection = parseConnection(source, { id: 'acme', source: source.id });
  const feeds = feedsOf(source, connection).filter(({ enabled }) => enabled);
  const verified: { readonly at: string; readonly streams: readonly string[] }[] = [];
  const invoke = async ({ act, streams }: { act?: string; streams: string[] }) => {
    if (act !== 'verify') return { feeds: [] };
    verified.push({ at: new Date().toISOString(), streams });
    const first = verified.length === 1;
    return {
      feeds: streams.map((stream) => ({
        feed: `${source.id}/${stream}/acme`,
        state: first && stream === 'audit' ? 'more' : 'caught-up',
      })),
    };
  };
  const functions = new Map([[source.id, { invoke } as unknown as LocalFunction]]);
  const world = { functions };
  const runner = new Runner(
    world,
    feeds.map((feed) => ({ connection, feed })),
    () => undefined,
  );

  const running = runner.forever();
  await vi.advanceTimersByTimeAsync(50 * 3_600_000);
  runner.stop();
  await running;

  const all = ['audit', 'sessions'];
  expect(verified.map(({ streams }) => streams)).toEqual([all, ['audit'], all]);
  expect(verified.map(({ at }) => at.slice(0, 15))).toEqual(['2026-06-02T02:0', '2026-06-02T02:0', '2026-06-03T02:0']);
});

test.each(['forever', 'once'] as const)(
  '%s: paused, it starts no run; then it goes on, and a stop ends it',
  async (way) => {
    const connection = parseConnection(source, { id: 'acme', source: source.id });
    const feeds = feedsOf(source, connection).filter(({ enabled }) => enabled);
    let invocations = 0;
    const invoke = async ({ streams }: { streams: string[] }) => {
      invocations++;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return { feeds: streams.map((stream) => ({ feed: `${source.id}/${stream}/acme`, state: 'more', warnings: [] })) };
    };
    const functions = new Map([[source.id, { invoke } as unknown as LocalFunction]]);
    const runner = new Runner(
      { functions },
      feeds.map((feed) => ({ connection, feed })),
      () => undefined,
    );

    runner.pause();
    const running = runner[way]();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect([runner.isPaused, invocations]).toEqual([true, 0]);

    runner.goOn();
    await vi.advanceTimersByTimeAsync(10_500);
    expect(invocations).toBeGreaterThan(5);
    runner.pause();
    const begun = invocations;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(invocations, 'what had begun ends by itself').toBe(begun);

    runner.stop();
    await running;
    expect(runner.isPaused).toBe(false);
  },
);
