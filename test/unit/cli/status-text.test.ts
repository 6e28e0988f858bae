import stringWidth from 'string-width';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unpainted } from '../../../cli/views/paint.ts';
import { statusText } from '../../../cli/views/status-text.ts';
import type { FeedStatusReport } from '../../../functions/core/invocation/feed-status.ts';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000 - 500).toISOString();

function report(change: Partial<FeedStatusReport> = {}): FeedStatusReport {
  return {
    feed: 'vendor/log/acme',
    kind: 'events',
    watermark: ago(3),
    lagSeconds: 180,
    state: { name: 'reading', since: ago(130) },
    lastSuccess: ago(2),
    newest: { at: ago(7), ageSeconds: 420 },
    quota: { remaining: 152, limit: 240 },
    deliveries: { siem: { newest: ago(7), at: ago(4) }, lake: { newest: ago(7), at: ago(5) } },
    failures: 0,
    jobs: [],
    quarantine: [],
    ledger: [],
    ...change,
  };
}

const shown = (looks: readonly FeedStatusReport[], width?: number) => unpainted(statusText(looks, [], width));

describe('status', () => {
  test('shows since when, the newest event, lateness, quota and deliveries', () => {
    const [head = '', row = ''] = shown([report()]).split('\n');

    for (const title of ['since', 'newest event', 'worst late', 'quota left', 'delivered'])
      expect(head).toContain(title);
    expect(row).toMatch(/reading +2h ago .* 3m +2m ago +7m ago +- +152 of 240 +siem 4m ago, lake 5m ago/);
  });

  test.each([60, 80, 100, 140])('fits a terminal of %i columns, and names what it leaves out', (width) => {
    const text = shown([report()], width);

    const [table, rest] = [
      text.split('\n').slice(0, 2),
      text.split('\n').find((line) => line.startsWith('no room for')),
    ];
    for (const line of table) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(rest).toContain('quota left');
    expect(table[0]).toMatch(/^feed .*behind .*jobs$/);
  });

  test('leaves columns out before it breaks the name of a feed, also where stdout is a terminal', () => {
    const { columns } = process.stdout;
    onTestFinished(() => {
      process.stdout.columns = columns;
    });
    process.stdout.columns = 80;
    const feed = 'vendor/a-log-with-a-long-name/acme';

    expect(shown([report({ feed })]).split('\n')[1]).toMatch(new RegExp(`^${feed} .* 0 `));
  });

  test('a feed that an older version has run last has no state, and one that never ran nothing at all', () => {
    const { state: _, newest: __, deliveries: ___, ...older } = report();

    expect(shown([older])).toMatch(/vendor\/log\/acme +- +- /);
    expect(shown([{ feed: 'vendor/log/new', kind: 'events', jobs: [], quarantine: [], ledger: [] }])).toContain(
      'never run',
    );
  });

  test('says what keeps a feed from reading, and refused credentials once for all feeds of a connection', () => {
    const connectionHold = { until: ago(-30), message: '401: no' };
    const lost = { reason: 'forbidden', since: ago(90), message: '403: no' } as const;
    const text = shown([
      report({ accessLost: lost, connectionHold }),
      report({ feed: 'vendor/other/acme', connectionHold }),
      report({
        deliveries: {
          siem: { newest: ago(9), at: ago(9), refusedAt: ago(1) },
          lake: { at: ago(1), refusedAt: ago(9) },
        },
      }),
    ]);

    expect(text).toMatch(/vendor\/log\/acme: no access since .* \(forbidden\)/);
    expect(text.match(/vendor\/acme: no feed of this connection is read until .*: 401: no/g)).toHaveLength(1);
    expect(text.match(/refused events at/g)).toHaveLength(1);
    expect(text).toMatch(/vendor\/log\/acme: siem refused events at .*, and has taken none since/);
  });
});
