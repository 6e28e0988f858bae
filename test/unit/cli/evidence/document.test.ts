import { describe, expect, test } from 'vitest';
import { makePage } from '../../../../cli/evidence/page.ts';
import { namesFor } from '../../../../cli/evidence/set-names.ts';
import type { FeedEvidence } from '../../../../functions/core/invocation/feed-evidence.ts';
import { day, documentOf } from './made-up.ts';

const NAMES = namesFor('2026-10');
const TIME = { since: '2026-10-01T09:00:00Z', until: '2026-10-01T10:00:00Z' };

function verdictOf(evidence: Partial<FeedEvidence>, report = {}): string | undefined {
  return documentOf(evidence, report).feeds[0]?.verdict;
}

describe('the result', () => {
  test.each<[string, Partial<FeedEvidence>, object]>([
    ['complete', {}, {}],
    ['incomplete', { days: [day({ missing: 1 })] }, {}],
    ['incomplete', { gaps: [{ from: 'a', to: 'b', reason: 'unreadable', foundOn: '2026-10-01' }] }, {}],
    ['incomplete', { conditions: [{ name: 'narrow-sight', ...TIME, message: 'x' }] }, {}],
    ['incomplete', {}, { owed: [{ destination: 'siem', from: 'a', to: 'b', since: 'c', waits: false }] }],
    ['not proven', { days: [day(), day({ vendor: 'unknown', missing: 'unknown' })] }, {}],
    ['not proven', { days: [day({ verifiedPart: { from: 'a', to: 'b' } })] }, {}],
    ['not proven', { days: [] }, {}],
    ['incomplete', { days: [day({ missing: 2 }), day({ vendor: 'unknown', missing: 'unknown' })] }, {}],
    ['no comparison', { days: [day({ vendor: 'not applicable', missing: 'not applicable' })] }, { kind: 'snapshot' }],
  ])('%s', (verdict, evidence, report) => {
    expect(verdictOf(evidence, report)).toBe(verdict);
  });

  test('a sum of known and unknown days says so, and one of unknown days is no number', () => {
    const days = [day({ late: 2 }), day({ late: 'unknown' }), day({ late: 3, unmapped: 'unknown' })];
    const unknown = days.map((one) => ({ ...one, quarantined: 'unknown' as const }));
    const { totals } = documentOf({ days: unknown }).feeds[0] ?? {};

    expect(totals?.late).toEqual({ sum: 5, unknownDays: 1 });
    expect(totals?.unmapped).toEqual({ sum: 0, unknownDays: 1 });
    expect(totals?.quarantined).toEqual({ sum: 'unknown', unknownDays: 3 });
  });
});

describe('the page', () => {
  const EVIL = `</td><script>alert(1)</script><img src=x onerror="alert(2)">&lt;'"\u202e\u0007\u001b[31mred`;

  test('shows hostile text as text, wherever it comes from', () => {
    const document = documentOf(
      {
        days: [
          day({
            remark: EVIL,
            code: [EVIL],
            destinations: { [EVIL]: 1 },
            verifications: [
              {
                at: EVIL,
                from: EVIL,
                to: EVIL,
                vendor: 1,
                delivered: 1,
                missing: 1,
                repaired: 0,
                changed: 0,
                unsure: 1,
                note: EVIL,
              },
            ],
          }),
        ],
        gaps: [{ from: EVIL, to: EVIL, reason: EVIL as never, foundOn: EVIL }],
        accessLost: [{ reason: EVIL as never, since: EVIL, message: EVIL }],
        conditions: [{ name: EVIL as never, since: EVIL, message: EVIL }],
        moves: [{ at: EVIL, from: EVIL, to: EVIL, by: EVIL }],
      },
      {
        feed: EVIL,
        watermark: EVIL,
        floor: EVIL,
        owed: [{ destination: EVIL, from: EVIL, to: EVIL, since: EVIL, waits: true }],
      },
    );
    const page = makePage(
      { ...document, madeBy: EVIL, feedPattern: EVIL, place: EVIL, left: [{ feed: EVIL } as never] },
      NAMES,
    );

    const tags = new Set([...page.matchAll(/<\/?([a-z0-9!]+)/g)].map(([, tag]) => tag));
    expect(tags.has('script') || tags.has('img')).toBe(false);
    // Everything that stands between tags and in attributes was written by the page itself.
    expect(page).not.toMatch(/<[^>]* on\w+=/);
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(15);
  });

  test('says whether it is about all feeds', () => {
    const document = documentOf({});

    expect(makePage(document, NAMES)).toContain('all that are configured and enabled');
    expect(makePage({ ...document, feedPattern: '*/acme' }, NAMES)).toContain('only those that fit */acme');
  });

  test('loads nothing and runs nothing', () => {
    const page = makePage(documentOf({}), NAMES);

    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|src=|href=/);
  });

  test('begins with the summary, says unknown and never zero for it, and how it is checked', () => {
    const page = makePage(
      documentOf({ days: [day({ vendor: 'unknown', missing: 'unknown', repaired: 'unknown' })] }),
      NAMES,
    );

    expect(page.indexOf('<h2>Summary</h2>')).toBeLessThan(page.indexOf('<section class="feed">'));
    expect(page.match(/<td class="number open">unknown<\/td>/g)).toHaveLength(3);
    expect(page).toContain(
      'openssl dgst -sha256 -verify KEY.pem -signature tidemark-evidence-2026-10.manifest.sig tidemark-evidence-2026-10.manifest',
    );
  });

  test('names what was found and repaired, what each destination has, and who moved a watermark', () => {
    const look = { from: 'a', to: 'b', vendor: 9, delivered: 6, missing: 3, repaired: 3, changed: 0 };
    const page = makePage(
      documentOf({
        days: [
          day({
            repaired: 3,
            destinations: { siem: 120, lake: 117 },
            verifications: [{ at: '2026-10-02T03:00:00Z', ...look }],
          }),
        ],
        moves: [{ at: '2026-10-01T09:00:00Z', from: 'x', to: 'y', by: 'arn:aws:iam::111122223333:user/alice' }],
      }),
      NAMES,
    );

    expect(page).toContain('2026-10-02T03:00:00Z: 3 missing, 3 of them repaired.');
    expect(page).toContain('Delivered: siem 120, lake 117.');
    expect(page).toContain('by arn:aws:iam::111122223333:user/alice');
  });
});
