import type { Writer } from '../delivery/outgoing.ts';
import type { Effects } from '../effects.ts';
import { asTidemarkError, PauseError, TidemarkError } from '../errors.ts';
import type { Answer, AnyFeed, Connection, Destination, Source, Visibility } from '../model.ts';
import type { Access } from '../requests/access.ts';
import { type Asker, ask } from '../requests/ask.ts';
import { lookUp } from '../requests/lookups.ts';
import { openAccess } from '../requests/open-access.ts';
import type { SignInsOnRecord } from '../requests/own-sign-ins.ts';
import { Pacer } from '../requests/pacer.ts';
import { signInHold } from '../requests/sign-in-record.ts';
import { signInRefused } from '../requests/sign-in-refusal.ts';
import { nextStep } from '../run/next-step.ts';
import type { FeedReport, FeedState } from '../run/report.ts';
import { countLag, type Outlook, type Prepared } from '../run/with-lease.ts';
import { ConnectionStore } from '../state/connection-store.ts';
import type { ConnectionState } from '../stored/connection-state.ts';
import { addTallies, emptyTally } from '../stored/tally.ts';
import { type Duration, formatTime, HOUR, type Instant, MINUTE, SECOND } from '../time.ts';
import { performTask, type Task } from './tasks.ts';

/** A worker's clock may be a little off another's: a lease lives on that long after the worker's own end. */
const LEASE_MARGIN = 5 * SECOND;
/** What is kept back from a run's time for its last flush and commit. */
const RESERVE_SHARE = 0.25;
const LONGEST_RESERVE = 20 * SECOND;
/** No feed gets a shorter slice of a run while others wait. */
const SHORTEST_SLICE = 5 * SECOND;
/** How often the vendor is asked what the credentials may see. */
const SIGHT_AGE = HOUR;
/** It can be done without: one short try. */
const SIGHT_PATIENCE = { attempts: 1, timeout: 5 * SECOND } as const;
/** Refused credentials are tried again after twice as long each time, from the second refusal in a row on. */
const FIRST_REFUSAL_HOLD = 5 * MINUTE;
const LONGEST_REFUSAL_HOLD = HOUR;

/** What goes on beside live reading, and leaves it most of the vendor's quota. */
const JOBS: ReadonlySet<Task['act']> = new Set(['backfill', 'verify']);

/** What an invocation is given: a connection, and those of its feeds that are due. */
export interface ConnectionContext {
  readonly effects: Effects;
  readonly source: Source;
  readonly connection: Connection;
  readonly feeds: readonly AnyFeed[];
  readonly destinations: readonly Destination[];
  readonly write: Writer;
  readonly owner: string;
  readonly mostSeenKeys: number;
  /** How long delivered events are remembered. */
  readonly seenFor: Duration;
  readonly askAgain: boolean;
  readonly task: Task;
}

/** All feeds of one invocation share these. */
interface Shared {
  readonly pacer: Pacer;
  readonly endBy: Instant;
  readonly stopAt: Instant;
  readonly book: ConnectionStore;
  /** The refusal that was on record when the invocation began, over or not. */
  readonly heldBefore: Instant | undefined;
  readonly secretVersion: string;
  readonly session?: Access;
  prepared?: Promise<Prepared>;
}

/**
 * Runs the due feeds of one connection, the one that lags most first, in slices of the invocation's time. They share one
 * secret, one session, one quota and one look at what the credentials may see; each has its own lease and checkpoint.
 */
export async function runConnection(task: ConnectionContext): Promise<FeedReport[]> {
  const reports = await runFeeds(task);
  // A schedule comes again by itself.
  if (task.task.act === 'run' && !task.askAgain) return reports;
  return reports.map((report) => ({ ...report, next: nextStep(report, task.effects.now()) }));
}

async function runFeeds(task: ConnectionContext): Promise<FeedReport[]> {
  const { effects, source } = task;
  const start = effects.now();
  const budget = effects.remainingTime();
  const endBy = start + budget - Math.min(SECOND, budget / 10);
  const stopAt = endBy - Math.min(LONGEST_RESERVE, budget * RESERVE_SHARE);
  try {
    const book = await ConnectionStore.open(effects);
    const secretVersion = await effects.secretVersion();
    const { title, auth } = source;
    const { owner, connection } = task;
    const session = openAccess(auth, { effects, title, connection, book, secretVersion, owner, stopAt, endBy });
    const heldBefore = book.state.notBefore;
    const shared: Shared = {
      pacer: new Pacer(undefined, JOBS.has(task.task.act)),
      endBy,
      stopAt,
      book,
      heldBefore,
      secretVersion,
      ...(session && { session }),
    };
    const refusal = refusedUntil(task, shared, start);
    if (refusal) return await reportAll(task, refusal);
    const reports = await runInTurns(task, shared);
    await saveBook(task, shared, reports);
    return reports;
  } catch (thrown) {
    // The secret, or the table, is out of reach: no feed can run, and each still says how far behind it is.
    return await reportAll(task, { state: 'failed', error: asTidemarkError(thrown) });
  }
}

/** Slice after slice until every feed is done or the time is up. */
async function runInTurns(task: ConnectionContext, shared: Shared): Promise<FeedReport[]> {
  const { effects } = task;
  const reports = new Map<string, FeedReport>();
  let waiting = await mostLaggingFirst(task);
  while (waiting.length > 0) {
    const again: AnyFeed[] = [];
    for (const [at, feed] of waiting.entries()) {
      const others = waiting.length - at - 1 + again.length;
      const began = effects.now();
      const report = await runSlice(task, shared, feed, others);
      const before = reports.get(feed.name);
      reports.set(feed.name, before ? addReports(before, report) : report);
      if (report.state === 'refused') return await reportRestRefused(task, reports, report);
      // A feed whose turn comes too late for this run would be told so again and again.
      const wasUsed = report.pages > 0 || effects.now() - began >= SHORTEST_SLICE;
      if (report.state === 'more' && wasUsed && effects.now() < shared.stopAt) again.push(feed);
    }
    waiting = again;
  }
  return [...reports.values()];
}

/** Two slices of one feed as one run: the later one says how it ended. */
function addReports(one: FeedReport, other: FeedReport): FeedReport {
  const warnings = [...new Set([...one.warnings, ...other.warnings])];
  return { ...other, ...addTallies(one, other), warnings };
}

async function runSlice(task: ConnectionContext, shared: Shared, feed: AnyFeed, others: number): Promise<FeedReport> {
  const { effects } = task;
  const now = effects.now();
  const slice = Math.max(SHORTEST_SLICE, (shared.stopAt - now) / (others + 1));
  // At a slow pace, the next turn may be later than that.
  const sliceEnd = Math.max(now + slice, shared.pacer.lastTurn + SHORTEST_SLICE);
  const asker = {
    effects,
    source: task.source,
    connection: task.connection,
    pacer: shared.pacer,
    ...(shared.session && { session: shared.session }),
    stopAt: Math.min(shared.stopAt, sliceEnd),
    endBy: shared.endBy,
  };
  const given = {
    effects,
    asker,
    destinations: task.destinations,
    write: task.write,
    owner: task.owner,
    leaseUntil: shared.endBy + LEASE_MARGIN,
    mostSeenKeys: task.mostSeenKeys,
    seenFor: task.seenFor,
    key: feed.name,
    askAgain: task.askAgain,
    prepare: (asker: Asker) => (shared.prepared ??= prepare(task, shared, asker)),
  };
  try {
    return await performTask(task.task, { ...given, feed });
  } catch (thrown) {
    return await reportLagOnly(task, feed, { state: 'failed', error: asTidemarkError(thrown) });
  }
}

async function mostLaggingFirst({ effects, feeds }: ConnectionContext): Promise<AnyFeed[]> {
  if (feeds.length < 2) return [...feeds];
  const watermarks = new Map<AnyFeed, Instant>();
  for (const feed of feeds) watermarks.set(feed, (await effects.load(feed.name))?.watermark ?? 0);
  return [...feeds].sort((one, other) => (watermarks.get(one) as Instant) - (watermarks.get(other) as Instant));
}

/** Finds out what there is to know about the connection, for all of its feeds: in the time of the run, not of one feed's slice. */
async function prepare(task: ConnectionContext, shared: Shared, first: Asker): Promise<Prepared> {
  const { book, secretVersion } = shared;
  const asker = { ...first, stopAt: shared.stopAt };
  const connection = await lookUp(task.source, task.connection, book, secretVersion, asker);
  const outlook = await lookAround(task, shared, asker, connection);
  const signInsOnRecord = async (fresh: boolean): Promise<SignInsOnRecord> => {
    if (fresh) await book.refresh();
    const { signIns = [], clockOffset = 0 } = book.state;
    return { seconds: signIns, syncedAt: book.syncedAt - clockOffset * SECOND };
  };
  return { connection, outlook, signInsOnRecord };
}

/** Finds out what the credentials may see: hourly, and when the secret has changed. Its own failure stops no feed. */
async function lookAround(
  task: ConnectionContext,
  shared: Shared,
  asker: Asker,
  connection: Connection,
): Promise<Outlook> {
  const { visibility } = task.source;
  if (!visibility) return { warnings: [] };
  const { secretVersion, book } = shared;
  const now = asker.effects.now();
  const last = book.state.visibility;
  const current = last?.secretVersion === secretVersion && now < last.at + SIGHT_AGE;
  const looked = current ? undefined : await lookWith(visibility, task, shared, asker, connection);
  const seen = looked ?? last?.seen;
  const { warning, shrank } = seen === undefined ? {} : visibility.compare(seen, last?.seen);
  if (warning) task.effects.count('NarrowSight', 1);
  if (shrank) throw scopeShrank(shrank);
  // An attempt that failed counts as one too: what cannot be seen now is not asked for in every run.
  if (!current) book.note((state) => ({ ...state, visibility: { at: now, secretVersion, seen } }));
  const { singleActorWarning } = visibility;
  return {
    warnings: warning ? [warning] : [],
    ...(seen === undefined && singleActorWarning !== undefined && { singleActorWarning }),
  };
}

function scopeShrank(what: string): TidemarkError {
  return new TidemarkError({
    code: 'scope-shrank',
    stage: 'receiving',
    message: what,
    remedy: 'The watermark waits, so nothing is lost once it is mended.',
  });
}

async function lookWith(
  visibility: Visibility,
  { effects }: ConnectionContext,
  shared: Shared,
  asker: Asker,
  connection: Connection,
): Promise<unknown> {
  const answers: Answer[] = [];
  // Its own pacer: what it learns of the quota must not keep this run from its one request that brings rows.
  const apart = { ...asker, pacer: new Pacer(shared.pacer), patience: SIGHT_PATIENCE };
  try {
    for (let request = visibility.first(connection); ; ) {
      // Without the first answer there is nothing to tell; a no to a later question is a part of the picture.
      answers.push(await ask({ ...apart, acceptsRefusal: answers.length > 0 }, request));
      const step = visibility.read(answers, connection);
      if ('seen' in step) return step.seen;
      request = step.next;
    }
  } catch (thrown) {
    if (effects.stopping()) throw thrown;
    if (thrown instanceof TidemarkError && thrown.code === 'refused') throw thrown;
    if (shared.session?.failure !== undefined) throw thrown;
    // A vendor that wants to be left alone means all of us.
    if (thrown instanceof PauseError && thrown.throttled) shared.pacer.hold(thrown.until, thrown.message);
    effects.log('debug', 'What the credentials may see could not be found out; the feeds go on.', {
      error: String(thrown),
    });
    return undefined;
  }
}

/** Whether the credentials were refused lately, and are still the same. A refused sign-in binds even who asks by hand. */
function refusedUntil(
  { askAgain }: ConnectionContext,
  { book, secretVersion }: Shared,
  now: Instant,
): Short | undefined {
  const hold = signInHold(book.state, secretVersion, now);
  if (hold?.signIn === 'throttled') return { state: 'paused', until: hold.notBefore };
  if (hold) return { state: 'refused', until: hold.notBefore, error: signInRefused(hold.message, hold.notBefore) };
  const { notBefore: until, secretVersion: refused, message = 'The credentials were refused.' } = book.state;
  if (until === undefined || now >= until || refused !== secretVersion || askAgain) return undefined;
  return { state: 'refused', until, error: refusedError(message, until) };
}

function refusedError(message: string, until: Instant): TidemarkError {
  return new TidemarkError({
    code: 'refused',
    stage: 'receiving',
    message,
    remedy: `Put working credentials into the secret: they are used at once. The old ones are not tried again before ${formatTime(until)}.`,
  });
}

/** Refused credentials are refused for every feed: the others do not even ask. */
async function reportRestRefused(
  task: ConnectionContext,
  reports: Map<string, FeedReport>,
  refused: FeedReport,
): Promise<FeedReport[]> {
  const error =
    refused.error &&
    new TidemarkError({
      code: refused.error.code,
      stage: refused.error.stage,
      message: refused.error.message,
      remedy: refused.error.remedy,
    });
  for (const feed of task.feeds) {
    if (reports.has(feed.name)) continue;
    reports.set(feed.name, await reportLagOnly(task, feed, { state: 'refused', ...(error && { error }) }));
  }
  return [...reports.values()];
}

/** Remembers refusals, or that there are none any more, and what was found out, for the runs to come. */
async function saveBook(task: ConnectionContext, shared: Shared, reports: readonly FeedReport[]): Promise<void> {
  const { effects } = task;
  const { book, heldBefore } = shared;
  const refused = reports.find((report) => report.state === 'refused');
  try {
    if (refused) book.note(await refusalStep(task, shared, refused.error?.message));
    else if (book.state.refusals > 0 && reports.some((report) => report.pages > 0)) {
      // A hold that another invocation has met meanwhile stays.
      book.note((state) => (state.notBefore === heldBefore ? withoutRefusals(state) : state));
    }
    await book.save();
  } catch (thrown) {
    // How the feeds went is not changed by that.
    effects.log('warn', 'What was found out about the connection could not be saved.', { error: String(thrown) });
  }
}

/** One refusal more. Where asking costs a sign-in, already the first one makes us wait. */
async function refusalStep(
  { effects }: ConnectionContext,
  { book, session }: Shared,
  message: string | undefined,
): Promise<(state: ConnectionState) => ConnectionState> {
  const now = effects.now();
  const secretVersion = await effects.secretVersion();
  // Refusals of another secret are not this one's.
  const refusals = (book.state.secretVersion === secretVersion ? book.state.refusals : 0) + 1;
  const doublings = refusals - (session?.isSignIn ? 1 : 2);
  const hold: Duration = doublings < 0 ? 0 : Math.min(LONGEST_REFUSAL_HOLD, FIRST_REFUSAL_HOLD * 2 ** doublings);
  const news = { refusals, secretVersion, notBefore: now + hold, ...(message !== undefined && { message }) };
  return (state) => {
    // A refused sign-in holds for longer, whoever met it.
    if (signInHold(state, secretVersion, now)) return state;
    const { signIn: _, message: __, ...rest } = state;
    return { ...rest, ...news };
  };
}

function withoutRefusals({ notBefore: _, message: __, signIn: ___, ...state }: ConnectionState): ConnectionState {
  return { ...state, refusals: 0 };
}

/** How a feed stands that could not be run. */
interface Short {
  readonly state: FeedState;
  readonly until?: Instant;
  readonly error?: TidemarkError;
}

async function reportAll(task: ConnectionContext, short: Short): Promise<FeedReport[]> {
  return await Promise.all(task.feeds.map((feed) => reportLagOnly(task, feed, short)));
}

/** Even a feed that cannot run says how far it is behind. */
async function reportLagOnly(
  { effects }: ConnectionContext,
  feed: AnyFeed,
  { state, until, error }: Short,
): Promise<FeedReport> {
  const item = await effects.load(feed.name).catch(() => undefined);
  const lag = item && countLag(effects, feed, item);
  return {
    ...emptyTally(),
    feed: feed.name,
    state,
    ...(item && { watermark: formatTime(item.watermark) }),
    ...(lag !== undefined && { lagSeconds: Math.round(lag / SECOND) }),
    ...(until !== undefined && { until: formatTime(until) }),
    warnings: [],
    ...(error && { error: { code: error.code, stage: error.stage, message: error.message, remedy: error.remedy } }),
  };
}
