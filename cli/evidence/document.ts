import type { EvidenceDay, FeedEvidence, Known } from '../../functions/core/invocation/feed-evidence.ts';
import type { JobProgress } from '../../functions/core/run/job-progress.ts';
import type { EvidenceReport, Gathered } from './gather.ts';
import { firstDay, lastDay, type Period } from './period.ts';

/** The figures of a day that are added up. */
export const COUNTED = ['vendor', 'delivered', 'missing', 'repaired', 'late', 'quarantined', 'unmapped'] as const;

type Counted = (typeof COUNTED)[number];

/** A sum over days: of those whose figure is known, and how many are not. */
export interface Total {
  readonly sum: Known<number>;
  readonly unknownDays: number;
}

/**
 * What the period shows about a feed.
 *
 * - `complete`      each day was verified, and nothing is missing
 * - `incomplete`    something is missing, or may be
 * - `not proven`    some days were not verified
 * - `no comparison` a snapshot: the vendor has no past of it to compare with
 */
export type Verdict = 'complete' | 'incomplete' | 'not proven' | 'no comparison';

export interface EvidenceFeed extends FeedEvidence {
  readonly feed: string;
  readonly kind: 'events' | 'snapshot';
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly totals: Readonly<Record<Counted, Total>>;
  readonly watermark: string;
  readonly readsSince: string;
  readonly state: string;
  readonly inQuarantineNow: number;
  readonly owed: NonNullable<EvidenceReport['owed']>;
  readonly backfills: readonly Pick<JobProgress, 'id' | 'from' | 'to' | 'state' | 'percent' | 'total'>[];
}

/** All that the JSON file says. The page shows the same. */
export interface EvidenceDocument {
  readonly kind: 'tidemark evidence';
  readonly form: 1;
  /** The first and the last day (UTC). */
  readonly from: string;
  readonly to: string;
  readonly madeAt: string;
  /** Who has made it, as the command line knows them, where, and with which version of it. */
  readonly madeBy: string;
  readonly place: string;
  readonly version: string;
  /** Which feeds were wanted: `*` stands for all that are configured and enabled. */
  readonly feedPattern: string;
  /** The SHA-256 of the public key in DER. */
  readonly keyFingerprint: string;
  /** By source: the code that is at work now. */
  readonly codeNow: Readonly<Record<string, string>>;
  readonly feeds: readonly EvidenceFeed[];
  /** Feeds that are no longer configured. Their days are not in this evidence. */
  readonly left: Gathered['left'];
}

/** Facts about the making of an evidence. */
export type Making = Pick<
  EvidenceDocument,
  'madeAt' | 'madeBy' | 'place' | 'version' | 'feedPattern' | 'keyFingerprint'
>;

export function makeDocument({ feeds, left, code }: Gathered, period: Period, making: Making): EvidenceDocument {
  const sources = [...new Set(feeds.map(({ feed }) => feed.split('/', 1)[0] as string))];
  return {
    kind: 'tidemark evidence',
    form: 1,
    from: firstDay(period),
    to: lastDay(period),
    ...making,
    codeNow: Object.fromEntries(sources.map((source) => [source, code[source] ?? 'unknown'])),
    feeds: feeds.map(feedPart),
    left,
  };
}

function feedPart(report: EvidenceReport): EvidenceFeed {
  const { feed, kind, evidence, watermark = 'unknown', floor = 'unknown', state, quarantine, owed = [], jobs } = report;
  const totals = Object.fromEntries(
    COUNTED.map((name) => [name, totalOf(evidence.days, name)]),
  ) as EvidenceFeed['totals'];
  return {
    feed,
    kind,
    ...verdictOf(report, totals),
    totals,
    watermark,
    readsSince: floor,
    state: state ? `${state.name}${state.since === undefined ? '' : ` since ${state.since}`}` : 'unknown',
    inQuarantineNow: quarantine.length,
    owed,
    backfills: jobs
      .filter((job) => job.kind === 'backfill')
      .map(({ id, from, to, state, percent, total }) => ({ id, from, to, state, percent, total })),
    ...evidence,
  };
}

function totalOf(days: readonly EvidenceDay[], name: Counted): Total {
  const figures = days.map((day) => day[name]);
  const known = figures.filter((figure) => typeof figure === 'number');
  const unknownDays = figures.filter((figure) => figure === 'unknown').length;
  const isApplicable = unknownDays > 0 || known.length > 0 || figures.length === 0;
  const sum = known.length > 0 ? known.reduce((all, one) => all + one, 0) : isApplicable ? 'unknown' : 'not applicable';
  return { sum, unknownDays };
}

/** Something that is missing weighs more than something that is not proven. */
function verdictOf(
  { kind, evidence, owed = [] }: EvidenceReport,
  { missing, vendor }: EvidenceFeed['totals'],
): Pick<EvidenceFeed, 'verdict' | 'reasons'> {
  const { gaps, conditions } = evidence;
  const lost = [
    ...(typeof missing.sum === 'number' && missing.sum > 0
      ? [missing.sum === 1 ? '1 event is missing' : `${missing.sum} events are missing`]
      : []),
    ...(gaps.length > 0 ? [gaps.length === 1 ? '1 range was not read' : `${gaps.length} ranges were not read`] : []),
    ...conditions.map(({ name }) => `${name}: events may be missing`),
    ...owed.map(({ destination }) => `${destination} lacks events that are still owed to it`),
  ];
  if (lost.length > 0) return { verdict: 'incomplete', reasons: lost };
  if (kind === 'snapshot') {
    return { verdict: 'no comparison', reasons: ['the vendor keeps no past of a configuration to compare with'] };
  }
  const { days } = evidence;
  const open = vendor.unknownDays;
  const partly = days.filter(({ verifiedPart }) => verifiedPart !== undefined).length;
  const unproven = [
    ...(open > 0 || days.length === 0 ? [`${open} of ${days.length} days not verified`] : []),
    ...(partly > 0 ? [`${partly} of ${days.length} days verified only in part`] : []),
  ];
  if (unproven.length > 0) return { verdict: 'not proven', reasons: unproven };
  return { verdict: 'complete', reasons: ['each day was compared with the vendor, and nothing is missing'] };
}
