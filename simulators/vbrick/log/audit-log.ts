import { hash } from '../../random.ts';
import { createTimeline, type Timeline, type TimelineOptions } from '../../timeline.ts';
import { COLLECTIONS, type CollectionName, contentOf, type Selection } from '../content/collections.ts';
import type { VbrickSwitches } from '../faults.ts';
import type { LogOptions, LogRow, Place } from './log-row.ts';
import type { LoginRows } from './login-rows.ts';

/** Selects rows. Times are milliseconds since 1970. */
export interface RowQuery {
  readonly selection: Selection;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly visibleAt: number;
  /** Only rows after this one. */
  readonly after?: Place;
}

/** The audit log: six collections, which are computed and not stored, and the real logins to the simulator. */
export interface AuditLog {
  rows(query: RowQuery): Generator<LogRow>;
}

const SECOND_MS = 1000;

/** Makes the log of a seed. */
export function createAuditLog(options: LogOptions, switches: VbrickSwitches, logins: LoginRows): AuditLog {
  const timelines = new Map(
    COLLECTIONS.map(({ name }, index) => [name, createTimeline(partOf(options, index), () => switches.faults)]),
  );

  function* collectionRows(name: CollectionName, query: RowQuery): Generator<LogRow> {
    const index = COLLECTIONS.findIndex((collection) => collection.name === name);
    let second: LogRow[] = [];
    for (const { id: number, time, shownAt, seed } of (timelines.get(name) as Timeline).happenings(
      wholeSeconds(query),
    )) {
      const offset = options.precision === 'seconds' ? 0 : hash(seed, 2) % SECOND_MS;
      if (second[0] && floor(second[0].time) !== time) {
        yield* inOrder(second);
        second = [];
      }
      second.push({
        ...{ collection: name, number, id: number * COLLECTIONS.length + index },
        ...{ time: time + offset, shownAt: shownAt + offset, record: () => contentOf(name, seed) },
      });
    }
    yield* inOrder(second);
  }

  function* rows(query: RowQuery): Generator<LogRow> {
    const { collections } = query.selection;
    const parts = collections.map((name) => collectionRows(name, query));
    if (collections.includes('userAccess') && logins.rows().length > 0) parts.push(inOrder(logins.rows()));
    for (const row of merge(parts)) if (isWanted(row, query)) yield row;
  }

  return { rows };
}

/** Gives a collection its share of the events. All collections together have exactly the number that was asked for. */
function partOf(options: LogOptions, index: number): TimelineOptions {
  const { share } = COLLECTIONS[index] as (typeof COLLECTIONS)[number];
  const before = COLLECTIONS.slice(0, index).reduce((sum, one) => sum + one.share, 0);
  const { count } = options;
  return {
    ...options,
    seed: hash(options.seed, index),
    perMinute: options.perMinute * share,
    ...(count !== undefined && { count: Math.round(count * (before + share)) - Math.round(count * before) }),
  };
}

/** The timeline has whole seconds: the first one is read from its beginning. */
function wholeSeconds({ from, to, visibleAt, after }: RowQuery) {
  return { from: floor(Math.max(from, after?.time ?? 0)), to, visibleAt };
}

function isWanted(row: LogRow, { selection, from, to, visibleAt, after }: RowQuery): boolean {
  if (row.time < from || row.time >= to || row.shownAt > visibleAt) return false;
  if (after && byPlace(row, after) <= 0) return false;
  const { entityId, principalId } = selection;
  if (entityId === undefined && principalId === undefined) return true;
  const record = row.record();
  return entityId === undefined ? record.principalId === principalId : record.columns.EntityId === entityId;
}

function* inOrder(rows: readonly LogRow[]): Generator<LogRow> {
  yield* rows.length > 1 ? rows.toSorted(byPlace) : rows;
}

/** Merges several logs that are in order. */
function* merge(parts: readonly Generator<LogRow>[]): Generator<LogRow> {
  const heads = parts.flatMap((part) => {
    const row = next(part);
    return row ? [{ part, row }] : [];
  });
  while (heads.length > 0) {
    const head = heads.reduce((first, other) => (byPlace(other.row, first.row) < 0 ? other : first));
    yield head.row;
    const row = next(head.part);
    if (row) head.row = row;
    else heads.splice(heads.indexOf(head), 1);
  }
}

function next(part: Generator<LogRow>): LogRow | undefined {
  const { value, done } = part.next();
  return done ? undefined : value;
}

function byPlace(one: Place, other: Place): number {
  return one.time - other.time || one.id - other.id;
}

function floor(time: number): number {
  return Math.floor(time / SECOND_MS) * SECOND_MS;
}
