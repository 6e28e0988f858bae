import { describe, expect } from 'vitest';
import { OVERDUE_FEEDS, WORST_FEEDS } from '../../lib/watching/log-queries.ts';
import type { LogLine } from '../../local/lambda.ts';
import { type Bench, until } from './bench.ts';
import { feedOf, STREAM, test } from './plain.ts';

const WORDS = new Set('filter ispresent and stats count latest as by sort desc limit'.split(' '));

/** The fields that a query reads, and the names that it defines. */
function fieldsOf(query: readonly string[]): { read: Set<string>; named: Set<string> } {
  const text = query.join('\n');
  const named = new Set([...text.matchAll(/ as (\w+)/g)].map(([, name = '']) => name));
  const words = [...text.matchAll(/[a-zA-Z][\w.]*/g)].map(([word]) => word);
  return { read: new Set(words.filter((word) => !WORDS.has(word) && !named.has(word))), named };
}

/** A field of a line by its path, as in Logs Insights. */
function at(line: LogLine, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], line);
}

/** The lines that pass the first command of a query. */
function filtered(query: readonly string[], lines: readonly LogLine[]): LogLine[] {
  const needed = [...(query[0] ?? '').matchAll(/ispresent\(([\w.]+)\)/g)].map(([, path = '']) => path);
  expect(needed).not.toEqual([]);
  return lines.filter((line) => needed.every((path) => at(line, path) !== undefined));
}

async function linesOf(bench: Bench, runs: number): Promise<readonly LogLine[]> {
  await until('metrics of all runs', () => bench.lines.filter((line) => '_aws' in line).length >= runs);
  return bench.lines;
}

describe('the dashboard’s queries', () => {
  test('of the worst feeds read what a run logs: one line a feed and run, with its failure if it failed', async ({
    start,
  }) => {
    const bench = await start({ vendor: { count: 20 } });
    const well = await bench.run();
    await bench.removeSecret();
    // The secret is remembered, but not by a run that a person has started.
    const failed = await bench.run({ askAgain: true });
    expect([well.state, failed.state]).toEqual(['caught-up', 'failed']);

    const found = filtered(WORST_FEEDS, await linesOf(bench, 2));

    expect(found.map((line) => [line.feed, line.state])).toEqual([
      [feedOf(bench.id), 'caught-up'],
      [feedOf(bench.id), 'failed'],
    ]);
    const { read, named } = fieldsOf(WORST_FEEDS);
    expect([...read].toSorted()).toEqual(['error.code', 'feed', 'lagSeconds', 'state', 'watermark']);
    for (const path of read) expect(at(found[1] as LogLine, path), path).toBeDefined();
    expect(at(found[0] as LogLine, 'error.code')).toBeUndefined();
    expect(at(found[1] as LogLine, 'lagSeconds')).toBe(failed.lagSeconds);
    expect([...named]).toEqual(expect.arrayContaining(['failures', 'lag']));
    expect(WORST_FEEDS[2]).toBe('sort failures desc, lag desc');
  });

  test('of the longest overdue read what a census logs, of a feed that never ran, too', async ({ start }) => {
    const bench = await start({ vendor: { count: 20 } });
    await bench.run();
    await bench.invoke({ act: 'census', feeds: { [bench.id]: { [STREAM]: '5m' }, nobody: { [STREAM]: '5m' } } });

    const found = filtered(OVERDUE_FEEDS, await linesOf(bench, 2));

    expect(found).toHaveLength(1);
    const { read } = fieldsOf(OVERDUE_FEEDS);
    expect([...read].toSorted()).toEqual(['overdue.feed', 'overdue.seconds']);
    expect(at(found[0] as LogLine, 'overdue.feed')).toBe(feedOf('nobody'));
    expect(at(found[0] as LogLine, 'overdue.seconds')).toBeGreaterThan(0);
  });
});
