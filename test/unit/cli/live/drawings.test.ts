import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawFeed } from '../../../../cli/live/draw-feed.ts';
import { drawOverview } from '../../../../cli/live/draw-overview.ts';
import type { LiveState } from '../../../../cli/live/live-state.ts';
import { problemsOf } from '../../../../cli/live/problems.ts';
import { START, type ViewState } from '../../../../cli/live/view-state.ts';
import type { FeedStatus } from '../../../../local/runner.ts';
import { NOW, stateOf, statusOf, textOf, widest } from './sample-state.ts';

const SIZE = { columns: 100, rows: 30 };

function overview(state: LiveState, size = SIZE, view: ViewState = START): string {
  return textOf(drawOverview(state, view, size).lines);
}

const refused = {
  code: 'refused',
  stage: 'receiving',
  message: 'The vendor answers 401: token expired.',
  remedy: 'Make a new token.',
} as const;

describe('all feeds', () => {
  test('have a row each, with what was delivered and how far it is behind', () => {
    const state = stateOf([
      statusOf('a/logins/acme', { delivered: 12_345 }),
      statusOf('a/changes/acme', { state: 'running' }),
      statusOf('a/users/acme', { state: 'waiting', lagSeconds: 0 }),
    ]);

    const text = overview(state);

    expect(text).toMatch(/3 feeds · 1 reading · 1 caught up · 1 not yet read +up 1m 30s/);
    expect(text).toMatch(/a\/logins\/acme +✓ caught up +12s +12,345/);
    expect(text).toMatch(/a\/changes\/acme +↓ reading/);
    expect(text).toMatch(/12,345 delivered/);
  });

  test('come with the address of the page, whole however narrow the terminal is', () => {
    const pageAddress = `http://127.0.0.1:46793/?token=${'x'.repeat(43)}`;
    const state = stateOf([statusOf('a/logins/acme')], { pageAddress });

    expect(overview(state)).toContain(`Page  ${pageAddress}`);
    expect(overview(state, { columns: 60, rows: 15 }).replaceAll(/\s/g, '')).toContain(pageAddress);
    expect(overview(stateOf([statusOf('a/logins/acme')]))).not.toContain('Page');
  });

  test('have more columns on a wider terminal, and only whole ones on a narrow one', () => {
    const state = stateOf([statusOf('a/logins/acme', { error: refused, state: 'refused' })]);
    const titles = (columns: number) => overview(state, { columns, rows: 20 }).split('\n')[3]?.trim().split(/ {2,}/);

    expect(titles(60)).toEqual(['FEED', 'STATE', 'BEHIND']);
    expect(titles(100)).toEqual(['FEED', 'STATE', 'BEHIND', 'DELIVERED', 'A MINUTE', 'LAST MINUTE']);
    expect(titles(250)?.at(-1)).toBe('LAST ERROR');
    expect(overview(state, { columns: 250, rows: 20 })).toContain('refused: The vendor answers 401: token expired.');
  });

  test('are the worst first if the user wants, and the marker is where it was', () => {
    const feeds = ['a/one/x', 'a/two/x', 'a/three/x'];
    const state = stateOf([
      statusOf('a/one/x', { lagSeconds: 5 }),
      statusOf('a/two/x', { lagSeconds: 500 }),
      statusOf('a/three/x', { state: 'failed', error: refused }),
    ]);

    const drawn = drawOverview(state, { ...START, chosen: 'a/one/x', isWorstFirst: true }, SIZE);

    expect(drawOverview(state, START, SIZE).feeds).toEqual(feeds);
    expect(drawn.feeds).toEqual(['a/three/x', 'a/two/x', 'a/one/x']);
    expect(textOf(drawn.lines)).toMatch(/^ › a\/one\/x/m);
  });

  test('of which there are 200 are scrolled to the chosen one', () => {
    const statuses = Array.from({ length: 200 }, (_, at) => statusOf(`a/logins/c${at}`));
    const { lines, top, tableRows } = drawOverview(stateOf(statuses), { ...START, chosen: 'a/logins/c150' }, SIZE);

    expect(textOf(lines)).toMatch(/^ › a\/logins\/c150 /m);
    expect(tableRows).toBe(22);
    expect(textOf(lines)).toContain(`${top + 1}–${top + tableRows} of 200`);
  });

  test('show the latest event while nothing is wrong', () => {
    expect(overview(stateOf([statusOf('a/b/c')], { latestEvent: '{"user":"太郎"}' }))).toContain('{"user":"太郎"}');
    expect(overview(stateOf([statusOf('a/b/c')]))).toContain('Events go to /srv/out');
  });

  test('say that the user has paused them, and that the program ends', () => {
    const statuses = [statusOf('a/b/c')];

    expect(overview(stateOf(statuses, { isPaused: true }))).toContain('PAUSED by you: p goes on');
    expect(overview(stateOf(statuses, { isEnding: true }))).toContain('ending');
  });
});

// What somebody sees who is woken up, and what it says they should do.
describe('what is wrong', () => {
  test.each<[string, Partial<FeedStatus>, RegExp]>([
    [
      'an expired token',
      { state: 'refused', error: refused },
      /✕ refused {2}a\/b\/acme\n +The vendor answers 401: token expired\.\n +→ Make a new token\. The command: npx tidemark secret set a\/acme/,
    ],
    [
      'a destination that is down',
      {
        state: 'failed',
        error: {
          code: 'delivery',
          stage: 'sending',
          message: 'Destination soc takes nothing: 503.',
          remedy: 'Look at its health.',
        },
      },
      /✕ delivery {2}a\/b\/acme\n +Destination soc takes nothing: 503\.\n +→ Look at its health\./,
    ],
    [
      'a quota that is gone',
      { state: 'paused', until: '2026-03-01T04:04:12Z', quota: { limit: 240, remaining: 3 } },
      /‖ paused {2}a\/b\/acme\n +The vendor’s quota lets nothing be asked for 4m 12s \(3 of 240 requests are left\)\.\n +→ Nothing: it goes on by itself/,
    ],
    [
      'a permission that was lost',
      { conditions: ['permission-lost'] as unknown as FeedStatus['conditions'] },
      /! permission-lost {2}a\/b\/acme\n +Events may be missing\.\n +→ Read permission-lost in docs\/runbook\.md\./,
    ],
  ])('%s: it is said, with what to do', (_, change, expected) => {
    expect(overview(stateOf([statusOf('a/b/acme', change)]))).toMatch(expected);
  });

  test('stays to be seen while the feed is read again', () => {
    const text = overview(stateOf([statusOf('a/b/acme', { state: 'running', error: refused })]));

    expect(text).toContain('✕ refused');
    expect(text).toMatch(/a\/b\/acme +✕ reading/);
  });

  test('with several feeds is said once', () => {
    const statuses = ['a/logins/acme', 'a/users/acme', 'a/changes/acme'].map((feed) =>
      statusOf(feed, { state: 'refused', error: { ...refused, message: `${feed}: the vendor answers 401.` } }),
    );

    expect(problemsOf(statuses, NOW)).toMatchObject([{ feeds: ['a/logins/acme', 'a/users/acme', 'a/changes/acme'] }]);
    expect(overview(stateOf(statuses))).toContain('✕ refused  a/logins/acme and 2 more');
  });

  test('in many ways is said as far as there is room, the worst first, on the smallest terminal too', () => {
    const statuses = Array.from({ length: 9 }, (_, at) =>
      statusOf(`a/logins/c${at}`, {
        state: at === 8 ? 'refused' : 'forbidden',
        error: { ...refused, code: at === 8 ? 'refused' : 'forbidden', message: `${'long '.repeat(40)}${at}` },
      }),
    );

    const small = overview(stateOf(statuses), { columns: 60, rows: 15 });

    expect(small).toContain('✕ refused  a/logins/c8');
    expect(small).toContain('→ Make a new token');
    expect(small).toMatch(/and 8 more problems: choose a feed and press Enter/);
  });
});

describe('a feed by itself', () => {
  test('has its last error whole, its warnings, its quota, and its lines of the log', () => {
    const message = `It begins. ${'and goes on '.repeat(60)}It ends.`;
    const status = statusOf('a/logins/acme', {
      state: 'failed',
      error: { ...refused, message },
      warnings: ['A warning.'],
      quota: { limit: 240, remaining: 212 },
    });
    const state = stateOf([status], {
      notes: [
        { feed: 'a/logins/acme', text: 'Its own line.' },
        { feed: 'a/other/acme', text: 'Not its line.' },
      ],
    });

    const text = textOf(drawFeed(state, status, 0, { columns: 80, rows: 40 }).lines);

    expect(text.replace(/\s+/g, ' ')).toContain(message);
    expect(text).toContain('What to do\n   Make a new token');
    expect(text).toContain('· A warning.');
    expect(text).toContain('212 of 240');
    expect(text).toContain('Its own line.');
    expect(text).not.toContain('Not its line.');
  });

  test('is scrolled where it is longer than the terminal', () => {
    const status = statusOf('a/b/c', { warnings: Array.from({ length: 20 }, (_, at) => `warning ${at}`) });
    const size = { columns: 80, rows: 15 };
    const first = drawFeed(stateOf([status]), status, 0, size);

    const last = textOf(drawFeed(stateOf([status]), status, first.detailLines - first.detailRows, size).lines);

    expect(textOf(first.lines)).not.toContain('warning 19');
    expect(last).toContain('warning 19');
    expect(last).toContain(`of ${first.detailLines}`);
  });
});

test('whatever vendors and users send, the drawings fill the terminal and nothing more', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 300 }));
  const state = fc.constantFrom<FeedStatus['state']>('caught-up', 'running', 'paused', 'refused', 'failed', 'more');
  const status = fc
    .record({ feed: text, state, message: text, remedy: text, warning: text, hasError: fc.boolean() })
    .map(({ feed, state, message, remedy, warning, hasError }) =>
      statusOf(feed, { state, warnings: [warning], ...(hasError && { error: { ...refused, message, remedy } }) }),
    );
  const size = fc.record({ columns: fc.integer({ min: 60, max: 250 }), rows: fc.integer({ min: 15, max: 70 }) });
  fc.assert(
    fc.property(fc.array(status, { maxLength: 30 }), text, size, (statuses, sample, size) => {
      const state = stateOf(statuses, { latestEvent: sample, out: sample, notes: [{ feed: undefined, text: sample }] });
      const drawings = [drawOverview(state, START, size), ...statuses.map((one) => drawFeed(state, one, 0, size))];
      for (const { lines } of drawings) {
        expect(lines).toHaveLength(size.rows);
        expect(widest(lines)).toBeLessThanOrEqual(size.columns);
        expect(textOf(lines)).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }
      expect(textOf(drawings[0]?.lines ?? [])).toContain('q quit');
    }),
    { numRuns: 60 },
  );
});
