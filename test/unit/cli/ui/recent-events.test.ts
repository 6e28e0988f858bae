import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localFiles } from '../../../../cli/ui/data/events/event-files.ts';
import { RecentEvents } from '../../../../cli/ui/data/events/recent-events.ts';
import type { ConfiguredDestination } from '../../../../functions/core/config/destination.ts';
import type { FormatId } from '../../../../functions/core/model.ts';

function destination(id: string, format: FormatId): ConfiguredDestination {
  return { id, type: 'x', heldFor: 0, shape: { format }, settings: {} };
}

const event = (time: string, message: string, feed = 'x/y/one') =>
  JSON.stringify({ '@timestamp': time, message, event: { id: message }, tidemark: { feed } });

/** A folder of delivered events; `add` writes an object as Firehose names it. */
async function makeOut() {
  const out = await mkdtemp(join(tmpdir(), 'tidemark-events-'));
  onTestFinished(() => rm(out, { recursive: true }));
  const add = async (id: string, stamp: string, lines: readonly string[], day = '2026-01-10', dot = '') => {
    const path = join(out, id, 'source=x', `dt=${day}`, `${dot}t-${id}-x-1-${day}-${stamp}-u`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  };
  return { out, add };
}

const textsOf = (events: RecentEvents, text = '', feed = '') => events.find(text, feed).rows.map((row) => row.text);

describe('the last events', () => {
  test('are read from the files that are new, and stand in the order of their times', async () => {
    const { out, add } = await makeOut();
    const events = new RecentEvents(localFiles(out, [destination('lake', 'ecs')]));
    await events.poll();
    expect(events.find('', '')).toMatchObject({ rows: [], kept: 0, remark: expect.stringContaining(out) });

    await add('lake', '09-00-00', [event('2026-01-10T08:59:00Z', 'a'), event('2026-01-10T08:50:00Z', 'late')]);
    await events.poll();
    await add('lake', '09-00-05', [event('2026-01-10T09:00:01Z', 'b')]);
    await add('lake', '09-00-06', [event('2026-01-10T09:00:02Z', 'unfinished')], '2026-01-10', '.');
    await events.poll();
    await events.poll();

    expect(textsOf(events)).toEqual(['b', 'a', 'late']);
    expect(events.seen).toBe(3);
  });

  test('are found by all words of a search, in any case, and by their feed', async () => {
    const { out, add } = await makeOut();
    await add('lake', '09-00-00', [
      event('2026-01-10T09:00:00Z', 'Ada signs in'),
      event('2026-01-10T09:00:01Z', 'Ada leaves', 'x/y/two'),
      event('2026-01-10T09:00:02Z', 'Bob signs in'),
    ]);
    const events = new RecentEvents(localFiles(out, [destination('lake', 'ecs')]));
    await events.poll();

    expect(textsOf(events, '  ADA   signs ')).toEqual(['Ada signs in']);
    expect(textsOf(events, 'ada', 'x/y/two')).toEqual(['Ada leaves']);
    expect(textsOf(events, '(.*')).toEqual([]);
    expect(events.find('signs', '')).toMatchObject({ found: 2, kept: 3 });
  });

  test('are those of the destination of which most can be shown', async () => {
    const { out, add } = await makeOut();
    await add('plain', '09-00-00', ['CEF:0|x']);
    const destinations = [destination('plain', 'cef'), destination('elsewhere', 'ecs'), destination('vault', 'raw')];
    const first = new RecentEvents(localFiles(out, destinations));
    await first.poll();
    await add('vault', '09-00-00', ['{"a":1}']);
    const second = new RecentEvents(localFiles(out, destinations));
    await second.poll();

    // Events of ECS are sent elsewhere: they have no folder.
    expect(first.find('', '')).toMatchObject({ destination: 'plain', format: 'cef' });
    expect(second.find('', '')).toMatchObject({ destination: 'vault', format: 'raw' });
  });

  test('are bounded: the oldest are forgotten, and of very large files the end is read', async () => {
    const { out, add } = await makeOut();
    const long = 'x'.repeat(1_000);
    await add(
      'lake',
      '09-00-00',
      Array.from({ length: 6_000 }, (_, at) => event('2026-01-10T09:00:00Z', `${long}${at}`)),
    );
    const events = new RecentEvents(localFiles(out, [destination('lake', 'ecs')]));
    await events.poll();
    const { kept } = events.find('', '');
    expect(kept).toBeGreaterThan(1_900);
    expect(kept).toBeLessThan(2_100);
    await add(
      'lake',
      '09-00-01',
      Array.from({ length: 5_100 }, (_, at) => event('2026-01-10T09:00:01Z', `n${at}`)),
    );
    await events.poll();

    expect(events.find('', '')).toMatchObject({ kept: 5_000 });
    expect(events.find('', '').rows).toHaveLength(200);
    expect(events.find('n5099', '').found).toBe(1);
    expect(events.find(`n99"`, '').found).toBe(0);
    expect(() => events.formsOf(1)).toThrow('not among the last ones');
  });

  test('at the start are the newest: not all files are read', async () => {
    const { out, add } = await makeOut();
    for (const minute of ['01', '02', '03'])
      await add(
        'lake',
        `09-${minute}-00`,
        Array.from({ length: 600 }, (_, at) => event('2026-01-10T09:00:00Z', `minute${minute}x${at}`)),
      );
    await add('lake', '09-00-00', [event('2026-01-08T09:00:00Z', 'two days ago')], '2026-01-08');
    const events = new RecentEvents(localFiles(out, [destination('lake', 'ecs')]));
    await events.poll();

    expect(events.find('minute03', '').found).toBe(600);
    expect(events.find('minute02', '').found).toBe(600);
    expect(events.find('minute01', '').found).toBe(0);
  });
});
