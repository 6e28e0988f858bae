import type { Effects } from '../effects.ts';
import { RETRIES, retry } from '../retry.ts';
import { changeRow } from '../state/day-rows.ts';
import type { HeldCheckpoint } from '../state/lease.ts';
import type { VerifyCheckpoint } from '../stored/checkpoint.ts';
import type { VerifiedDay, VerifiedLook } from '../stored/day-record.ts';
import type { VerifyJob } from '../stored/job.ts';
import { dayOf } from '../stored/ledger-row.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import { DAY, floorTo, type Instant } from '../time.ts';

/** Maximum number of verifications that a day's row names. Of those before them only the sum stays. */
const MAX_LOOKS = 8;

/** A verification that goes on. */
interface Recording {
  readonly effects: Effects;
  /** The feed's name. */
  readonly feed: string;
  readonly lease: HeldCheckpoint<VerifyCheckpoint>;
  /** No write is retried after it. */
  readonly endBy: Instant;
}

/**
 * Writes the results of all days that are compared to their end into the rows of these days. The steps are in the job before, so
 * that a run which dies between the two loses nothing: writing the same result twice changes nothing.
 */
export async function recordDays({ effects, feed, lease, endBy }: Recording): Promise<void> {
  const { job, watermark } = lease.item;
  const { range, steps, recorded = range.from } = job;
  const until = watermark >= range.to ? range.to : floorTo(watermark, DAY);
  if (until <= recorded) return;
  const due = steps.filter(({ from }) => from >= recorded && from < until);
  for (const [day, ofDay] of Map.groupBy(due, ({ from }) => dayOf(from))) {
    const look = lookOf(job, ofDay);
    await retry(effects, RETRIES.table, endBy, () =>
      changeRow(effects, feed, day, (before) => ({ ...before, verified: withLook(before.verified, look) })),
    );
  }
  lease.note({ job: { ...job, recorded: until } });
}

/** The steps of one day as one result. */
function lookOf({ startedAt }: VerifyJob, steps: readonly VerifiedStep[]): VerifiedLook {
  const sum = (count: 'vendor' | 'delivered' | 'missing' | 'repaired' | 'changed') =>
    steps.reduce((total, step) => total + step[count], 0);
  const extras = steps.map(({ extra }) => extra);
  const unsure = steps.filter((step) => step.unsure);
  const note = unsure[0]?.note;
  return {
    at: startedAt,
    from: Math.min(...steps.map(({ from }) => from)),
    to: Math.max(...steps.map(({ to }) => to)),
    vendor: sum('vendor'),
    delivered: sum('delivered'),
    missing: sum('missing'),
    repaired: sum('repaired'),
    changed: sum('changed'),
    ...(extras.every((extra) => extra !== undefined) && { extra: extras.reduce((total, extra) => total + extra, 0) }),
    ...(unsure.length > 0 && { unsure: unsure.length }),
    ...(note !== undefined && { note }),
  };
}

/** Adds a result. It replaces that of the same verification. */
function withLook(before: VerifiedDay | undefined, look: VerifiedLook): VerifiedDay {
  const { looks = [], earlier } = before ?? {};
  const isSame = ({ at, from, to }: VerifiedLook) => at === look.at && from === look.from && to === look.to;
  const all = [...looks.filter((one) => !isSame(one)), look];
  const dropped = all.slice(0, -MAX_LOOKS);
  const past = {
    looks: (earlier?.looks ?? 0) + dropped.length,
    repaired: dropped.reduce((total, { repaired }) => total + repaired, earlier?.repaired ?? 0),
  };
  return { looks: all.slice(-MAX_LOOKS), ...(past.looks > 0 && { earlier: past }) };
}
