import { SignInMarks } from '../requests/access/own-sign-ins.ts';
import type { FeedContext, LeasedRun, PreparedConnection } from '../run/feed-context.ts';
import { startSending } from '../run/start-sending.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import { OngoingNotes } from '../state/ongoing.ts';
import type { Seen } from '../state/seen.ts';
import type { Plan, ReadingCheckpoint, VerifyCheckpoint } from '../stored/checkpoint.ts';
import type { UnknownName } from '../stored/findings/unknown-name.ts';
import type { Instant } from '../time.ts';
import { Progress } from './progress.ts';
import { ReusedIds } from './rows/reused-ids.ts';
import { SingleActorCheck } from './rows/single-actor-check.ts';
import type { PageRun, Run } from './run.ts';
import { WorkNotes } from './work-notes.ts';

/** The task of a run, and its known state. */
interface RunOptions {
  readonly prepared: PreparedConnection;
  readonly seen: Seen;
  readonly plan: Plan;
  /** Where the keys of delivered events are kept. Default: the feed's name. */
  readonly place?: string;
  /** New events before it count as late. Default: the watermark. */
  readonly readBefore?: Instant;
  /** Names that the mapping does not know and that others have told. Default: none but those in the checkpoint. */
  readonly told?: readonly UnknownName[];
}

/** Sets up a run that reads windows. @param context its feed has the prepared connection */
export async function startRun(
  context: FeedContext,
  leased: LeasedRun<ReadingCheckpoint>,
  options: RunOptions,
): Promise<Run> {
  const { lease, conditions } = leased;
  return { ...(await startPageRun(context, leased, options)), lease, conditions };
}

/** Sets up a run that only reads pages. @param context its feed has the prepared connection */
export async function startPageRun(
  context: FeedContext,
  leased: LeasedRun<ReadingCheckpoint | VerifyCheckpoint>,
  options: RunOptions,
): Promise<PageRun> {
  const { effects, feed } = context;
  const { lease, asker, tally, clocks } = leased;
  const { prepared, seen, plan, place = feed.name, readBefore, told = [] } = options;
  const { destinations, floor } = lease.item;
  const ongoing = new OngoingNotes(effects, feed, (noneOngoingAt) => {
    if (lease.item.kind === 'feed') lease.note({ noneOngoingAt });
  });
  await ongoing.load(lease.item.kind === 'feed' ? lease.item.noneOngoingAt : undefined);
  return {
    ...startSending(context, leased, { seen, place }),
    asker,
    progress: new Progress(feed, { plan, checkpoint: lease.item, clocks, readBefore }),
    clocks,
    observers: {
      singleActor: new SingleActorCheck(),
      marks: marksOf(context, prepared, lease),
      ongoing,
      reusedIds: new ReusedIds(),
    },
    notes: new WorkNotes(context, tally, [...(('unknown' in lease.item && lease.item.unknown) || []), ...told]),
    bounds: { destinations, floor },
  };
}

function marksOf(
  { feed }: FeedContext,
  { connection, signInsOnRecord }: PreparedConnection,
  lease: HeldCheckpoint<ReadingCheckpoint | VerifyCheckpoint>,
): SignInMarks {
  return new SignInMarks(feed.source.ownSignIns, connection, {
    onRecord: signInsOnRecord,
    claims: lease.item.claims ?? {},
    keep: (claims) => lease.commit({ claims }),
  });
}
