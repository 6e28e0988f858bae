import { TidemarkError } from '../../../functions/core/errors.ts';
import { isSnapshotFeed } from '../../../functions/core/model.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import type { Opened } from '../../feeds/opened.ts';
import { isOver, workOffUntil } from '../../feeds/work-off.ts';
import type { Problem, WorkProgress, WorkReport } from '../api-types.ts';
import type { CloudPlace } from './cloud/cloud-place.ts';
import type { Place } from './place.ts';

/** Maximum number of ended pieces of work that are remembered. */
const MAX_ENDED = 20;

/** What a person wants to be done. */
export interface WorkOrder {
  readonly kind: WorkReport['kind'];
  /** The name of one feed; all feeds if it is empty. */
  readonly feed: string;
  readonly range?: { readonly from: string; readonly to: string };
  readonly repair: boolean;
  /** The entries in quarantine; all if undefined. */
  readonly ids?: readonly string[];
}

interface Piece {
  report: WorkReport;
  readonly stopping: AbortController;
  readonly ending: Promise<void>;
}

/** The work that was started from the page. */
export class WorkList {
  readonly #onChange: () => void;
  #pieces: Piece[] = [];
  #lastId = 0;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Newest first. */
  get reports(): WorkReport[] {
    return this.#pieces.map(({ report }) => report).reverse();
  }

  start(place: Place, order: WorkOrder): WorkReport {
    const opened = choose(place, order);
    const same = this.#pieces.find(({ report }) => report.state === 'running' && isSame(report, order));
    if (same) throw wrong('This is at work already.', 'Wait for its end, or stop it.');
    const { kind, feed, range, repair } = order;
    const report: WorkReport = {
      id: ++this.#lastId,
      kind,
      feeds: feed === '' ? 'all feeds' : feed,
      ...(range && { range }),
      repair,
      startedAt: new Date().toISOString(),
      state: 'running',
      progress: [],
    };
    const stopping = new AbortController();
    const piece: Piece = { report, stopping, ending: Promise.resolve() };
    const ending = this.#perform(piece, place, opened, order);
    this.#pieces = [...this.#pieces, Object.assign(piece, { ending })];
    this.#forget();
    this.#onChange();
    return report;
  }

  /** Lets the running invocation end, and does not go on. */
  stop(id: number): void {
    const piece = this.#pieces.find(({ report }) => report.id === id);
    if (!piece) throw wrong(`There is no work ${id}.`, 'Load the page again.');
    piece.stopping.abort();
  }

  stopAll(): void {
    for (const { stopping } of this.#pieces) stopping.abort();
  }

  /** Resolves when nothing is at work. */
  get ended(): Promise<unknown> {
    return Promise.all(this.#pieces.map(({ ending }) => ending));
  }

  async #perform(piece: Piece, place: Place, opened: Opened, order: WorkOrder): Promise<void> {
    const update = (change: Partial<WorkReport>) => {
      piece.report = { ...piece.report, ...change };
      this.#onChange();
    };
    const last = new Map<string, FeedReport>();
    const total = opened.groups.flatMap(({ feeds }) => feeds).length;
    const onReport = (report: FeedReport) => {
      last.set(report.feed, report);
      update(progressOf([...last.values()], total));
    };
    try {
      const reports =
        place.kind === 'cloud' && order.kind === 'backfill'
          ? await startInCloud(place as CloudPlace, opened, order)
          : await workOffUntil({ opened, order: orderOf(order), onReport, signal: piece.stopping.signal });
      for (const report of reports) last.set(report.feed, report);
      update(progressOf([...last.values()], total));
      update({ state: stateOf(reports, piece.stopping.signal), endedAt: new Date().toISOString() });
    } catch (thrown) {
      const stopped = piece.stopping.signal.aborted;
      const endedAt = new Date().toISOString();
      update(stopped ? { state: 'stopped', endedAt } : { state: 'problem', endedAt, error: problemOf(thrown) });
    }
  }

  #forget(): void {
    const ended = this.#pieces.filter(({ report }) => report.state !== 'running').slice(0, -MAX_ENDED);
    this.#pieces = this.#pieces.filter((piece) => !ended.includes(piece));
  }
}

/** The functions of those feeds only that are meant and can do it. */
function choose({ working }: Place, { kind, feed }: WorkOrder): Opened {
  const groups = working.groups
    .map(({ connection, feeds }) => ({
      connection,
      feeds: feeds.filter(
        (each) => (feed === '' || each.name === feed) && (kind === 'redrive' || !isSnapshotFeed(each)),
      ),
    }))
    .filter(({ feeds }) => feeds.length > 0);
  if (groups.length > 0) return { ...working, groups };
  throw wrong(
    feed === '' ? 'There is no feed with a past.' : `${JSON.stringify(feed.slice(0, 200))} is no feed with a past.`,
    'Choose a feed of events: a snapshot has no past at the vendor.',
  );
}

function isSame({ kind, feeds, range }: WorkReport, order: WorkOrder): boolean {
  const sameRange = range?.from === order.range?.from && range?.to === order.range?.to;
  return kind === order.kind && feeds === (order.feed === '' ? 'all feeds' : order.feed) && sameRange;
}

function orderOf({ kind, range, repair, ids }: WorkOrder): object {
  if (kind === 'redrive') return { act: 'redrive', ...(ids && { ids }) };
  return { act: kind, ...range, ...(kind === 'verify' && repair && { repair: true }) };
}

/** In the cloud the state machine runs a backfill; it goes on when the page has long been closed. */
async function startInCloud({ account }: CloudPlace, opened: Opened, { range }: WorkOrder): Promise<FeedReport[]> {
  const { cloudBackfill, startBackfill } = await import('../../cloud/backfill-cloud.ts');
  await startBackfill(account, opened.groups, cloudBackfill(range, { resend: false }));
  return [];
}

function stateOf(reports: readonly FeedReport[], signal: AbortSignal): WorkReport['state'] {
  if (isOver(reports)) return reports.some(isIncomplete) ? 'problem' : 'done';
  return signal.aborted ? 'stopped' : 'problem';
}

/** Whether a verification has found that events are missing, or could not tell. */
function isIncomplete({ job, warnings, redriven }: FeedReport): boolean {
  const steps = job?.steps ?? [];
  return (
    steps.some(({ missing, repaired, unsure }) => missing > repaired || unsure) ||
    (redriven !== undefined && warnings.length > 0)
  );
}

function progressOf(reports: readonly FeedReport[], total: number): Partial<WorkReport> {
  const progress = reports.map(feedProgress);
  const done = progress.reduce((sum, { percent = 0 }) => sum + percent, 0);
  const etas = reports.flatMap(({ job }) => (job?.eta === undefined ? [] : [job.eta]));
  const eta = etas.sort().at(-1);
  return {
    progress,
    percent: total === 0 ? 100 : Math.floor((done / total) * 10) / 10,
    ...(eta !== undefined && { eta }),
  };
}

function feedProgress({ feed, state, job, redriven, warnings, error, conditions = [] }: FeedReport): WorkProgress {
  const percent = state === 'caught-up' ? 100 : job?.percent;
  return {
    feed,
    state,
    ...(percent !== undefined && { percent }),
    ...(job?.kind === 'backfill' && { delivered: job.total.delivered }),
    ...(redriven !== undefined && { redriven }),
    ...(job?.steps && { steps: job.steps }),
    problems: [
      ...conditions.map((name) => `Events may be missing: see ${name} in docs/runbook.md.`),
      ...warnings,
      ...(error ? [`${error.code}: ${error.message} ${error.remedy}`] : []),
    ],
  };
}

function problemOf(thrown: unknown): Problem {
  const { message, remedy } =
    thrown instanceof TidemarkError
      ? thrown
      : {
          message: thrown instanceof Error ? thrown.message : String(thrown),
          remedy: 'Start it again: it goes on where it was.',
        };
  return { message, remedy };
}

function wrong(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
