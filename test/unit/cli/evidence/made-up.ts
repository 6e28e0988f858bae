import { type EvidenceDocument, makeDocument } from '../../../../cli/evidence/document.ts';
import type { Gathered } from '../../../../cli/evidence/gather.ts';
import { periodOf } from '../../../../cli/evidence/period.ts';
import type { EvidenceDay, FeedEvidence } from '../../../../functions/core/invocation/feed-evidence.ts';

const DAY: EvidenceDay = {
  day: '2026-10-01',
  vendor: 120,
  delivered: 120,
  destinations: { siem: 120 },
  missing: 0,
  repaired: 0,
  late: 2,
  quarantined: 0,
  unmapped: 0,
  code: ['0.1.0+0123456789ab'],
  verifications: [],
};

export function day(change: Partial<EvidenceDay> = {}): EvidenceDay {
  return { ...DAY, ...change };
}

/** Evidence of one feed, of which a test says what was recorded. */
export function documentOf(
  evidence: Partial<FeedEvidence>,
  { feed = 'vendor/log/acme', ...report }: Partial<Gathered['feeds'][number]> = {},
): EvidenceDocument {
  const recorded: FeedEvidence = {
    days: [day()],
    gaps: [],
    recordedSince: '2026-10-01',
    accessLost: [],
    conditions: [],
    moves: [],
    ...evidence,
  };
  const gathered: Gathered = {
    feeds: [{ feed, kind: 'events', jobs: [], quarantine: [], ledger: [], ...report, evidence: recorded }],
    left: [],
    code: { vendor: '0.1.0+0123456789ab' },
  };
  return makeDocument(gathered, periodOf({ from: '2026-10-01', to: '2026-10-03' }, new Date('2026-11-01')), {
    madeAt: '2026-11-01T09:00:00Z',
    madeBy: 'alice',
    place: 'a state directory on build',
    version: '0.1.0',
    feedPattern: '*',
    keyFingerprint: 'ab'.repeat(32),
  });
}
