import { TidemarkError } from '../../functions/core/errors.ts';
import type { FeedEvidence } from '../../functions/core/invocation/feed-evidence.ts';
import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import type { LeftFeed } from '../../functions/core/invocation/left-feeds.ts';
import { DAY, formatInstant } from '../../functions/core/time.ts';
import type { Group, Opened } from '../feeds/opened.ts';
import type { Period } from './period.ts';

/** Number of days that one invocation counts: it reads the keys of all events that were delivered on them. */
const DAYS_AT_ONCE = 8;
/** Time limit of one invocation, in milliseconds. */
const INVOCATION_MS = 300_000;

/** What the functions know about the period. No vendor is asked. */
export interface Gathered {
  readonly feeds: readonly EvidenceReport[];
  readonly left: readonly LeftFeed[];
  /** By source: the version of the function that has answered, with the hash of its code. */
  readonly code: Readonly<Record<string, string>>;
}

/** The state of a feed, and what was recorded of it. */
export type EvidenceReport = FeedStatusReport & { readonly evidence: FeedEvidence };

interface Answer {
  readonly looks: readonly FeedStatusReport[];
  readonly left: readonly LeftFeed[];
  readonly code?: string;
}

/** @param tellProgress called after each answer with the share of the answers that are there */
export async function gather(opened: Opened, period: Period, tellProgress: (share: number) => void): Promise<Gathered> {
  const pieces = piecesOf(period);
  const groups = opened.groups.filter(({ feeds }) => feeds.length > 0);
  let answered = 0;
  const ask = async (group: Group, piece: Pick<Period, 'from' | 'to'>, left: boolean) => {
    const order = { act: 'look', evidence: true, from: text(piece.from), to: text(piece.to), ...(left && { left }) };
    const answer = (await opened.invoke(group, order, INVOCATION_MS).catch(explain)) as Answer;
    tellProgress(++answered / (groups.length * pieces.length));
    return { ...answer, source: group.connection.source };
  };
  // One function of each source names what has left it.
  const firsts = new Set([...Map.groupBy(groups, ({ connection }) => connection.source).values()].map(([one]) => one));
  const answers = await Promise.all(
    groups.map((group) => Promise.all(pieces.map((piece, at) => ask(group, piece, at === 0 && firsts.has(group))))),
  );
  const all = answers.flat();
  return {
    feeds: answers.flatMap((parts) => joinParts(parts.map(({ looks }) => looks))),
    left: all.flatMap(({ left = [] }) => left),
    code: Object.fromEntries(all.flatMap(({ source, code }) => (code === undefined ? [] : [[source, code] as const]))),
  };
}

/** The feeds of a connection, each with the evidence of all parts of the period. Their state is that of the last answer. */
function joinParts(parts: readonly (readonly FeedStatusReport[])[]): EvidenceReport[] {
  const last = parts.at(-1) ?? [];
  return last.map((report) => {
    const own = parts.flatMap((looks) => looks.filter(({ feed }) => feed === report.feed)).map(evidenceOf);
    const each = <Part extends 'gaps' | 'accessLost' | 'conditions' | 'moves'>(part: Part) =>
      unique(own.flatMap((evidence) => evidence[part] as readonly FeedEvidence[Part][number][]));
    const since = own.map(({ recordedSince }) => recordedSince).find((day) => day !== 'unknown');
    const evidence = {
      days: own.flatMap(({ days }) => days),
      gaps: each('gaps'),
      recordedSince: since ?? 'unknown',
      accessLost: each('accessLost'),
      conditions: each('conditions'),
      moves: each('moves'),
    };
    return { ...report, evidence };
  });
}

function evidenceOf({ feed, evidence }: FeedStatusReport): FeedEvidence {
  if (evidence) return evidence;
  throw new TidemarkError({
    code: 'failing',
    stage: 'processing',
    message: `The function has not answered with the evidence of ${feed}.`,
    remedy: OLDER,
  });
}

const OLDER = 'What is deployed is older than this. Deploy again: npx cdk deploy --all.';

/** A function of an older version does not know what is asked. */
function explain(thrown: unknown): never {
  if (!(thrown instanceof Error) || !/is not right:[\s\S]*evidence/.test(thrown.message)) throw thrown;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'The function does not know what evidence is.',
    remedy: OLDER,
    cause: thrown,
  });
}

function piecesOf({ from, to }: Period): Pick<Period, 'from' | 'to'>[] {
  const length = DAYS_AT_ONCE * DAY;
  return Array.from({ length: Math.ceil((to - from) / length) }, (_, at) => {
    return { from: from + at * length, to: Math.min(to, from + (at + 1) * length) };
  });
}

function text(instant: number): string {
  return formatInstant(instant, 's');
}

/** Each part of the period names what touches it, so some things are named twice. */
function unique<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
