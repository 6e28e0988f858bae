import { asTidemarkError } from '../errors.ts';
import { openAccess } from '../requests/access/open-access.ts';
import { Pacer } from '../requests/pacer.ts';
import { nextStep } from '../run/next-step.ts';
import type { FeedReport } from '../run/report.ts';
import { ConnectionStore } from '../state/connection-store.ts';
import { type Instant, SECOND } from '../time.ts';
import type { ConnectionContext, Shared } from './connection-context.ts';
import { heldBack, saveConnection } from './refusals.ts';
import type { Task } from './tasks.ts';
import { runInTurns } from './turns.ts';
import { type NotRun, reportAllUnrun } from './unrun-feeds.ts';

/** The share of a run's time that is kept for its last flush and commit. */
const RESERVE_SHARE = 0.25;
const LONGEST_RESERVE = 20 * SECOND;

/** Tasks beside live reading. They leave half of the vendor's quota to others. */
const JOBS: ReadonlySet<Task['act']> = new Set(['backfill', 'verify']);

/**
 * Runs the due feeds of one connection, the one whose turn is longest ago first, in slices of the invocation's time. They share one
 * secret, one session, one quota and one check of what the credentials may see; each has its own lease and checkpoint.
 */
export async function runConnection(context: ConnectionContext): Promise<FeedReport[]> {
  const reports = await runFeeds(context);
  // A scheduled run is repeated anyway, so it needs no next step.
  if (context.task.act === 'run' && !context.askAgain) return reports;
  return reports.map((report) => ({ ...report, next: nextStep(report, context.effects.now()) }));
}

async function runFeeds(task: ConnectionContext): Promise<FeedReport[]> {
  const { effects, source } = task;
  const start = effects.now();
  const budget = effects.remainingTime();
  const endBy = start + budget - Math.min(SECOND, budget / 10);
  const stopAt = endBy - Math.min(LONGEST_RESERVE, budget * RESERVE_SHARE);
  try {
    const store = await ConnectionStore.open(effects);
    const { secretVersion, held } = await useSecret(task, store, start);
    if (held) return await reportAllUnrun(task, held);
    const { title, auth } = source;
    const { owner, connection } = task;
    const access = openAccess(auth, { effects, title, connection, store, owner, stopAt, endBy });
    const shared: Shared = {
      pacer: new Pacer(undefined, JOBS.has(task.task.act)),
      endBy,
      stopAt,
      store,
      heldBefore: store.state.notBefore,
      secretVersion,
      ...(access && { access }),
    };
    const reports = await runInTurns(task, shared);
    await saveConnection(task, shared, reports);
    return reports;
  } catch (thrown) {
    // The secret or the table cannot be reached: no feed can run, and each still reports how far it is behind.
    return await reportAllUnrun(task, { state: 'failed', error: asTidemarkError(thrown) });
  }
}

/**
 * The version of the secret to begin with, or the reason why the connection is not used. A remembered secret is good enough as
 * long as it works. It is read where it decides against a request, since new credentials are to be used at once.
 */
async function useSecret(
  task: ConnectionContext,
  { state }: ConnectionStore,
  now: Instant,
): Promise<{ readonly secretVersion: string; readonly held?: NotRun | undefined }> {
  const { effects, askAgain } = task;
  const secretVersion = await effects.secretVersion(askAgain);
  if (!heldBack(task, state, secretVersion, now)) return { secretVersion };
  const current = await effects.secretVersion(true);
  return { secretVersion: current, held: heldBack(task, state, current, now) };
}
