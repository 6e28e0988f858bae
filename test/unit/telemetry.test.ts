import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Telemetry } from '../../functions/shell/telemetry.ts';

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
    const telemetry = new Telemetry('thousandeyes', 'info');
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
        source: 'thousandeyes',
        Delivered: 7,
        LagSeconds: [10, 700],
      },
    ]);
  });

  test('are written once, and not at all when nothing was counted', () => {
    const telemetry = new Telemetry('thousandeyes', 'info');
    telemetry.flush(1);
    telemetry.count('Pages', 1);
    telemetry.flush(2);
    telemetry.flush(3);

    expect(lines).toHaveLength(1);
  });

  test('hold no more values than CloudWatch takes, and the worst is among them', () => {
    const telemetry = new Telemetry('thousandeyes', 'info');
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
      const telemetry = new Telemetry('thousandeyes', 'debug');
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

describe('levels', () => {
  test('below the one that is set are not written', () => {
    const telemetry = new Telemetry('thousandeyes', 'WARN');
    telemetry.log('info', 'not this');
    telemetry.log('warn', 'this');

    expect(lines.map(({ message }) => message)).toEqual(['this']);
  });
});
