import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { feedMetrics } from '../../../functions/core/invocation/feed-metrics.ts';
import { emptyTally } from '../../../functions/core/stored/tally.ts';
import { Telemetry } from '../../../functions/shell/telemetry/telemetry.ts';

interface Blob {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

let lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)) as Record<string, unknown>);
    return true;
  });
});
afterEach(() => void vi.restoreAllMocks());

describe('metrics', () => {
  test('are one line of the embedded format, with the source as the only dimension', () => {
    const telemetry = new Telemetry('memory', 'info');
    telemetry.count('Delivered', 3);
    telemetry.count('Delivered', 4);
    telemetry.count('LagSeconds', 10);
    telemetry.count('LagSeconds', 700);
    telemetry.flush(1_768_039_200_000);

    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: 1_768_039_200_000,
          CloudWatchMetrics: [
            {
              Namespace: 'Tidemark',
              Dimensions: [['source']],
              Metrics: [
                { Name: 'Delivered', Unit: 'Count' },
                { Name: 'LagSeconds', Unit: 'Seconds' },
              ],
            },
          ],
        },
        source: 'memory',
        Delivered: 7,
        LagSeconds: [10, 700],
      },
    ]);
  });

  test('are counted under the name of the deployment', () => {
    const telemetry = new Telemetry('memory', 'info', 'Tidemark/audit');
    telemetry.count('Delivered', 3);
    telemetry.flush(1_768_039_200_000);

    expect(lines).toMatchObject([{ _aws: { CloudWatchMetrics: [{ Namespace: 'Tidemark/audit' }] } }]);
  });

  test('are written once, and not at all when nothing was counted', () => {
    const telemetry = new Telemetry('memory', 'info');
    telemetry.flush(1);
    telemetry.count('Pages', 1);
    telemetry.flush(2);
    telemetry.flush(3);

    expect(lines).toHaveLength(1);
  });

  test('of a feed are lines of their own, with the feed as a second dimension, beside the source’s', () => {
    const telemetry = new Telemetry('memory', 'info');
    telemetry.count('Delivered', 7);
    telemetry.countFeed('memory/events/acme', new Map([['Delivered', 7] as const, ['Failing', 0] as const]));
    telemetry.flush(5);
    telemetry.flush(6);

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ Delivered: 7, _aws: { CloudWatchMetrics: [{ Dimensions: [['source']] }] } });
    expect(lines[1]).toEqual({
      _aws: {
        Timestamp: 5,
        CloudWatchMetrics: [
          {
            Namespace: 'Tidemark',
            Dimensions: [['source', 'feed']],
            Metrics: [
              { Name: 'Delivered', Unit: 'Count' },
              { Name: 'Failing', Unit: 'Count' },
            ],
          },
        ],
      },
      source: 'memory',
      feed: 'memory/events/acme',
      Delivered: 7,
      Failing: 0,
    });
  });

  test('of 3,000 feeds stay within what CloudWatch takes of a line', () => {
    const telemetry = new Telemetry('memory', 'info');
    for (let at = 0; at < 3_000; at++) {
      const state = at % 2 ? 'failed' : 'caught-up';
      const report = {
        ...emptyTally(),
        feed: `memory/events/${at}`,
        state,
        lagSeconds: at,
        warnings: [],
      } as const;
      telemetry.count('LagSeconds', at);
      telemetry.countFeed(report.feed, feedMetrics(report));
    }
    telemetry.flush(1);

    expect(lines).toHaveLength(3_001);
    expect(new Set(lines.map(({ feed }) => feed)).size).toBe(3_001);
    for (const { _aws, ...line } of lines as { _aws: { CloudWatchMetrics: Blob[] }; [name: string]: unknown }[]) {
      const [blob, ...others] = _aws.CloudWatchMetrics;
      expect(others).toEqual([]);
      expect(blob?.Dimensions[0]?.length).toBeLessThanOrEqual(30);
      expect(blob?.Metrics.length).toBeLessThanOrEqual(100);
      for (const { Name } of blob?.Metrics ?? []) expect([line[Name]].flat().length).toBeLessThanOrEqual(100);
      expect(JSON.stringify({ _aws, ...line }).length).toBeLessThan(256 * 1_024);
    }
  });

  test('hold no more values than CloudWatch takes, and the worst is among them', () => {
    const telemetry = new Telemetry('memory', 'info');
    for (let lag = 1; lag <= 150; lag++) telemetry.count('LagSeconds', lag);
    telemetry.flush(1);

    const values = lines[0]?.LagSeconds as number[];
    expect(values).toHaveLength(100);
    expect(Math.max(...values)).toBe(150);
  });
});

describe('secrets', () => {
  test.each([['plain-secret'], ['with "quotes" and \\'], ['per%cent & ampersand']])(
    'are masked in every form: %s',
    (secret) => {
      const telemetry = new Telemetry('memory', 'debug');
      telemetry.hide(secret);
      telemetry.log('error', `the vendor said ${secret}`, {
        url: `https://x/?t=${encodeURIComponent(secret)}`,
        deep: { secret },
      });

      const [line] = lines;
      expect(line?.message).toBe('the vendor said [secret]');
      expect(line?.url).toBe('https://x/?t=[secret]');
      expect(line?.deep).toEqual({ secret: '[secret]' });
    },
  );
});

describe('secrets in a text that comes in pieces', () => {
  async function* cut(text: string, length: number): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
  }

  test.each([1, 3, 7, 64, 1_000])('are masked wherever it is cut: every %i characters', async (length) => {
    const telemetry = new Telemetry('source', 'info');
    telemetry.hide('hunter2/secret');
    const text = `${'a'.repeat(500)}hunter2/secret${'b'.repeat(20)}hunter2\\\\/secret hunter2%2Fsecret${'c'.repeat(900)}`;

    let masked = '';
    for await (const piece of telemetry.redactPieces(cut(text, length))) masked += piece;

    expect(masked).toBe(telemetry.redact(text));
    expect(masked).not.toContain('hunter2');
  });
});

describe('levels', () => {
  test('below the one that is set are not written', () => {
    const telemetry = new Telemetry('memory', 'WARN');
    telemetry.log('info', 'not this');
    telemetry.log('warn', 'this');

    expect(lines.map(({ message }) => message)).toEqual(['this']);
  });
});
